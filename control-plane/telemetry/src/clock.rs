//! The one place that reads the wall clock. Everything else is handed a [`Clock`], so that a test
//! can say what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Tells the time, in microseconds' resolution.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

/// The hand that moves a manual clock.
#[derive(Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl Clock {
    #[must_use]
    pub fn system() -> Clock {
        Clock(Source::System)
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn manual(start: Timestamp) -> (Clock, ManualClock) {
        let micros = Arc::new(AtomicI64::new(start.as_microsecond()));
        (Clock(Source::Manual(Arc::clone(&micros))), ManualClock(micros))
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        let micros = match &self.0 {
            Source::System => system_micros(),
            Source::Manual(micros) => micros.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(micros).expect("a clock's microseconds are within the calendar")
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that all others are made of")]
fn system_micros() -> i64 {
    Timestamp::now().as_microsecond()
}

impl ManualClock {
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_microsecond(), Ordering::SeqCst);
    }

    /// Moves the clock; a negative duration moves it back, as a real clock may jump.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).expect("a test moves its clock by less than an age");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let (clock, hand) = Clock::manual(start);
        assert_eq!(clock.now(), start);
        hand.advance(SignedDuration::from_secs(61));
        assert_eq!(clock.now(), start + SignedDuration::from_secs(61));
        hand.advance(SignedDuration::from_secs(-60));
        assert_eq!(clock.now(), start + SignedDuration::from_secs(1));
    }
}
