//! How long one waits, as Korean says it: as the app does where there is JavaScript.

use crate::queue::position::EtaSeconds;

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
    fn a_wait_is_a_range_of_whole_minutes() {
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
