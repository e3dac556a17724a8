//! Text that people type.

/// A line: trimmed, without control characters, of `min` to `max` characters; `None` where it is not.
#[must_use]
pub fn line(text: &str, min: usize, max: usize) -> Option<String> {
    let text = text.trim();
    let fits = (min..=max).contains(&text.chars().count());
    (fits && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// Some lines: as [`line()`], with line breaks.
#[must_use]
pub fn lines(text: &str, min: usize, max: usize) -> Option<String> {
    let text = text.trim().replace("\r\n", "\n");
    let fits = (min..=max).contains(&text.chars().count());
    (fits && !text.chars().any(|c| c.is_control() && c != '\n')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_bounded_in_characters() {
        assert_eq!(line("  한빛  ", 1, 2).as_deref(), Some("한빛"));
        assert_eq!(line("한빛커", 1, 2), None);
        assert_eq!(line("   ", 1, 2), None);
        assert_eq!(line("a\nb", 1, 9), None);
        assert_eq!(lines("a\r\nb", 1, 9).as_deref(), Some("a\nb"));
        assert_eq!(lines("a\u{7}b", 1, 9), None);
    }
}
