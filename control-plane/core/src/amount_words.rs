//! An amount in Korean words, as it stands on documents so that no digit can be added afterwards:
//! `일금 이만오천팔백원정`.

use crds::Won;

const DIGITS: [&str; 10] = ["", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"];
/// Within a group of four digits, from the lowest.
const PLACES: [&str; 4] = ["", "십", "백", "천"];
/// Of the groups, from the lowest; an `i64` has no more.
const GROUPS: [&str; 5] = ["", "만", "억", "조", "경"];

/// The amount in words.
#[must_use]
pub fn amount_words(amount: Won) -> String {
    let sign = if amount < Won::ZERO { "마이너스 " } else { "" };
    format!("일금 {sign}{}원정", number_words(amount.0.unsigned_abs()))
}

fn number_words(number: u64) -> String {
    if number == 0 {
        return "영".to_owned();
    }
    let mut words = String::new();
    for (group, name) in GROUPS.iter().enumerate().rev() {
        let four = number / 10_u64.pow(4 * u32::try_from(group).expect("five groups")) % 10_000;
        if four > 0 {
            words.push_str(&four_words(four));
            words.push_str(name);
        }
    }
    words
}

/// On documents the one is spoken in every place: `일백`, not `백`.
fn four_words(four: u64) -> String {
    let mut words = String::new();
    for (place, name) in PLACES.iter().enumerate().rev() {
        let digit = four / 10_u64.pow(u32::try_from(place).expect("four places")) % 10;
        if digit > 0 {
            words.push_str(DIGITS[usize::try_from(digit).expect("a digit")]);
            words.push_str(name);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(amount: i64, expected: &str) {
        assert_eq!(amount_words(Won(amount)), format!("일금 {expected}원정"));
    }

    #[test]
    fn amounts_are_spoken_in_groups_of_four() {
        check(0, "영");
        check(1, "일");
        check(10, "일십");
        check(25_800, "이만오천팔백");
        check(1_234_000, "일백이십삼만사천");
        check(100_000_000, "일억");
        check(100_010_001, "일억일만일");
        check(1_000_000_000_000, "일조");
        check(-9_900, "마이너스 구천구백");
        check(i64::MAX, "구백이십이경삼천삼백칠십이조삼백육십팔억오천사백칠십칠만오천팔백칠");
    }
}
