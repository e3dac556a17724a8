//! The name under which a company's deals are reached: the first label of a host name.

pub const CHARACTERS_MIN: usize = 3;
pub const CHARACTERS_MAX: usize = 30;

/// Names that belong to the platform, or that would mislead.
const RESERVED: [&str; 40] = [
    "admin", "api", "app", "apps", "assets", "auth", "bidd", "billing", "blog", "cdn", "console", "ddib",
    "demo", "dev", "docs", "edge", "ftp", "git", "help", "images", "internal", "kakao", "kakaopay", "login",
    "mail", "metrics", "ns1", "ns2", "pay", "payment", "platform", "queue", "root", "shop", "smtp", "static",
    "status", "support", "test", "www",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    #[error("a slug is 3 to 30 of a-z, 0-9 and single hyphens within")]
    Form,
    #[error("the slug is reserved")]
    Reserved,
}

/// Whether `text` may be a slug: a DNS label (RFC 1123) of 3 to 30 characters that begins with a
/// letter, without two hyphens in a row (`xn--` and its like mean something else), not reserved.
///
/// # Errors
/// Says which rule it breaks.
pub fn check(text: &str) -> Result<(), SlugError> {
    let bytes = text.as_bytes();
    let length = (CHARACTERS_MIN..=CHARACTERS_MAX).contains(&bytes.len());
    let letters = bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
    let ends = bytes.first().is_some_and(u8::is_ascii_lowercase) && bytes.last().is_some_and(|b| *b != b'-');
    if !length || !letters || !ends || text.contains("--") {
        return Err(SlugError::Form);
    }
    if RESERVED.contains(&text) { Err(SlugError::Reserved) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_labels_of_their_own() {
        use SlugError::{Form, Reserved};
        for (text, expected) in [
            ("hanbit", Ok(())),
            ("moa-living2", Ok(())),
            ("abc", Ok(())),
            ("ab", Err(Form)),
            ("", Err(Form)),
            ("-abc", Err(Form)),
            ("abc-", Err(Form)),
            ("1abc", Err(Form)),
            ("a--b", Err(Form)),
            ("xn--abc", Err(Form)),
            ("Hanbit", Err(Form)),
            ("한빛커피", Err(Form)),
            ("a.b", Err(Form)),
            ("a_b", Err(Form)),
            ("admin", Err(Reserved)),
            ("ddib", Err(Reserved)),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
        assert_eq!(check(&"a".repeat(30)), Ok(()));
        assert_eq!(check(&"a".repeat(31)), Err(Form));
    }
}
