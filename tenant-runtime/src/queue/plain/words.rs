//! Numbers, times and spans as Korean writes them: as the app does where there is JavaScript.

use control_plane_core::deal_name::KST;
use crds::Won;
use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};

use crate::queue::position::EtaSeconds;

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

/// `24,000원`; a price is never negative.
pub fn won(Won(amount): Won) -> String {
    format!("{}원", grouped(amount.unsigned_abs()))
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

/// `3분에서 5분쯤 기다려요`
pub fn eta(EtaSeconds { low, high }: EtaSeconds) -> String {
    let (low, high) = (low / 60, high.div_ceil(60).max(1));
    if low == 0 {
        return format!("{} 안에 들어갈 수 있어요", minutes(high));
    }
    if low >= high {
        return format!("{}쯤 기다려요", minutes(high));
    }
    format!("{}에서 {}쯤 기다려요", minutes(low), minutes(high))
}

fn minutes(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest}분"),
        (hours, 0) => format!("{hours}시간"),
        (hours, rest) => format!("{hours}시간 {rest}분"),
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
        for (low, high, text) in [
            (0, 1, "1분 안에 들어갈 수 있어요"),
            (30, 61, "2분 안에 들어갈 수 있어요"),
            (180, 290, "3분에서 5분쯤 기다려요"),
            (120, 120, "2분쯤 기다려요"),
            (3_600, 7_200, "1시간에서 2시간쯤 기다려요"),
        ] {
            assert_eq!(eta(EtaSeconds { low, high }), text);
        }
    }
}
