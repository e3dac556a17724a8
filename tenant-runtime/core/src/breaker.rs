//! When to leave a gateway alone that fails again and again. While it rests, nobody new is sent to it:
//! shoppers keep their pieces and are asked to try again in a moment, instead of waiting for an answer
//! that does not come. What is already under way is never held up here: recovery asks however the
//! gateway is.
//!
//! ```text
//! Closed --ten more failed than were answered--> Resting --its pause is over--> Trying
//!    ^                                              ^                             |
//!    |                                              +----the one call failed------+
//!    +-----------------------the one call was answered---------------------------+
//! ```

use jiff::{SignedDuration, Timestamp};

/// How many more calls must fail than are answered. A gateway that answers more often than not is never
/// left alone, however many call it; one that is dead is, after so many calls.
pub const EXCESS_MAX: u32 = 10;
/// The first pause; each that follows on a failed attempt is twice as long.
pub const PAUSE_MIN: SignedDuration = SignedDuration::from_secs(5);
/// A payment lives for 15 minutes at the gateway, so nobody loses one for a pause.
pub const PAUSE_MAX: SignedDuration = SignedDuration::from_secs(40);
/// An attempt that has not ended after this is given up: the gateway is waited for 15 seconds.
pub const ATTEMPT_MAX: SignedDuration = SignedDuration::from_secs(20);

/// What is known of a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    state: State,
    /// Counts the changes of state: what ends after one says nothing about what came then.
    turn: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed {
        /// How many more calls failed than were answered; nothing is saved up for answers.
        excess: u32,
    },
    Resting {
        since: Timestamp,
        pause: SignedDuration,
    },
    Trying {
        since: Timestamp,
        pause: SignedDuration,
    },
}

/// Leave to call the gateway once; to be given back to [`Breaker::ended`] or [`Breaker::unused`].
#[derive(Debug, PartialEq, Eq)]
pub struct Leave {
    turn: u64,
}

/// The gateway is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resting {
    /// When to come again.
    pub again_in: SignedDuration,
}

/// How a call ended, as far as the gateway's health is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It answered, be it with a no.
    Answered,
    /// It did not answer, or said that it cannot serve anyone.
    Failed,
}

impl Default for Breaker {
    fn default() -> Breaker {
        Breaker { state: State::Closed { excess: 0 }, turn: 0 }
    }
}

impl Breaker {
    /// Leave to call the gateway now.
    ///
    /// # Errors
    /// Where it rests, or somebody is trying already whether it is back.
    pub fn ask(&mut self, now: Timestamp) -> Result<Leave, Resting> {
        match self.state {
            State::Closed { .. } => {}
            State::Resting { since, pause } => {
                if let Some(again_in) = left_of(pause, since, now) {
                    return Err(Resting { again_in });
                }
                self.turn_to(State::Trying { since: now, pause });
            }
            State::Trying { since, pause } => {
                if left_of(ATTEMPT_MAX, since, now).is_some() {
                    return Err(Resting { again_in: PAUSE_MIN });
                }
                self.turn_to(State::Trying { since: now, pause });
            }
        }
        Ok(Leave { turn: self.turn })
    }

    /// A call ended. One that began before the last change of state says nothing any more.
    pub fn ended(&mut self, leave: &Leave, how: Ended, now: Timestamp) {
        if leave.turn != self.turn {
            return;
        }
        match (self.state, how) {
            (State::Closed { excess }, Ended::Answered) => {
                self.state = State::Closed { excess: excess.saturating_sub(1) };
            }
            (State::Closed { excess }, Ended::Failed) if excess + 1 < EXCESS_MAX => {
                self.state = State::Closed { excess: excess + 1 };
            }
            (State::Closed { .. }, Ended::Failed) => {
                self.turn_to(State::Resting { since: now, pause: PAUSE_MIN });
            }
            (State::Trying { .. }, Ended::Answered) => {
                self.turn_to(State::Closed { excess: 0 });
            }
            (State::Trying { pause, .. }, Ended::Failed) => {
                let pause = pause.saturating_add(pause).min(PAUSE_MAX);
                self.turn_to(State::Resting { since: now, pause });
            }
            (State::Resting { .. }, _) => {}
        }
    }

    /// No call was made after all: whoever comes next may try in its place.
    pub fn unused(&mut self, leave: &Leave) {
        if let State::Trying { pause, .. } = self.state
            && leave.turn == self.turn
        {
            self.turn_to(State::Resting { since: Timestamp::MIN, pause });
        }
    }

    /// Whether the gateway is left alone by all but the one who tries.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        !matches!(self.state, State::Closed { .. })
    }

    fn turn_to(&mut self, state: State) {
        self.state = state;
        self.turn += 1;
    }
}

