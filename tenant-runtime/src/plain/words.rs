//! Numbers, times and spans as Korean writes them: as the app does where there is JavaScript.

use control_plane_core::deal_name::KST;
use crds::Won;
use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};

/// `1,234,000`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `120개`
pub fn pieces(number: u32) -> String {
    format!("{}개", grouped(number.into()))
}

/// `24,000원`; a price is never negative.
pub fn won(Won(amount): Won) -> String {
    format!("{}원", grouped(amount.unsigned_abs()))
}

/// By how much a price is below the list price, in whole percents: rounded down, so that no discount
/// is overstated.
pub fn discount_percent(Won(list_price): Won, Won(price): Won) -> i64 {
    if list_price > price { (list_price - price) * 100 / list_price } else { 0 }
}

/// `+821012345678` as `010-1234-5678`; what is no such number stays as it is.
pub fn phone(number: &str) -> String {
    let Some(national) = number.strip_prefix("+82").filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    else {
        return number.to_owned();
    };
    let digits = format!("0{national}");
    let area = if digits.starts_with("02") { 2 } else { 3 };
    match digits.len().checked_sub(area + 4) {
        Some(middle @ 3..=4) => {
            format!("{}-{}-{}", &digits[..area], &digits[area..area + middle], &digits[area + middle..])
        }
        _ => number.to_owned(),
    }
}

/// `11월 24일 (화) 오전 10:00`
pub fn date_time(at: Timestamp) -> String {
    let time = KST.to_datetime(at);
    let weekday = match time.weekday() {
        Weekday::Monday => '월',
        Weekday::Tuesday => '화',
        Weekday::Wednesday => '수',
        Weekday::Thursday => '목',
        Weekday::Friday => '금',
        Weekday::Saturday => '토',
        Weekday::Sunday => '일',
    };
    format!("{}월 {}일 ({weekday}) {}", time.month(), time.day(), hour_minute(time))
}

/// `오전 10:00`
pub fn clock(at: Timestamp) -> String {
    hour_minute(KST.to_datetime(at))
}

/// `오전 10:00:05`
pub fn clock_with_seconds(at: Timestamp) -> String {
    let time = KST.to_datetime(at);
    format!("{}:{:02}", hour_minute(time), time.second())
}

fn hour_minute(time: DateTime) -> String {
    let half = if time.hour() < 12 { "오전" } else { "오후" };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    format!("{half} {hour}:{:02}", time.minute())
}

/// `1시간 02분 03초`, without what is nothing in front.
pub fn span(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}초"),
        (0, minutes) => format!("{minutes}분 {seconds:02}초"),
        (hours, minutes) => format!("{hours}시간 {minutes:02}분 {seconds:02}초"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_times_and_spans_read_as_in_korea() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        let at: Timestamp = "2026-11-24T01:00:05Z".parse().unwrap();
        assert_eq!(date_time(at), "11월 24일 (화) 오전 10:00");
        assert_eq!(clock_with_seconds(at), "오전 10:00:05");
        assert_eq!(clock("2026-11-24T15:30:00Z".parse().unwrap()), "오전 12:30");
        assert_eq!([59, 60, 3_725].map(span), ["59초", "1분 00초", "1시간 02분 05초"]);
    }

    #[test]
    fn phones_and_discounts_read_as_in_the_app() {
        for (number, text) in [
            ("+821012345678", "010-1234-5678"),
            ("+8221234567", "02-123-4567"),
            ("+82212345678", "02-1234-5678"),
            ("+8250412345678", "+8250412345678"),
            ("+12125550100", "+12125550100"),
        ] {
            assert_eq!(phone(number), text);
        }
        assert_eq!(discount_percent(Won(120_000), Won(59_000)), 50);
        assert_eq!(discount_percent(Won(100), Won(100)), 0);
    }
}
