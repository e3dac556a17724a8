//! The draw among those who came before the doors opened.
//!
//! A secret is committed to when the deal is armed: its hash is public. When the doors open, the
//! seed follows from the secret, the number of entrants and an accumulator that every entrant's
//! nonce went into, so that neither the platform nor the last to come can choose it. The order is a
//! permutation of `0..entrants` keyed by the seed, which anyone can compute for any entrant without
//! a stored list: a Feistel network over the next power of two, walked until the value is in range.

use crate::signing::field;

/// Enough that every output depends on every input, also where a half is a single bit.
const ROUNDS: u8 = 10;

/// What is published before the draw: BLAKE3 of the secret, hex.
#[must_use]
pub fn commitment(secret: &[u8; 32]) -> String {
    blake3::hash(secret).to_hex().to_string()
}

/// The seed of a draw, hex as it is shown.
#[must_use]
pub fn seed(secret: &[u8; 32], entrants: u64, accumulator: &str) -> [u8; 32] {
    *blake3::Hasher::new_derive_key("ddib 2026 draw v1 seed")
        .update(secret)
        .update(&entrants.to_be_bytes())
        .update(accumulator.as_bytes())
        .finalize()
        .as_bytes()
}

/// A draw that took place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    seed: [u8; 32],
    entrants: u64,
    left_bits: u32,
    right_bits: u32,
}

impl Draw {
    #[must_use]
    pub fn new(seed: [u8; 32], entrants: u64) -> Draw {
        let bits = (u64::BITS - entrants.saturating_sub(1).leading_zeros()).max(2);
        let left_bits = bits / 2;
        Draw { seed, entrants, left_bits, right_bits: bits - left_bits }
    }

    #[must_use]
    pub fn entrants(&self) -> u64 {
        self.entrants
    }

    /// The seed, hex.
    #[must_use]
    pub fn seed(&self) -> String {
        hex::encode(self.seed)
    }

    /// The number that the entrant with this order of arrival drew, from 0.
    ///
    /// # Panics
    /// Where `index` is not below the number of entrants.
    #[must_use]
    pub fn number(&self, index: u64) -> u64 {
        assert!(index < self.entrants, "only an entrant draws a number");
        let mut value = index;
        loop {
            value = self.permute(value);
            if value < self.entrants {
                return value;
            }
        }
    }

    /// The order of arrival of whoever drew this number: [`Draw::number`] backwards.
    ///
    /// # Panics
    /// Where `number` is not below the number of entrants.
    #[must_use]
    pub fn index(&self, number: u64) -> u64 {
        assert!(number < self.entrants, "only so many numbers are drawn");
        let mut value = number;
        loop {
            value = self.unpermute(value);
            if value < self.entrants {
                return value;
            }
        }
    }

    /// A bijection of `0..2^(left_bits + right_bits)`: each round changes one half by the other.
    fn permute(&self, value: u64) -> u64 {
        let right_mask = (1 << self.right_bits) - 1;
        let left_mask = (1 << self.left_bits) - 1;
        let (mut left, mut right) = (value >> self.right_bits, value & right_mask);
        for round in 0..ROUNDS {
            if round % 2 == 0 {
                left ^= self.mix(round, right) & left_mask;
            } else {
                right ^= self.mix(round, left) & right_mask;
            }
        }
        (left << self.right_bits) | right
    }

    /// The same rounds from the last to the first.
    fn unpermute(&self, value: u64) -> u64 {
        let right_mask = (1 << self.right_bits) - 1;
        let left_mask = (1 << self.left_bits) - 1;
        let (mut left, mut right) = (value >> self.right_bits, value & right_mask);
        for round in (0..ROUNDS).rev() {
            if round % 2 == 0 {
                left ^= self.mix(round, right) & left_mask;
            } else {
                right ^= self.mix(round, left) & right_mask;
            }
        }
        (left << self.right_bits) | right
    }

    fn mix(&self, round: u8, half: u64) -> u64 {
        let mut input = [round; 9];
        input[1..].copy_from_slice(&half.to_be_bytes());
        u64::from_be_bytes(field(blake3::keyed_hash(&self.seed, &input).as_bytes(), 0))
    }
}

/// Checks a draw that was published: the secret is the committed one, and the seed follows from it.
#[must_use]
pub fn verify(secret: &[u8; 32], committed: &str, entrants: u64, accumulator: &str, shown: &str) -> bool {
    commitment(secret) == committed && hex::encode(seed(secret, entrants, accumulator)) == shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        #[test]
        fn every_number_is_drawn_once(entrants in 1u64..3000, salt: u64) {
            let draw = Draw::new(seed(&[1; 32], entrants, &salt.to_string()), entrants);
            let numbers: HashSet<u64> = (0..entrants).map(|index| draw.number(index)).collect();
            prop_assert_eq!(numbers.len() as u64, entrants);
            prop_assert!(numbers.iter().all(|number| *number < entrants));
            prop_assert!((0..entrants).all(|index| draw.index(draw.number(index)) == index));
        }
    }

    #[test]
    fn the_first_to_come_is_no_better_off() {
        for entrants in [2u64, 3, 5, 10] {
            let rounds = 6000;
            let mut times = vec![0i64; usize::try_from(entrants).unwrap()];
            for salt in 0..rounds {
                let draw = Draw::new(seed(&[3; 32], entrants, &format!("{salt}")), entrants);
                times[usize::try_from(draw.number(0)).unwrap()] += 1;
            }
            let expected = rounds / i64::try_from(entrants).unwrap();
            for count in times {
                // Six standard deviations: a fair draw fails this once in a billion runs.
                assert!(
                    (count - expected).pow(2) < 36 * expected,
                    "{entrants} entrants: {count}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn a_draw_can_be_checked_and_not_be_faked() {
        let secret = [9; 32];
        let (committed, shown) = (commitment(&secret), hex::encode(seed(&secret, 12, "acc")));
        assert!(verify(&secret, &committed, 12, "acc", &shown));
        assert!(!verify(&[8; 32], &committed, 12, "acc", &shown));
        assert!(!verify(&secret, &committed, 13, "acc", &shown));
        assert!(!verify(&secret, &committed, 12, "other", &shown));
    }

    #[test]
    fn the_seed_never_changes_between_versions() {
        // The page that checks a draw in the browser is held to the same figures.
        let shown = "b4aa7ccb6b7d3ee2b90d5d209ef6abf9c3cb3e78e8d719cb42f383c8093716a9";
        assert_eq!(hex::encode(seed(&[9; 32], 12, "acc")), shown);
    }

    #[test]
    fn the_permutation_never_changes_between_versions() {
        let draw = Draw::new([5; 32], 10);
        let numbers: Vec<u64> = (0..10).map(|index| draw.number(index)).collect();
        assert_eq!(numbers, [4, 8, 2, 7, 3, 5, 1, 0, 6, 9]);
    }
}
