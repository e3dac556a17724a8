//! The capacity calendar. A rental occupies the platform for its window and for the time that it
//! takes to set the runtime up before it and to drain it after; all that is occupied at one instant
//! may not exceed what the platform can serve. Windows and spans are half-open.
//!
//! Nothing here knows where bookings are stored: whoever books reads them and writes the new one in
//! the same transaction.

use crds::Window;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// What a window may look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Opening and closing must fall on multiples of this, counted from midnight UTC.
    pub granularity_seconds: u32,
    /// How far ahead of the opening one must book.
    pub lead_seconds_min: u32,
    pub length_seconds_min: u32,
    pub length_seconds_max: u32,
    /// How far ahead one may book.
    pub ahead_days_max: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            granularity_seconds: 300,
            lead_seconds_min: 3_600,
            length_seconds_min: 600,
            length_seconds_max: 86_400,
            ahead_days_max: 90,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowProblem {
    #[error("the window closes before it opens")]
    Order,
    #[error("the window opens too soon")]
    Past,
    #[error("the window opens too far ahead")]
    TooFar,
    #[error("the window is too short")]
    TooShort,
    #[error("the window is too long")]
    TooLong,
    #[error("the window does not fall on the calendar's grid")]
    OffGrid,
}

impl Rules {
    /// Whether `window` may be booked at `now`, whoever else has booked.
    ///
    /// # Errors
    /// The first rule that the window breaks.
    pub fn check(&self, window: Window, now: Timestamp) -> Result<(), WindowProblem> {
        let length_seconds = window.closes_at.duration_since(window.opens_at).as_secs();
        if window.closes_at <= window.opens_at {
            return Err(WindowProblem::Order);
        }
        if window.opens_at < later(now, i64::from(self.lead_seconds_min)) {
            return Err(WindowProblem::Past);
        }
        if window.opens_at > later(now, i64::from(self.ahead_days_max) * 86_400) {
            return Err(WindowProblem::TooFar);
        }
        if length_seconds < i64::from(self.length_seconds_min) {
            return Err(WindowProblem::TooShort);
        }
        if length_seconds > i64::from(self.length_seconds_max) {
            return Err(WindowProblem::TooLong);
        }
        if !self.on_grid(window.opens_at) || !self.on_grid(window.closes_at) {
            return Err(WindowProblem::OffGrid);
        }
        Ok(())
    }

    fn on_grid(&self, at: Timestamp) -> bool {
        at.as_second() % i64::from(self.granularity_seconds.max(1)) == 0 && at.subsec_nanosecond() == 0
    }
}

/// The time around a window for which the platform is occupied as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margins {
    pub setup_seconds: u32,
    pub drain_seconds: u32,
}

impl Margins {
    #[must_use]
    pub fn around(&self, window: Window) -> Span {
        Span {
            from: later(window.opens_at, -i64::from(self.setup_seconds)),
            until: later(window.closes_at, i64::from(self.drain_seconds)),
        }
    }
}

/// For how long something is occupied, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Span {
    #[must_use]
    pub fn overlaps(&self, other: &Span) -> bool {
        self.from < other.until && other.from < self.until
    }
}

/// What one rental takes from the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booking {
    pub company: Uuid,
    /// With its margins.
    pub span: Span,
    /// The expected shoppers of its plan.
    pub shoppers: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unbookable {
    /// A company has one host name, so its deals follow one another.
    #[error("the company has another rental at that time")]
    Taken,
    #[error("the platform has room for {free} shoppers at that time")]
    CapacityExceeded { free: u64 },
}

/// Whether `wanted` fits beside `booked`, where the platform serves `capacity` shoppers at once.
///
/// # Errors
/// Why it does not fit.
pub fn fits(booked: &[Booking], wanted: &Booking, capacity: u64) -> Result<(), Unbookable> {
    let own = booked.iter().any(|b| b.company == wanted.company && b.span.overlaps(&wanted.span));
    if own {
        return Err(Unbookable::Taken);
    }
    let free = capacity.saturating_sub(peak(booked, wanted.span));
    if wanted.shoppers > free { Err(Unbookable::CapacityExceeded { free }) } else { Ok(()) }
}

/// The most that is occupied at any instant of `span`, in shoppers.
#[must_use]
pub fn peak(booked: &[Booking], span: Span) -> u64 {
    let mut changes: Vec<(Timestamp, bool, u64)> = Vec::new();
    for b in booked.iter().filter(|b| b.span.overlaps(&span)) {
        changes.push((b.span.from.max(span.from), true, b.shoppers));
        changes.push((b.span.until, false, b.shoppers));
    }
    // At one instant the ends come first (false < true): a span does not contain its end.
    changes.sort_unstable();
    let (mut now, mut most) = (0_u64, 0_u64);
    for (_, begins, shoppers) in changes {
        now = if begins { now.saturating_add(shoppers) } else { now.saturating_sub(shoppers) };
        most = most.max(now);
    }
    most
}

/// One hour of the calendar, as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// The most that is occupied in the hour, in shoppers.
    pub used: u64,
    pub free: u64,
}

