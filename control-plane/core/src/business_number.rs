//! The business registration number (사업자등록번호): ten digits of which the last one checks the
//! others. A valid number does not prove that the business is open.

use std::fmt;

const DIGITS: usize = 10;
/// The National Tax Service's weights of the first nine digits.
const WEIGHTS: [u32; 9] = [1, 3, 7, 1, 3, 7, 1, 3, 5];

/// A number whose check digit is right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BusinessNumber([u8; DIGITS]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BusinessNumberError {
    #[error("a business number is ten digits, as 123-45-67891")]
    Form,
    #[error("the last digit does not check the others")]
    CheckDigit,
}

impl BusinessNumber {
    /// Takes `1234567891` and `123-45-67891`.
    ///
    /// # Errors
    /// Where the form or the check digit is wrong.
    pub fn parse(text: &str) -> Result<BusinessNumber, BusinessNumberError> {
        let text = text.trim();
        let grouped = |at: usize| matches!(at, 3 | 6);
        let dashed = text.len() == DIGITS + 2;
        let mut digits = Vec::with_capacity(DIGITS);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'0'..=b'9' if digits.len() < DIGITS && !(dashed && grouped(at)) => digits.push(byte - b'0'),
                b'-' if dashed && grouped(at) => {}
                _ => return Err(BusinessNumberError::Form),
            }
        }
        let digits: [u8; DIGITS] = digits.try_into().map_err(|_| BusinessNumberError::Form)?;
        if digits.iter().all(|digit| *digit == 0) {
            return Err(BusinessNumberError::Form);
        }
        if digits[DIGITS - 1] == check_digit(&digits) {
            Ok(BusinessNumber(digits))
        } else {
            Err(BusinessNumberError::CheckDigit)
        }
    }

    /// The ten digits.
    #[must_use]
    pub fn digits(&self) -> String {
        self.0.iter().map(|digit| char::from(b'0' + digit)).collect()
    }
}

fn check_digit(digits: &[u8; DIGITS]) -> u8 {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    let sum = sum + u32::from(digits[8]) * 5 / 10;
    let check = (10 - sum % 10) % 10;
    u8::try_from(check).expect("a remainder of ten is one digit")
}

/// As people write it: `123-45-67891`.
impl fmt::Display for BusinessNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        write!(f, "{}-{}-{}", &digits[..3], &digits[3..5], &digits[5..])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_told_apart() {
        use BusinessNumberError::{CheckDigit, Form};
        for (text, expected) in [
            ("123-45-67891", Ok("1234567891")),
            ("1234567891", Ok("1234567891")),
            (" 1234567891 ", Ok("1234567891")),
            ("123-45-67890", Err(CheckDigit)),
            ("000-00-00000", Err(Form)),
            ("12-345-67891", Err(Form)),
            ("123-4567891", Err(Form)),
            ("123-45-6789", Err(Form)),
            ("12345678911", Err(Form)),
            ("123456789a", Err(Form)),
            ("１２３４５６７８９１", Err(Form)),
            ("", Err(Form)),
        ] {
            let parsed = BusinessNumber::parse(text).map(|number| number.digits());
            assert_eq!(parsed, expected.map(str::to_owned), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nine_digits_have_exactly_one_tenth(nine in 1_u32..=999_999_999) {
            let fits: Vec<String> = (0..10)
                .map(|last| format!("{nine:09}{last}"))
                .filter(|text| BusinessNumber::parse(text).is_ok())
                .collect();
            prop_assert_eq!(fits.len(), 1);
            let number = BusinessNumber::parse(&fits[0]).unwrap();
            prop_assert_eq!(BusinessNumber::parse(&number.to_string()), Ok(number));
        }

        #[test]
        fn a_single_wrong_digit_is_noticed(nine in 1_u32..=999_999_999, at in 0_usize..8, by in 1_u8..10) {
            // The ninth digit counts five times and a half, so that not every slip of it shows.
            let right = (0..10)
                .map(|last| format!("{nine:09}{last}"))
                .find(|text| BusinessNumber::parse(text).is_ok())
                .unwrap();
            let mut wrong = right.into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            prop_assert!(BusinessNumber::parse(&String::from_utf8(wrong).unwrap()).is_err());
        }

        #[test]
        fn nonsense_does_not_panic(text in ".{0,20}") {
            let _ = BusinessNumber::parse(&text);
        }
    }
}
