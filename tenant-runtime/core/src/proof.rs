//! Proof of work: whoever wants a place first spends processor time on a challenge, so that a flood
//! of robots costs whoever sends it, and a shopper a moment.
//!
//! A challenge is a signed value as tickets are: nothing is kept of it anywhere, and it says for whom,
//! how hard and until when. It is solved by a nonce such that `SHA-256(challenge || nonce)`, both as
//! the text that travels, begins with that many zero bits. Checking an answer costs one keyed hash and
//! one SHA-256.
//!
//! A solved challenge may be shown again by the same shopper until it expires. That wins nothing: who
//! enters twice keeps the place that is there.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::config::ProofSettings;
use crate::signing::{SignedError, Signer, field};

/// For how long a challenge may be worked on. The hardest takes a slow phone some 8 seconds, and one of
/// a thousand times seven times as long.
pub const VALID_SECONDS: i64 = 120;
/// How many hex digits a nonce has, in lower case.
pub const NONCE_DIGITS: usize = 16;
/// How much harder it may have become while one was at work.
const SLACK_BITS: u32 = 2;

const PAYLOAD_BYTES: usize = 16 + 1 + 8;

/// What a challenge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    pub shopper: Uuid,
    /// How many leading zero bits the hash must have.
    pub bits: u32,
    pub expires_at: Timestamp,
}

/// Why an answer is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("the challenge is not one of this deal")]
    Challenge(#[source] SignedError),
    #[error("the challenge is another shopper's")]
    OtherShopper,
    #[error("the nonce does not solve the challenge")]
    Unsolved,
    #[error("the challenge expired")]
    Expired,
    #[error("it has become much harder since the challenge was made")]
    Overtaken,
}

/// Makes challenges of one deal and checks what is answered.
#[derive(Clone)]
pub struct ProofKey(Signer);

impl ProofKey {
    /// `secret` is the deal's own key.
    #[must_use]
    pub fn new(secret: &[u8; 32], deal: &str) -> ProofKey {
        ProofKey(Signer::new("ddib 2026 proof of work v1", secret, deal))
    }

    /// A challenge of so many bits for one shopper, good from now on for a while.
    #[must_use]
    pub fn challenge(&self, shopper: Uuid, bits: u32, now: Timestamp) -> (String, Challenge) {
        let expires_at = now.saturating_add(SignedDuration::from_secs(VALID_SECONDS)).unwrap_or(now);
        let bits = u8::try_from(bits).unwrap_or(u8::MAX);
        let mut payload = [0; PAYLOAD_BYTES];
        payload[..16].copy_from_slice(shopper.as_bytes());
        payload[16] = bits;
        payload[17..].copy_from_slice(&expires_at.as_millisecond().to_be_bytes());
        (self.0.seal(&payload), Challenge { shopper, bits: u32::from(bits), expires_at })
    }

    /// Whether the shopper has shown as much work as is asked for now, give or take what it may have
    /// become harder by in the meantime.
    ///
    /// # Errors
    /// Says what is wrong with the answer.
    pub fn check(
        &self,
        challenge: &str,
        nonce: &str,
        shopper: Uuid,
        bits_now: u32,
        now: Timestamp,
    ) -> Result<(), ProofError> {
        let payload: [u8; PAYLOAD_BYTES] = self.0.open(challenge).map_err(ProofError::Challenge)?;
        if Uuid::from_bytes(field(&payload, 0)) != shopper {
            return Err(ProofError::OtherShopper);
        }
        if now.as_millisecond() >= i64::from_be_bytes(field(&payload, 17)) {
            return Err(ProofError::Expired);
        }
        let bits = u32::from(payload[16]);
        if bits.saturating_add(SLACK_BITS) < bits_now {
            return Err(ProofError::Overtaken);
        }
        if !is_nonce(nonce) || work(challenge, nonce) < bits {
            return Err(ProofError::Unsolved);
        }
        Ok(())
    }
}

