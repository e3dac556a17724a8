//! What a rental costs. There is no commission: the fee is the plan's price for each hour begun.

use crds::{Window, Won};

const HOUR_SECONDS: i64 = 3_600;

/// How many hours of `window` are begun: at least one where it is not empty.
#[must_use]
pub fn hours_begun(window: Window) -> u32 {
    let seconds = window.closes_at.duration_since(window.opens_at).as_secs().max(0);
    u32::try_from((seconds + HOUR_SECONDS - 1) / HOUR_SECONDS).unwrap_or(u32::MAX)
}

/// The rental fee in won, or `None` where it does not fit.
#[must_use]
pub fn rental_fee(per_hour: Won, window: Window) -> Option<Won> {
    per_hour.times(hours_begun(window))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[track_caller]
    fn check(length_seconds: i64, hours: u32, fee: Option<i64>) {
        let at = |s| Timestamp::from_second(s).expect("a second of our time");
        let window = Window { opens_at: at(1_000), closes_at: at(1_000 + length_seconds) };
        assert_eq!(hours_begun(window), hours);
        assert_eq!(rental_fee(Won(50_000), window).map(|w| w.0), fee);
    }

    #[test]
    fn every_hour_begun_is_paid() {
        check(0, 0, Some(0));
        check(1, 1, Some(50_000));
        check(600, 1, Some(50_000));
        check(3_600, 1, Some(50_000));
        check(3_601, 2, Some(100_000));
        check(86_400, 24, Some(1_200_000));
    }

    #[test]
    fn an_overflow_is_no_fee() {
        let at = |s| Timestamp::from_second(s).expect("a second of our time");
        let window = Window { opens_at: at(0), closes_at: at(7_200) };
        assert_eq!(rental_fee(Won(i64::MAX), window), None);
    }
}