/// How much of a length is left. Nothing is, too, where the clock was set back to before its beginning:
/// it would stop all sales for as long as it was set back by.
fn left_of(length: SignedDuration, since: Timestamp, now: Timestamp) -> Option<SignedDuration> {
    let passed = now.duration_since(since);
    let left = length.saturating_sub(passed);
    (!passed.is_negative() && left.is_positive()).then_some(left)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).expect("a second of our time")
    }

    fn call(breaker: &mut Breaker, how: Ended, now: Timestamp) {
        let leave = breaker.ask(now).expect("the gateway may be called");
        breaker.ended(&leave, how, now);
    }

    fn tripped(now: Timestamp) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..EXCESS_MAX {
            call(&mut breaker, Ended::Failed, now);
        }
        assert!(breaker.is_resting());
        breaker
    }

    #[test]
    fn a_gateway_that_answers_as_often_as_not_is_not_left_alone() {
        let mut breaker = Breaker::default();
        for _ in 0..1_000 {
            call(&mut breaker, Ended::Failed, at(0));
            call(&mut breaker, Ended::Answered, at(0));
        }
        for _ in 1..EXCESS_MAX {
            call(&mut breaker, Ended::Failed, at(0));
        }
        assert!(!breaker.is_resting());
        call(&mut breaker, Ended::Failed, at(0));
        assert!(breaker.is_resting());
    }

    #[test]
    fn many_answers_do_not_hide_that_it_died() {
        let mut breaker = Breaker::default();
        for _ in 0..1_000 {
            call(&mut breaker, Ended::Answered, at(0));
        }
        for _ in 0..EXCESS_MAX {
            call(&mut breaker, Ended::Failed, at(1));
        }
        assert!(breaker.is_resting());
    }

    #[test]
    fn after_the_pause_one_tries_and_all_others_wait_for_it() {
        let mut breaker = tripped(at(0));
        assert_eq!(breaker.ask(at(1)), Err(Resting { again_in: SignedDuration::from_secs(4) }));
        let attempt = breaker.ask(at(5)).expect("the pause is over");
        assert_eq!(breaker.ask(at(5)), Err(Resting { again_in: PAUSE_MIN }));
        breaker.ended(&attempt, Ended::Answered, at(6));
        assert!(!breaker.is_resting());
        call(&mut breaker, Ended::Answered, at(6));
    }

    #[test]
    fn each_failed_attempt_doubles_the_pause_up_to_its_limit() {
        let mut breaker = tripped(at(0));
        let mut now = 0;
        for pause in [5, 10, 20, 40, 40] {
            assert!(breaker.ask(at(now + pause - 1)).is_err(), "{pause}");
            now += pause;
            call(&mut breaker, Ended::Failed, at(now));
        }
    }

    #[test]
    fn calls_from_before_say_nothing_about_now() {
        let mut breaker = Breaker::default();
        let slow: Vec<_> = (0..20).map(|_| breaker.ask(at(0)).expect("it is closed")).collect();
        for _ in 0..EXCESS_MAX {
            call(&mut breaker, Ended::Failed, at(1));
        }
        let resting = breaker.clone();
        for leave in &slow[..10] {
            breaker.ended(leave, Ended::Answered, at(2));
        }
        assert_eq!(breaker, resting);
        call(&mut breaker, Ended::Answered, at(10));
        for leave in &slow[10..] {
            breaker.ended(leave, Ended::Failed, at(15));
        }
        assert!(!breaker.is_resting());
    }

    #[test]
    fn an_attempt_that_is_not_made_or_never_ends_is_another_ones() {
        let mut breaker = tripped(at(0));
        let unused = breaker.ask(at(5)).expect("the pause is over");
        breaker.unused(&unused);
        let lost = breaker.ask(at(5)).expect("nobody is trying");
        assert!(breaker.ask(at(24)).is_err());
        let next = breaker.ask(at(25)).expect("the other one is given up");
        breaker.ended(&lost, Ended::Failed, at(26));
        breaker.ended(&next, Ended::Answered, at(26));
        assert!(!breaker.is_resting());
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody() {
        let mut breaker = tripped(at(3_600));
        breaker.ask(at(0)).expect("the pause began in what is now the future");
        breaker.ask(at(-3_600)).expect("and so did the attempt");
    }

    proptest! {
        /// Whatever happens, the longest pause and one attempt later somebody may call again.
        #[test]
        fn nobody_is_shut_out_for_good(steps in prop::collection::vec((0_i64..30, 0_u8..3), 0..300)) {
            let mut breaker = Breaker::default();
            let mut now = 0;
            for (seconds, what) in steps {
                now += seconds;
                if let Ok(leave) = breaker.ask(at(now)) {
                    match what {
                        0 => breaker.ended(&leave, Ended::Answered, at(now)),
                        1 => breaker.ended(&leave, Ended::Failed, at(now)),
                        _ => {}
                    }
                }
            }
            let later = at(now) + PAUSE_MAX.max(ATTEMPT_MAX);
            prop_assert!(breaker.ask(later).is_ok());
        }
    }
}
