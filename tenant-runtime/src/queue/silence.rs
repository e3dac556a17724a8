//! Who of the next to be called has gone away, as far as this process has heard. Nobody is passed over
//! unless every process that waiting shoppers ask says so.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tenant_runtime_core::presence::{Presence, Silent, TURN_MS};

use super::look::Look;

/// How many of the next numbers a process speaks of.
const NUMBERS_MAX: u64 = 16_384;
/// How many orders of arrival are looked up in the draw at a time: a few milliseconds' work.
const LOOKED_UP_MAX: usize = 4_096;
/// How long what a process said counts. Longer ago, it is dead, and its shoppers ask another.
pub const SAID_MS: i64 = 3_000;

const TURN: Duration = Duration::from_millis(TURN_MS.unsigned_abs());
const SAID: Duration = Duration::from_millis(SAID_MS.unsigned_abs());

/// What a process keeps between two looks to say who is silent.
pub struct Silence {
    /// The number that the first of `ahead` belongs to.
    first: u64,
    /// Orders of arrival of the next numbers.
    ahead: VecDeque<u64>,
    /// The last turn of the presence, and whether it was the first: before, too little was heard.
    turned_at: Instant,
    has_turned: bool,
    /// Since when every look has come about. After an outage, others have not had the time to speak.
    steady_since: Instant,
}

impl Default for Silence {
    fn default() -> Self {
        let now = Instant::now();
        Silence { first: 0, ahead: VecDeque::new(), turned_at: now, has_turned: false, steady_since: now }
    }
}

impl Silence {
    /// Who is silent of the numbers behind the frontier of the last look; nobody while too little was
    /// heard to tell.
    pub fn say(&mut self, presence: &Presence, look: &Look) -> Silent {
        if self.turned_at.elapsed() >= TURN {
            presence.turn();
            self.turned_at = Instant::now();
            self.has_turned = true;
        }
        self.follow(look);
        if !self.has_turned || self.steady_since.elapsed() <= SAID {
            return Silent::default();
        }
        let at = |number: u64| usize::try_from(number - self.first).ok();
        let index = |number: u64| at(number).and_then(|at| self.ahead.get(at));
        let numbers = u64::try_from(self.ahead.len()).unwrap_or(0);
        Silent::of(self.first, numbers, |number| {
            index(number).is_some_and(|index| presence.is_silent(*index))
        })
    }

    /// A look came to nothing.
    pub fn interrupted(&mut self) {
        self.steady_since = Instant::now();
    }

    /// Drops what has been called, and looks up who comes next.
    fn follow(&mut self, look: &Look) {
        let standing = &look.standing;
        if standing.opened_ms == 0 {
            return;
        }
        while self.first < standing.frontier && self.ahead.pop_front().is_some() {
            self.first += 1;
        }
        if self.ahead.is_empty() {
            self.first = standing.frontier;
        }
        let from = self.first + u64::try_from(self.ahead.len()).unwrap_or(0);
        let to = standing.next.min(standing.frontier + NUMBERS_MAX);
        self.ahead.extend((from..to).take(LOOKED_UP_MAX).map(|number| look.index(number)));
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::queue::steps::Standing;

    fn look(frontier: u64, next: u64) -> Look {
        let standing = Standing { opened_ms: 1, entrants: 10_000, next, frontier, ..Standing::empty() };
        Look::new(standing, Some(&[7; 32]), None, None, Timestamp::UNIX_EPOCH)
    }

    /// One that has listened for long enough.
    fn attentive() -> Silence {
        let long_ago = Instant::now().checked_sub(SAID * 2).expect("the machine has been up for a while");
        Silence { has_turned: true, steady_since: long_ago, ..Silence::default() }
    }

    #[test]
    fn nobody_is_silent_to_one_who_has_not_listened_for_long() {
        let presence = Presence::default();
        assert_eq!(Silence::default().say(&presence, &look(0, 20_000)), Silent::default());
        let mut silence = attentive();
        assert!(silence.say(&presence, &look(0, 20_000)).contains(0));
        silence.interrupted();
        assert_eq!(silence.say(&presence, &look(0, 20_000)), Silent::default());
    }

    #[test]
    fn it_speaks_of_the_next_numbers_by_the_draw() {
        let (presence, mut silence) = (Presence::default(), attentive());
        for frontier in [0, 3, 5_000, 9_999, 19_990] {
            let look = look(frontier, 20_000);
            for number in (frontier..20_000).filter(|number| number % 3 == 0) {
                presence.hear(look.index(number));
            }
            // What is looked up at a time is bounded, so it takes some looks.
            for _ in 0..10 {
                silence.say(&presence, &look);
            }
            let said = silence.say(&presence, &look);
            for number in frontier..(frontier + NUMBERS_MAX).min(20_000) {
                assert_eq!(said.contains(number), number % 3 != 0, "{number} from {frontier}");
            }
            assert!(!said.contains(20_000) && (frontier == 0 || !said.contains(frontier - 1)));
        }
    }
}
