//! The mail-order report number (통신판매업 신고번호), usually `제2024-서울강남-01234호`. Offices write
//! it in many ways, so only its shape is looked at.

const CHARACTERS_MAX: usize = 60;

/// The number in its usual form, or `None`: a year, a place, a running number.
#[must_use]
pub fn normalize(text: &str) -> Option<String> {
    let text = text.trim();
    if text.chars().count() > CHARACTERS_MAX {
        return None;
    }
    let core = text.strip_prefix('제').unwrap_or(text).trim();
    let core = core.strip_suffix('호').unwrap_or(core).trim();
    let (year, rest) = core.split_once('-')?;
    let (place, number) = rest.rsplit_once('-')?;
    let (year, place, number) = (year.trim(), place.trim(), number.trim());
    let year_fits = year.len() == 4 && (year.starts_with("19") || year.starts_with("20")) && all_digits(year);
    let place_fits =
        !place.is_empty() && place.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
    let number_fits = (1..=8).contains(&number.len()) && all_digits(number);
    (year_fits && place_fits && number_fits).then(|| format!("제{year}-{place}-{number}호"))
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_numbers_take_one_form() {
        for (text, expected) in [
            ("제2024-서울강남-01234호", Some("제2024-서울강남-01234호")),
            ("2024-서울강남-01234", Some("제2024-서울강남-01234호")),
            (" 제 2024-경기성남-1 호 ", Some("제2024-경기성남-1호")),
            ("2024-부산-해운대-0042호", Some("제2024-부산-해운대-0042호")),
            ("2024-서울강남", None),
            ("24-서울강남-01234", None),
            ("3024-서울강남-01234", None),
            ("2024--01234", None),
            ("2024-서울강남-abc", None),
            ("2024-<b>-1", None),
            ("", None),
        ] {
            assert_eq!(normalize(text).as_deref(), expected, "{text}");
        }
    }
}
