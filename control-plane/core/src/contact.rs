//! How somebody is reached: telephone numbers, e-mail addresses, postcodes.

const EMAIL_CHARACTERS_MAX: usize = 254;

/// A Korean telephone number in E.164, or `None`: from `010-1234-5678`, `02 123 4567`, `+82 10 …`.
/// Area and mobile numbers have 9 to 11 digits with their leading zero; numbers such as 1588-0000
/// have eight and cannot be dialled from abroad, so they are kept under the country code as they are.
#[must_use]
pub fn phone(text: &str) -> Option<String> {
    let text = text.trim();
    let (international, rest) = match text.strip_prefix("+82") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if rest.starts_with('+')
        || !rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '(' | ')'))
    {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let national = match digits.strip_prefix('0') {
        Some(national) => national,
        None if international => digits.as_str(),
        None if digits.len() == 8 && digits.starts_with('1') => return Some(format!("+82{digits}")),
        None => return None,
    };
    let fits = (8..=10).contains(&national.len()) && !national.starts_with('0');
    fits.then(|| format!("+82{national}"))
}

/// An e-mail address that a letter could reach, or `None`. Loose on purpose: only a letter proves it.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let local_fits =
        !local.is_empty() && local.len() <= 64 && local.bytes().all(|b| b.is_ascii_graphic() && b != b'@');
    let label_fits = |label: &str| {
        let bytes = label.as_bytes();
        !label.is_empty()
            && label.len() <= 63
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
            && bytes[0] != b'-'
            && bytes[bytes.len() - 1] != b'-'
    };
    let domain_fits = domain.contains('.') && domain.split('.').all(label_fits);
    (text.len() <= EMAIL_CHARACTERS_MAX && local_fits && domain_fits).then(|| text.to_owned())
}

/// Whether it is a postcode: five digits, leading zeros included.
#[must_use]
pub fn is_postcode(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_kept_in_one_form() {
        for (text, expected) in [
            ("010-1234-5678", Some("+821012345678")),
            ("01012345678", Some("+821012345678")),
            ("+82 10-1234-5678", Some("+821012345678")),
            ("+82 010 1234 5678", Some("+821012345678")),
            ("02-123-4567", Some("+8221234567")),
            ("(02) 1234-5678", Some("+82212345678")),
            ("1588-0000", Some("+8215880000")),
            ("010-123-456", Some("+8210123456")),
            ("00-1234-5678", None),
            ("010-1234-56789", None),
            ("+1 555 0100", None),
            ("++82101234567", None),
            ("전화", None),
            ("", None),
        ] {
            assert_eq!(phone(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn letters_need_an_address() {
        for good in ["a@b.kr", " first.last+tag@sub.example.com "] {
            assert_eq!(email(good).as_deref(), Some(good.trim()), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.kr", "a@.kr", "a@b..kr", "a b@c.kr", "a@-b.kr", "a@@b.kr", "가@b.kr"]
        {
            assert_eq!(email(bad), None, "{bad}");
        }
        assert!(email(&format!("a@{}.kr", "b".repeat(64))).is_none());
    }

    #[test]
    fn postcodes_keep_their_zeros() {
        assert!(is_postcode("06236") && is_postcode("00000"));
        assert!(!is_postcode("6236") && !is_postcode("062-36") && !is_postcode("０６２３６"));
    }
}
