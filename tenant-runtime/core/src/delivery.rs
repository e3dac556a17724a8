//! Where an order goes: what a shopper typed, checked field by field.

use control_plane_core::ledger::Delivery;
use serde::Deserialize;

const RECIPIENT_CHARS_MAX: usize = 40;
const LINE_CHARS_MAX: usize = 100;
const NOTE_CHARS_MAX: usize = 100;
const POSTCODE_DIGITS: usize = 5;

/// A delivery as it comes over the wire.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeliveryForm {
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    #[serde(default)]
    pub line2: String,
    #[serde(default)]
    pub note: String,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name on the wire.
    pub field: &'static str,
    pub fault: Fault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Missing,
    TooLong {
        chars_max: usize,
    },
    /// A line break or another character that no label can print.
    Unprintable,
    /// No Korean telephone number.
    Phone,
    /// Not five digits.
    Postcode,
}

impl DeliveryForm {
    /// Trims, checks, and brings the phone number into E.164.
    ///
    /// # Errors
    /// Every field that is wrong, in the order of the form.
    pub fn check(self) -> Result<Delivery, Vec<FieldError>> {
        let mut errors = Vec::new();
        let delivery = Delivery {
            recipient: text("recipient", &self.recipient, 1, RECIPIENT_CHARS_MAX, &mut errors),
            phone: phone(&self.phone).unwrap_or_else(|| fault("phone", Fault::Phone, &mut errors)),
            postcode: postcode(&self.postcode)
                .unwrap_or_else(|| fault("postcode", Fault::Postcode, &mut errors)),
            line1: text("line1", &self.line1, 1, LINE_CHARS_MAX, &mut errors),
            line2: text("line2", &self.line2, 0, LINE_CHARS_MAX, &mut errors),
            note: text("note", &self.note, 0, NOTE_CHARS_MAX, &mut errors),
        };
        if errors.is_empty() { Ok(delivery) } else { Err(errors) }
    }
}

/// Records what is wrong; the empty text stands in and is never used, since the whole form fails.
fn fault(field: &'static str, fault: Fault, errors: &mut Vec<FieldError>) -> String {
    errors.push(FieldError { field, fault });
    String::new()
}

fn text(
    field: &'static str,
    typed: &str,
    chars_min: usize,
    chars_max: usize,
    errors: &mut Vec<FieldError>,
) -> String {
    let typed = typed.trim();
    let chars = typed.chars().count();
    if chars < chars_min {
        fault(field, Fault::Missing, errors)
    } else if chars > chars_max {
        fault(field, Fault::TooLong { chars_max }, errors)
    } else if typed.chars().any(char::is_control) {
        fault(field, Fault::Unprintable, errors)
    } else {
        typed.to_owned()
    }
}

fn postcode(typed: &str) -> Option<String> {
    let typed = typed.trim();
    (typed.len() == POSTCODE_DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| typed.to_owned())
}

/// `010-1234-5678`, `02 123 4567`, `+82 10 1234 5678` and the like, as `+82...`.
fn phone(typed: &str) -> Option<String> {
    let dense: String = typed.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let national = match dense.strip_prefix("+82") {
        Some(rest) => rest.strip_prefix('0').unwrap_or(rest),
        None => dense.strip_prefix('0')?,
    };
    if !national.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let length = match national.get(..2)? {
        // Mobile numbers: 010 has eight digits after it, the old ones seven or eight.
        "10" => 10..=10,
        "11" | "16" | "17" | "18" | "19" => 9..=10,
        // Safe numbers: 050x and eight digits.
        "50" => 10..=11,
        "70" | "80" => 9..=10,
        area if area.starts_with('2') => 8..=9,
        area if ('3'..='6').any(|first| area.starts_with(first)) => 9..=10,
        _ => return None,
    };
    length.contains(&national.len()).then(|| format!("+82{national}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> DeliveryForm {
        DeliveryForm {
            recipient: " 박지민 ".into(),
            phone: "010-1234-5678".into(),
            postcode: "04524".into(),
            line1: "서울 중구 세종대로 110".into(),
            line2: String::new(),
            note: "문 앞에 놓아 주세요".into(),
        }
    }

    #[test]
    fn a_good_form_is_trimmed_and_normalised() {
        let delivery = form().check().unwrap();
        assert_eq!(delivery.recipient, "박지민");
        assert_eq!(delivery.phone, "+821012345678");
        assert_eq!(delivery.postcode, "04524");
    }

    #[test]
    fn phones() {
        for (typed, expected) in [
            ("01012345678", Some("+821012345678")),
            ("+82 10 1234 5678", Some("+821012345678")),
            ("+82(0)10-1234-5678", Some("+821012345678")),
            ("02-123-4567", Some("+8221234567")),
            ("031.123.4567", Some("+82311234567")),
            ("0504-1234-5678", Some("+8250412345678")),
            ("070-1234-5678", Some("+827012345678")),
            ("011-123-4567", Some("+82111234567")),
            ("010-1234-567", None),
            ("010-1234-56789", None),
            ("1234", None),
            ("", None),
            ("0", None),
            ("+1 212 555 0100", None),
            ("010-12a4-5678", None),
            ("０１０１２３４５６７８", None),
            ("119", None),
        ] {
            assert_eq!(phone(typed).as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = DeliveryForm {
            recipient: "  ".into(),
            phone: "12".into(),
            postcode: "1234".into(),
            line1: "a".repeat(101),
            line2: "위\n아래".into(),
            note: "가".repeat(101),
        };
        let errors = wrong.check().unwrap_err();
        let found: Vec<_> = errors.iter().map(|error| (error.field, error.fault)).collect();
        assert_eq!(
            found,
            [
                ("recipient", Fault::Missing),
                ("phone", Fault::Phone),
                ("postcode", Fault::Postcode),
                ("line1", Fault::TooLong { chars_max: 100 }),
                ("line2", Fault::Unprintable),
                ("note", Fault::TooLong { chars_max: 100 }),
            ]
        );
    }

    #[test]
    fn lengths_count_characters_not_bytes() {
        let name = "가".repeat(40);
        assert_eq!(DeliveryForm { recipient: name.clone(), ..form() }.check().unwrap().recipient, name);
        assert!(DeliveryForm { recipient: "가".repeat(41), ..form() }.check().is_err());
        assert!(DeliveryForm { postcode: "０４５２４".into(), ..form() }.check().is_err());
    }
}
