//! Where one stands: position, the time it will take, and when to ask again. All of it follows from
//! a number and a look at the room; nothing is looked up.

/// Where a number stands against the frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Below the frontier: may come in.
    Called,
    Waiting {
        /// How many are called before; 0 for who is next.
        ahead: u64,
    },
}

#[must_use]
pub fn place(number: u64, frontier: u64) -> Place {
    match number.checked_sub(frontier) {
        Some(ahead) => Place::Waiting { ahead },
        None => Place::Called,
    }
}

/// How long it will take, in seconds: a range, because nobody knows how long those inside will stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Eta {
    pub low: u64,
    pub high: u64,
}

/// `per_second` is the rate that the plan allows; `measured_milli` what was admitted of late, in
/// thousandths a second, where that is known. `None` where nothing moves.
#[must_use]
pub fn eta(ahead: u64, per_second: u32, measured_milli: Option<u64>) -> Option<Eta> {
    if per_second == 0 || measured_milli == Some(0) {
        return None;
    }
    let allowed_milli = u64::from(per_second) * 1000;
    let best = measured_milli.unwrap_or(allowed_milli).max(allowed_milli);
    let usual = measured_milli.unwrap_or(allowed_milli).min(allowed_milli);
    let low = ahead.saturating_mul(1000) / best;
    // A third more than at the measured rate, rounded up.
    let high = ahead.saturating_mul(4000).div_ceil(usual * 3) + 1;
    Some(Eta { low, high: high.max(low + 1) })
}

/// Bounds of the time between two questions, in milliseconds.
const POLL_MS_MIN: u64 = 1_000;
const POLL_MS_MAX: u64 = 15_000;
/// Where nothing moves, or nothing is known.
const POLL_MS_IDLE: u64 = 5_000;
/// The crowd's first question after the doors opened is spread over this long.
const OPENING_SPREAD_MS: u64 = 1_500;

/// When one who waits should ask again, in milliseconds: a tenth of the time that is left, give or
/// take a fifth. `jitter` is any random number.
#[must_use]
pub fn poll_after_ms(eta: Option<Eta>, jitter: u64) -> u64 {
    let base = eta.map_or(POLL_MS_IDLE, |eta| (eta.low * 100).clamp(POLL_MS_MIN, POLL_MS_MAX));
    base * (80 + jitter % 41) / 100
}

/// When one who came before the doors opened should ask again, in milliseconds: seldom at first,
/// and then once right after they opened, not all at the same instant.
#[must_use]
pub fn poll_before_opening_ms(opens_in_ms: u64, jitter: u64) -> u64 {
    if opens_in_ms <= POLL_MS_MAX {
        return opens_in_ms + 250 + jitter % OPENING_SPREAD_MS;
    }
    (opens_in_ms - POLL_MS_MIN).min(POLL_MS_MAX) * (80 + jitter % 21) / 100
}

/// Whoever has no more than so many ahead is near, whether anything moves or not.
const NEAR_AHEAD: u64 = 50;
/// The last of the way, and the last before the doors open, in seconds.
const NEAR_SECONDS: u64 = 60;

/// Whether one who waits is so near that a stream of news is worth more than asking: among the next
/// to be called, or in the last minute.
#[must_use]
pub fn is_near(ahead: u64, eta: Option<Eta>) -> bool {
    ahead < NEAR_AHEAD || eta.is_some_and(|eta| eta.high <= NEAR_SECONDS)
}

/// The same before the doors open.
#[must_use]
pub fn is_near_opening(opens_in_ms: u64) -> bool {
    opens_in_ms <= NEAR_SECONDS * 1_000
}

/// How fast the frontier moved between two looks, in thousandths a second; `None` where the looks
/// are too close to tell.
#[must_use]
pub fn measured_milli(from: (i64, u64), to: (i64, u64)) -> Option<u64> {
    let elapsed_ms = u64::try_from(to.0.checked_sub(from.0)?).ok()?;
    if elapsed_ms < 2_000 {
        return None;
    }
    Some(to.1.saturating_sub(from.1).saturating_mul(1_000_000) / elapsed_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn places() {
        assert_eq!(place(4, 5), Place::Called);
        assert_eq!(place(5, 5), Place::Waiting { ahead: 0 });
        assert_eq!(place(9, 5), Place::Waiting { ahead: 4 });
    }

    #[test]
    fn etas() {
        let check = |ahead, per_second, measured, expected: Option<(u64, u64)>| {
            assert_eq!(eta(ahead, per_second, measured), expected.map(|(low, high)| Eta { low, high }));
        };
        check(0, 10, None, Some((0, 1)));
        check(100, 10, None, Some((10, 15)));
        check(100, 10, Some(5_000), Some((10, 28)));
        check(100, 10, Some(20_000), Some((5, 15)));
        check(100, 0, None, None);
        check(100, 10, Some(0), None);
    }

    #[test]
    fn the_near_are_the_next_and_those_of_the_last_minute() {
        let check = |ahead, per_second, measured, expected: bool| {
            assert_eq!(is_near(ahead, eta(ahead, per_second, measured)), expected, "{ahead} at {per_second}");
        };
        check(49, 0, None, true);
        check(50, 0, None, false);
        check(4_000, 100, None, true);
        check(4_500, 100, None, false);
        check(4_000, 100, Some(10_000), false);
        assert!(is_near_opening(0) && is_near_opening(60_000) && !is_near_opening(60_001));
    }

    #[test]
    fn the_measured_rate_needs_time_and_survives_a_clock_that_jumps() {
        assert_eq!(measured_milli((0, 0), (1_000, 50)), None);
        assert_eq!(measured_milli((0, 10), (5_000, 60)), Some(10_000));
        assert_eq!(measured_milli((9_000, 10), (0, 60)), None);
    }

    proptest! {
        #[test]
        fn nobody_asks_too_often_or_falls_asleep(ahead in 0u64..10_000_000, per_second in 0u32..10_000, jitter: u64) {
            let wait = poll_after_ms(eta(ahead, per_second, None), jitter);
            prop_assert!((POLL_MS_MIN * 8 / 10..=POLL_MS_MAX * 12 / 10).contains(&wait), "{}", wait);
        }

        #[test]
        fn the_last_question_before_the_doors_comes_after_they_opened(opens_in in 0u64..100_000_000, jitter: u64) {
            let wait = poll_before_opening_ms(opens_in, jitter);
            prop_assert!(wait > 0 && wait <= POLL_MS_MAX + 250 + OPENING_SPREAD_MS);
            prop_assert!(wait > opens_in || opens_in > POLL_MS_MAX);
        }
    }
}
