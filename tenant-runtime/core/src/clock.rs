//! The deal's clock: what a deal measures passes, holds, calls and rates with, and what opens and closes
//! its doors. It is Redis' own clock, which all pods share, without its jumps: a clock that is put right,
//! a machine that was off, a Redis that comes up again elsewhere.
//!
//! *It never goes back*, and stands still for no longer than an instant: where Redis' clock jumps back, the
//! deal's goes on from where it was, at the pace of the jumped one.
//!
//! *It goes forward as far as two agree.* As long as steps come one soon after the other, Redis' word is
//! enough. After a longer pause, which is either one in which nobody asked or a jump, whoever asks says
//! what time they reckon it is: by the deal's own clock as they last saw it and their monotonic clock since,
//! or, having just started, by their own. The earlier of the two counts.
//!
//! What Redis' clock said first is believed, and so is one that drifts.

/// The longest time between two steps that Redis' word alone is enough for, in milliseconds: longer than a
/// Redis takes that is started again, and no longer than the shortest time that anything is promised for.
pub const STEP_MS_MAX: i64 = 5_000;

/// How the deal's clock stands; it is kept in the deal's Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DealClock {
    /// What Redis' clock showed when it was last read, in milliseconds.
    pub redis_ms: i64,
    /// What time it was in the deal then, in milliseconds.
    pub deal_ms: i64,
}

impl DealClock {
    /// The clock of a deal that nothing has happened in yet.
    #[must_use]
    pub fn start(redis_ms: i64) -> DealClock {
        DealClock { redis_ms, deal_ms: redis_ms }
    }

    /// The clock when Redis' shows this, and whoever asks reckons that (both in milliseconds).
    #[must_use]
    pub fn read(self, redis_ms: i64, reckoned_ms: i64) -> DealClock {
        let step = redis_ms - self.redis_ms;
        let by_redis = self.deal_ms + step;
        let deal_ms = if (0..=STEP_MS_MAX).contains(&step) {
            by_redis
        } else {
            self.deal_ms.max(by_redis.min(reckoned_ms))
        };
        DealClock { redis_ms, deal_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600_000;

    /// `step` is by how much Redis' clock has moved, `reckoned` how much later whoever asks takes it for.
    #[track_caller]
    fn check(step: i64, reckoned: i64, expected: i64) {
        // It has jumped before, and the deal's own time is another.
        let before = DealClock { redis_ms: 10 * HOUR, deal_ms: 7 * HOUR };
        let after = before.read(before.redis_ms + step, before.deal_ms + reckoned);
        assert_eq!(after.redis_ms, before.redis_ms + step);
        assert_eq!(after.deal_ms - before.deal_ms, expected, "Redis moved by {step}, reckoned {reckoned}");
    }

    #[test]
    fn a_jump_is_no_time_and_a_pause_is() {
        for reckoned in [-HOUR, 0, 200, HOUR] {
            check(0, reckoned, 0);
            check(200, reckoned, 200);
            check(STEP_MS_MAX, reckoned, STEP_MS_MAX);
            check(-1, reckoned, 0);
            check(-HOUR, reckoned, 0);
        }
        check(HOUR + 200, 200, 200);
        check(HOUR, HOUR, HOUR);
        check(60_000, 60_100, 60_000);
        check(60_000, 59_900, 59_900);
        // Whoever's own clock is behind keeps the others' where it was.
        check(60_000, -HOUR, 0);
        check(HOUR, HOUR * 2, HOUR);
    }

    #[derive(Debug, Clone)]
    enum Event {
        /// So many milliseconds pass until the next step.
        Pause(i64),
        /// From now on Redis' clock is wrong by so many hours.
        Wrong(i64),
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            6 => (0i64..400).prop_map(Event::Pause),
            1 => (0i64..900_000).prop_map(Event::Pause),
            2 => (-3i64..=3).prop_map(Event::Wrong),
        ]
    }

    proptest! {
        /// `truth` is the time by a clock that is right; the pods reckon by it, each as of its last look.
        #[test]
        fn an_hour_back_and_forth_makes_no_time_and_loses_next_to_none(
            events in prop::collection::vec(event(), 1..200),
        ) {
            let (mut truth, mut wrong) = (100 * HOUR, 0);
            let mut clock = DealClock::start(truth);
            for event in events {
                let before = clock;
                match event {
                    Event::Pause(ms) => {
                        truth += ms;
                        clock = clock.read(truth + wrong, clock.deal_ms + ms);
                        prop_assert_eq!(clock.deal_ms - before.deal_ms, ms, "time passes");
                    }
                    Event::Wrong(hours) => {
                        // The next step comes a moment after the jump.
                        (truth, wrong) = (truth + 200, hours * HOUR);
                        clock = clock.read(truth + wrong, clock.deal_ms + 200);
                        let moved = clock.deal_ms - before.deal_ms;
                        prop_assert!(moved == 0 || moved == 200, "a jump made {} ms", moved);
                    }
                }
                prop_assert!(clock.deal_ms <= truth, "the deal is ahead of the time");
            }
        }
    }
}
