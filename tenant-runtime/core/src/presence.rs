//! Who still asks for their position. Asking costs a bit in memory; whoever has not asked for long is
//! silent, and may be passed over.
//!
//! Two bitmaps by order of arrival take turns: one is being written, the other remembers the turn
//! before. A ticket is silent once it is in neither, so after one to two turns without a question.
//! The memory is of a fixed size, however many wait.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// How long a turn lasts, in milliseconds. A page in the background is woken up once a minute by the
/// browsers that are strictest with it; the others ask every eighteen seconds at the latest.
pub const TURN_MS: i64 = 65_000;
/// Orders of arrival from this one on are never silent: each of the bitmaps takes two megabytes.
const TRACKED: u64 = 1 << 24;

/// What a process has heard.
pub struct Presence {
    heard: [Box<[AtomicU64]>; 2],
    /// Which bitmap is being written.
    current: AtomicUsize,
}

impl Default for Presence {
    fn default() -> Self {
        let words = usize::try_from(TRACKED / 64).expect("a quarter of a million");
        let bitmap = || (0..words).map(|_| AtomicU64::new(0)).collect();
        Presence { heard: [bitmap(), bitmap()], current: AtomicUsize::new(0) }
    }
}

impl Presence {
    /// The holder of this order of arrival has asked.
    pub fn hear(&self, index: u64) {
        let Some((word, bit)) = place(index) else { return };
        let word = &self.heard[self.current.load(Relaxed)][word];
        // Reading does not take the cache line away from other threads.
        if word.load(Relaxed) & bit == 0 {
            word.fetch_or(bit, Relaxed);
        }
    }

    /// Begins the next turn: what was heard in the turn before the last is forgotten.
    pub fn turn(&self) {
        let next = 1 - self.current.load(Relaxed);
        for word in &self.heard[next] {
            if word.load(Relaxed) != 0 {
                word.store(0, Relaxed);
            }
        }
        self.current.store(next, Relaxed);
    }

    /// Whether the holder of this order of arrival has not asked in this turn and the one before.
    #[must_use]
    pub fn is_silent(&self, index: u64) -> bool {
        place(index)
            .is_some_and(|(word, bit)| self.heard.iter().all(|bitmap| bitmap[word].load(Relaxed) & bit == 0))
    }
}

fn place(index: u64) -> Option<(usize, u64)> {
    if index >= TRACKED {
        return None;
    }
    Some((usize::try_from(index / 64).ok()?, 1 << (index % 64)))
}

/// One bit a number, from the lowest up, one for the silent: what a pod says of the numbers from
/// `first_byte * 8` on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Silent {
    pub first_byte: u64,
    pub bits: Vec<u8>,
}

impl Silent {
    /// What `is_silent` says of so many numbers from `first` on. Zeros at the end are left out.
    #[must_use]
    pub fn of(first: u64, numbers: u64, is_silent: impl Fn(u64) -> bool) -> Silent {
        let first_byte = first / 8;
        let mut bits: Vec<u8> = (first_byte..(first + numbers).div_ceil(8))
            .map(|byte| {
                (0..8)
                    .map(|bit| (byte * 8 + bit, 1u8 << bit))
                    .filter(|(number, _)| (first..first + numbers).contains(number) && is_silent(*number))
                    .fold(0, |bits, (_, bit)| bits | bit)
            })
            .collect();
        let used = bits.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        bits.truncate(used);
        Silent { first_byte, bits }
    }

    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        let byte = (number / 8).checked_sub(self.first_byte).and_then(|at| usize::try_from(at).ok());
        byte.and_then(|at| self.bits.get(at)).is_some_and(|byte| byte >> (number % 8) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_is_silent_after_two_turns_without_a_question() {
        let presence = Presence::default();
        assert!(presence.is_silent(7), "nothing was heard yet");
        presence.hear(7);
        assert!(!presence.is_silent(7) && presence.is_silent(8));
        presence.turn();
        assert!(!presence.is_silent(7), "heard in the turn before");
        presence.turn();
        assert!(presence.is_silent(7));
        presence.hear(7);
        presence.turn();
        assert!(!presence.is_silent(7));
    }

    #[test]
    fn those_beyond_the_memory_are_never_silent() {
        let presence = Presence::default();
        presence.hear(TRACKED);
        presence.hear(u64::MAX);
        assert!(presence.is_silent(TRACKED - 1) && !presence.is_silent(TRACKED));
        assert!(!presence.is_silent(u64::MAX));
    }

    proptest! {
        #[test]
        fn bits_say_what_was_asked(first in 0u64..100, silent: u64, numbers in 0u64..64) {
            let is_silent = |number: u64| silent >> (number - first) & 1 == 1;
            let said = Silent::of(first, numbers, is_silent);
            for number in 0..300 {
                let expected = (first..first + numbers).contains(&number) && is_silent(number);
                prop_assert_eq!(said.contains(number), expected, "{}", number);
            }
            prop_assert!(said.bits.last() != Some(&0));
        }
    }
}
