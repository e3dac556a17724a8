//! The line that a company shows to everyone who waits.
//!
//! A crowd asks for its position all the time, so what it is told carries only which line is in force;
//! the line itself is fetched once, and may be kept by anyone for as long as one likes.

/// Which line it is: follows from the text alone, so that all pods agree on it and a line that comes
/// again is known already. `None` where there is no line.
///
/// Twenty-four bits: short enough to be in every answer, and two lines of one deal that were mistaken
/// for one another would take a company thousands of them.
#[must_use]
pub fn version(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    let hash = blake3::hash(text.as_bytes());
    let [first, second, third, ..] = *hash.as_bytes();
    Some(u32::from_be_bytes([0, first, second, third]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_says_which_line_it_is() {
        assert_eq!(version(""), None);
        let lines = ["배송은 내일 시작해요.", "배송은 모레 시작해요.", "배송은 내일 시작해요"];
        let versions = lines.map(|line| version(line).unwrap());
        assert_eq!(versions.map(|version| version >> 24), [0; 3]);
        assert!(versions[0] != versions[1] && versions[0] != versions[2] && versions[1] != versions[2]);
        assert_eq!(version(lines[0]), Some(versions[0]), "the same every time");
    }
}