/// The hours that begin in `range`, first to last; empty where the range is.
#[must_use]
pub fn slots(booked: &[Booking], range: Span, capacity: u64) -> Vec<Slot> {
    const HOUR_SECONDS: i64 = 3_600;
    let first = range.from.as_second().div_euclid(HOUR_SECONDS) * HOUR_SECONDS;
    let mut starts_at = Timestamp::from_second(first).unwrap_or(range.from);
    if starts_at < range.from {
        starts_at = later(starts_at, HOUR_SECONDS);
    }
    let mut slots = Vec::new();
    while starts_at < range.until {
        let ends_at = later(starts_at, HOUR_SECONDS);
        let used = peak(booked, Span { from: starts_at, until: ends_at });
        slots.push(Slot { starts_at, ends_at, used, free: capacity.saturating_sub(used) });
        if ends_at == starts_at {
            break;
        }
        starts_at = ends_at;
    }
    slots
}

/// `at` moved by `seconds`, held at the ends of representable time.
#[must_use]
pub fn later(at: Timestamp, seconds: i64) -> Timestamp {
    let edge = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(edge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a second of our time")
    }

    fn span(from: i64, until: i64) -> Span {
        Span { from: at(from), until: at(until) }
    }

    fn booking(company: u128, from: i64, until: i64, shoppers: u64) -> Booking {
        Booking { company: Uuid::from_u128(company), span: span(from, until), shoppers }
    }

    #[track_caller]
    fn check(opens: i64, closes: i64, expected: Result<(), WindowProblem>) {
        let window = Window { opens_at: at(opens), closes_at: at(closes) };
        assert_eq!(Rules::default().check(window, at(0)), expected);
    }

    #[test]
    fn windows() {
        check(3_600, 7_200, Ok(()));
        check(3_600, 4_200, Ok(()));
        check(3_600, 3_600 + 86_400, Ok(()));
        check(3_300, 7_200, Err(WindowProblem::Past));
        check(-600, 7_200, Err(WindowProblem::Past));
        check(7_200, 7_200, Err(WindowProblem::Order));
        check(7_200, 3_600, Err(WindowProblem::Order));
        check(3_600, 3_900, Err(WindowProblem::TooShort));
        check(3_600, 3_600 + 86_700, Err(WindowProblem::TooLong));
        check(3_601, 7_200, Err(WindowProblem::OffGrid));
        check(3_600, 7_201, Err(WindowProblem::OffGrid));
        check(91 * 86_400, 91 * 86_400 + 3_600, Err(WindowProblem::TooFar));
    }

    #[test]
    fn a_span_does_not_contain_its_end() {
        assert!(!span(0, 10).overlaps(&span(10, 20)));
        assert!(span(0, 11).overlaps(&span(10, 20)));
        let booked = [booking(1, 0, 10, 5), booking(2, 10, 20, 5)];
        assert_eq!(peak(&booked, span(0, 20)), 5);
    }

    #[test]
    fn fitting() {
        let booked = [booking(1, 100, 200, 60)];
        assert_eq!(fits(&booked, &booking(2, 100, 200, 40), 100), Ok(()));
        assert_eq!(
            fits(&booked, &booking(2, 199, 300, 41), 100),
            Err(Unbookable::CapacityExceeded { free: 40 })
        );
        assert_eq!(fits(&booked, &booking(2, 200, 300, 100), 100), Ok(()));
        assert_eq!(fits(&booked, &booking(1, 150, 160, 1), 100), Err(Unbookable::Taken));
        assert_eq!(fits(&booked, &booking(1, 200, 260, 1), 100), Ok(()));
    }

    #[test]
    fn hours_are_whole_and_begin_in_the_range() {
        let booked = [booking(1, 5_400, 9_000, 30)];
        let slots = slots(&booked, span(1, 10_800), 100);
        let shown: Vec<_> = slots.iter().map(|s| (s.starts_at.as_second(), s.used, s.free)).collect();
        assert_eq!(shown, [(3_600, 30, 70), (7_200, 30, 70)]);
    }

    proptest! {
        /// The sweep agrees with asking at each second.
        #[test]
        fn peak_is_the_brute_force_peak(
            bookings in prop::collection::vec((0_i64..40, 1_i64..20, 1_u64..50), 0..12),
            from in 0_i64..40, length in 1_i64..30,
        ) {
            let booked: Vec<_> =
                bookings.iter().map(|&(f, l, n)| booking(0, f, f + l, n)).collect();
            let asked = span(from, from + length);
            let brute = (from..from + length)
                .map(|s| {
                    booked.iter().filter(|b| b.span.from <= at(s) && at(s) < b.span.until)
                        .map(|b| b.shoppers).sum::<u64>()
                })
                .max().unwrap_or(0);
            prop_assert_eq!(peak(&booked, asked), brute);
        }

        /// Whatever is asked for in whatever order, what is accepted never exceeds the capacity, and
        /// no company has two at once.
        #[test]
        fn what_is_accepted_fits(
            wanted in prop::collection::vec((0_u128..4, 0_i64..60, 1_i64..20, 1_u64..60), 0..40),
        ) {
            const CAPACITY: u64 = 100;
            let mut booked: Vec<Booking> = Vec::new();
            for (company, from, length, shoppers) in wanted {
                let wanted = booking(company, from, from + length, shoppers);
                if fits(&booked, &wanted, CAPACITY).is_ok() {
                    booked.push(wanted);
                }
            }
            for second in 0..80 {
                let here: Vec<_> = booked.iter()
                    .filter(|b| b.span.from <= at(second) && at(second) < b.span.until).collect();
                prop_assert!(here.iter().map(|b| b.shoppers).sum::<u64>() <= CAPACITY);
                for company in 0..4 {
                    let own = here.iter().filter(|b| b.company == Uuid::from_u128(company)).count();
                    prop_assert!(own <= 1);
                }
            }
        }
    }
}
