//! What tickets and passes have in common: values that a deal signs for itself with keyed BLAKE3.
//!
//! A key is derived from the deal's secret, the deal's name and what is signed, so that a value of
//! one deal is worthless in another (I5), and a ticket is never a pass. Checking one costs a
//! fraction of a microsecond and no look-up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const TAG_BYTES: usize = 8;
const MAC_BYTES: usize = 32;
const VERSION: u8 = 1;
/// No signed value is larger; a multiple of three, as base64 has it.
const VALUE_BYTES_MAX: usize = 120;

/// Signs and checks one kind of value for one deal.
#[derive(Clone)]
pub struct Signer {
    key: [u8; 32],
    /// Says which deal and kind a value claims to be of, so that a foreign one is told from a forged one.
    tag: [u8; TAG_BYTES],
}

/// Why a signed value was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignedError {
    #[error("not a value that this runtime writes")]
    Malformed,
    #[error("made for another deal or another purpose")]
    Foreign,
    #[error("the signature does not match")]
    Forged,
    #[error("expired")]
    Expired,
}

impl Signer {
    /// `context` says what is signed; it must be a constant of the program.
    #[must_use]
    pub fn new(context: &'static str, secret: &[u8; 32], deal: &str) -> Signer {
        let mut material = blake3::Hasher::new_derive_key(context);
        material.update(secret).update(deal.as_bytes());
        let key = *material.finalize().as_bytes();
        let name = blake3::Hasher::new().update(context.as_bytes()).update(deal.as_bytes()).finalize();
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&name.as_bytes()[..TAG_BYTES]);
        Signer { key, tag }
    }

    /// `version | tag | payload | mac`, base64url without padding.
    pub(crate) fn seal(&self, payload: &[u8]) -> String {
        let mut bytes = Vec::with_capacity(1 + TAG_BYTES + payload.len() + MAC_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.tag);
        bytes.extend_from_slice(payload);
        let mac = blake3::keyed_hash(&self.key, &bytes);
        bytes.extend_from_slice(mac.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The payload of a value that this signer made, of exactly `N` bytes.
    pub(crate) fn open<const N: usize>(&self, text: &str) -> Result<[u8; N], SignedError> {
        let length = 1 + TAG_BYTES + N + MAC_BYTES;
        // A ticket is opened with every question for a position: on the stack.
        let mut buffer = [0; VALUE_BYTES_MAX];
        if text.len() > VALUE_BYTES_MAX / 3 * 4 {
            return Err(SignedError::Malformed);
        }
        let decoded = URL_SAFE_NO_PAD.decode_slice(text, &mut buffer).map_err(|_| SignedError::Malformed)?;
        let bytes = &buffer[..decoded];
        if bytes.len() != length || bytes[0] != VERSION {
            return Err(SignedError::Malformed);
        }
        if bytes[1..=TAG_BYTES] != self.tag {
            return Err(SignedError::Foreign);
        }
        let (signed, mac) = bytes.split_at(length - MAC_BYTES);
        let mac: [u8; MAC_BYTES] = mac.try_into().map_err(|_| SignedError::Malformed)?;
        // `blake3::Hash` compares in constant time.
        if blake3::keyed_hash(&self.key, signed) != blake3::Hash::from_bytes(mac) {
            return Err(SignedError::Forged);
        }
        signed[1 + TAG_BYTES..].try_into().map_err(|_| SignedError::Malformed)
    }
}

/// Reads the fields of a fixed-size payload one after the other.
pub(crate) fn field<const N: usize>(payload: &[u8], at: usize) -> [u8; N] {
    payload[at..at + N].try_into().expect("the range is N bytes long")
}
