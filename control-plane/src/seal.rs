//! Secrets at rest: XChaCha20-Poly1305 under the platform's seal key.
//!
//! A sealed text is `<key id>.<nonce>.<ciphertext>`, the latter two base64url. The key id says which
//! key sealed it, so that the key can be changed: while it is, a second key opens, too, and
//! [`rotate`] seals everything again with the first. `context` is authenticated along with it, so
//! that what was sealed for one company opens for no other.

pub mod rotate;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use secrecy::SecretString;

use crate::entropy::Entropy;

const NONCE_BYTES: usize = 24;

#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("not a sealed text")]
    Malformed,
    #[error("sealed with another key: {0}")]
    OtherKey(String),
    #[error("the seal is broken, or made for something else")]
    Broken,
}

#[derive(Clone)]
struct Key {
    cipher: XChaCha20Poly1305,
    id: String,
}

impl Key {
    fn new(key: &[u8; 32]) -> Key {
        // Derived, not cut out of the key: the id may be stored in the clear.
        let id = blake3::derive_key("bidd seal v1 key id", key);
        Key { cipher: XChaCha20Poly1305::new(key.into()), id: hex::encode(&id[..4]) }
    }
}

/// Seals with one key, and opens with that or a second one. It prints nothing of its keys.
#[derive(Clone)]
pub struct Sealer {
    key: Key,
    second: Option<Key>,
}

impl Sealer {
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Sealer {
        Sealer { key: Key::new(key), second: None }
    }

    /// Opens what `second` sealed, as well. Nothing is sealed with it.
    #[must_use]
    pub fn also_opening(self, second: &[u8; 32]) -> Sealer {
        Sealer { second: Some(Key::new(second)), ..self }
    }

    /// Whether `sealed` says that it was sealed with the key that this one seals with.
    fn is_own(&self, sealed: &str) -> bool {
        sealed.split_once('.').is_some_and(|(id, _)| id == self.key.id)
    }

    /// Seals `plain` for `context`, for instance `merchant:<company id>`.
    ///
    /// # Panics
    /// Where `plain` is larger than 256 GiB.
    #[must_use]
    pub fn seal(&self, entropy: &Entropy, context: &str, plain: &[u8]) -> String {
        let nonce: [u8; NONCE_BYTES] = entropy.bytes();
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed =
            self.key.cipher.encrypt(&XNonce::from(nonce), payload).expect("a secret is shorter than 256 GiB");
        format!("{}.{}.{}", self.key.id, URL_SAFE_NO_PAD.encode(nonce), URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens what [`Sealer::seal`] sealed for the same context.
    ///
    /// # Errors
    /// Where it was sealed with another key or for another context, or was changed since.
    pub fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, SealError> {
        let mut parts = sealed.splitn(3, '.');
        let (Some(key_id), Some(nonce), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(SealError::Malformed);
        };
        let keys = [Some(&self.key), self.second.as_ref()];
        let Some(key) = keys.into_iter().flatten().find(|key| key.id == key_id) else {
            return Err(SealError::OtherKey(key_id.to_owned()));
        };
        let nonce = URL_SAFE_NO_PAD.decode(nonce).map_err(|_| SealError::Malformed)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| SealError::Malformed)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| SealError::Malformed)?;
        let payload = Payload { msg: &body, aad: context.as_bytes() };
        key.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Broken)
    }

    /// As [`Sealer::open`], for a text.
    ///
    /// # Errors
    /// As [`Sealer::open`]; also where the content is not UTF-8.
    pub fn open_text(&self, context: &str, sealed: &str) -> Result<SecretString, SealError> {
        let plain = self.open(context, sealed)?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| SealError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_opens_for_its_key_and_context_alone() {
        let entropy = Entropy::seeded(1);
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal(&entropy, "merchant:a", b"secret");
        assert_eq!(sealer.open("merchant:a", &sealed).unwrap(), b"secret");
        assert!(matches!(sealer.open("merchant:b", &sealed), Err(SealError::Broken)));
        assert!(matches!(Sealer::new(&[8; 32]).open("merchant:a", &sealed), Err(SealError::OtherKey(_))));
        assert_ne!(sealed, sealer.seal(&entropy, "merchant:a", b"secret"), "nonces differ");
        assert!(!sealed.contains("secret"));
    }

    #[test]
    fn a_second_key_opens_and_does_not_seal() {
        let entropy = Entropy::seeded(3);
        let (old, new) = (Sealer::new(&[7; 32]), Sealer::new(&[8; 32]));
        let both = new.clone().also_opening(&[7; 32]);
        let before = old.seal(&entropy, "c", b"secret");
        let after = both.seal(&entropy, "c", b"secret");
        assert_eq!(both.open("c", &before).unwrap(), b"secret");
        assert_eq!(new.open("c", &after).unwrap(), b"secret");
        assert!(matches!(old.open("c", &after), Err(SealError::OtherKey(_))));
        assert!(matches!(both.open("d", &before), Err(SealError::Broken)));
        assert_eq!((both.is_own(&before), both.is_own(&after)), (false, true));
    }

    #[test]
    fn broken_seals_are_refused() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal(&Entropy::seeded(2), "c", b"secret");
        let mut flipped = sealed.clone().into_bytes();
        let last = flipped.len() - 3;
        flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        for bad in ["", "..", "a.b", &sealed[..sealed.len() - 4], &flipped] {
            assert!(sealer.open("c", bad).is_err(), "{bad}");
        }
    }
}