/// The first nonce from `start` on that solves the challenge. It takes `2^bits` attempts on average.
#[must_use]
pub fn solve(challenge: &str, bits: u32, start: u64) -> String {
    let head = Sha256::new().chain_update(challenge);
    let mut number = start;
    loop {
        let mut nonce = [0; NONCE_DIGITS];
        hex::encode_to_slice(number.to_be_bytes(), &mut nonce).expect("eight bytes are 16 digits");
        if zero_bits(&head.clone().chain_update(nonce).finalize()) >= bits {
            return format!("{number:0NONCE_DIGITS$x}");
        }
        number = number.wrapping_add(1);
    }
}

fn is_nonce(text: &str) -> bool {
    text.len() == NONCE_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// How many zero bits the hash begins with.
fn work(challenge: &str, nonce: &str) -> u32 {
    zero_bits(&Sha256::new().chain_update(challenge).chain_update(nonce).finalize())
}

fn zero_bits(hash: &[u8]) -> u32 {
    let zeros = hash.iter().take_while(|byte| **byte == 0).count();
    let rest = hash.get(zeros).map_or(0, |byte| byte.leading_zeros());
    u32::try_from(zeros * 8).unwrap_or(u32::MAX).saturating_add(rest)
}

/// Arrivals are counted for so long before they are judged.
pub const WINDOW_MS: i64 = 1_000;
/// Of so many windows in a row, each must have been calmer before it becomes easier.
pub const CALM_WINDOWS: u32 = 5;

/// How hard it is now, in one process. Each doubling of the arrivals over what is expected asks for
/// one bit more, which doubles the work of each. It becomes harder by one bit a second at the most, so
/// that who is at work is seldom overtaken, and easier by one bit after five calmer seconds.
///
/// Only new places count as arrivals, each of which was paid for with work and by an account: whoever
/// merely asks for challenges makes nothing harder for anybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pressure {
    raised_bits: u32,
    arrivals: u64,
    began_ms: i64,
    calm_windows: u32,
}

impl Pressure {
    /// Somebody has come.
    pub fn arrive(&mut self, rule: &ProofSettings, now: Timestamp) {
        self.pass(rule, now);
        self.arrivals = self.arrivals.saturating_add(1);
    }

    /// How many zero bits are asked for now.
    pub fn bits(&mut self, rule: &ProofSettings, now: Timestamp) -> u32 {
        self.pass(rule, now);
        rule.base_bits.saturating_add(self.raised_bits).min(rule.max_bits.max(rule.base_bits))
    }

    /// Judges the windows that are over.
    fn pass(&mut self, rule: &ProofSettings, now: Timestamp) {
        let now_ms = now.as_millisecond();
        let over = now_ms.saturating_sub(self.began_ms) / WINDOW_MS;
        if over < 0 {
            // The clock was put back.
            self.began_ms = now_ms;
        }
        if over <= 0 {
            return;
        }
        let arrivals = std::mem::take(&mut self.arrivals);
        self.judge(rule, arrivals);
        // In the others nobody came. After so many of them it is as easy as it gets.
        let easiest_after = i64::from(self.raised_bits) * i64::from(CALM_WINDOWS);
        for _ in 1..over.min(easiest_after + 1) {
            self.judge(rule, 0);
        }
        self.began_ms = self.began_ms.saturating_add(over.saturating_mul(WINDOW_MS));
    }

    fn judge(&mut self, rule: &ProofSettings, arrivals: u64) {
        let most = rule.max_bits.saturating_sub(rule.base_bits);
        let wanted = wanted_bits(rule.expected_per_second, arrivals).min(most);
        self.raised_bits = self.raised_bits.min(most);
        if wanted >= self.raised_bits {
            self.calm_windows = 0;
            self.raised_bits += u32::from(wanted > self.raised_bits);
            return;
        }
        self.calm_windows += 1;
        if self.calm_windows >= CALM_WINDOWS {
            self.calm_windows = 0;
            self.raised_bits -= 1;
        }
    }
}

/// How often what is expected must be doubled to reach what came.
fn wanted_bits(expected_per_second: u32, arrivals: u64) -> u32 {
    let expected = u64::from(expected_per_second.max(1));
    let times = arrivals.div_ceil(expected).max(1);
    u64::BITS - (times - 1).leading_zeros()
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
