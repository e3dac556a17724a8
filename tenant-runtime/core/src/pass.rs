//! A pass: for a short while its holder is inside. Shop and payment check it alone, without a
//! look-up; the place that it stands for is kept in the deal's Redis.

use jiff::Timestamp;
use uuid::Uuid;

use crate::signing::{SignedError, Signer, field};

const PAYLOAD_BYTES: usize = 16 + 8 + 8;

/// What a pass says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    pub shopper: Uuid,
    /// The ticket that it was claimed with.
    pub index: u64,
    /// The first instant at which it is worth nothing, in milliseconds' resolution.
    pub expires_at: Timestamp,
}

/// Makes and checks the passes of one deal.
#[derive(Clone)]
pub struct PassKey(Signer);

impl PassKey {
    /// `secret` is the deal's own key.
    #[must_use]
    pub fn new(secret: &[u8; 32], deal: &str) -> PassKey {
        PassKey(Signer::new("ddib 2026 pass v1", secret, deal))
    }

    #[must_use]
    pub fn sign(&self, pass: &Pass) -> String {
        let mut payload = [0; PAYLOAD_BYTES];
        payload[..16].copy_from_slice(pass.shopper.as_bytes());
        payload[16..24].copy_from_slice(&pass.index.to_be_bytes());
        payload[24..].copy_from_slice(&pass.expires_at.as_millisecond().to_be_bytes());
        self.0.seal(&payload)
    }

    /// # Errors
    /// [`SignedError::Expired`] for a pass that was good once, anything else for one that never was.
    pub fn verify(&self, text: &str, now: Timestamp) -> Result<Pass, SignedError> {
        let payload: [u8; PAYLOAD_BYTES] = self.0.open(text)?;
        let millis = i64::from_be_bytes(field(&payload, 24));
        let pass = Pass {
            shopper: Uuid::from_bytes(field(&payload, 0)),
            index: u64::from_be_bytes(field(&payload, 16)),
            expires_at: Timestamp::from_millisecond(millis).map_err(|_| SignedError::Malformed)?,
        };
        if pass.expires_at <= now {
            return Err(SignedError::Expired);
        }
        Ok(pass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::{Ticket, TicketKey};
    use proptest::prelude::*;

    const SECRET: [u8; 32] = [7; 32];

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    #[test]
    fn a_pass_is_good_until_it_expires() {
        let key = PassKey::new(&SECRET, "shop-1");
        let pass = Pass { shopper: Uuid::from_u128(5), index: 9, expires_at: at(1_000) };
        let text = key.sign(&pass);
        assert_eq!(key.verify(&text, at(999)), Ok(pass));
        assert_eq!(key.verify(&text, at(1_000)), Err(SignedError::Expired));
    }

    #[test]
    fn values_of_another_deal_key_or_purpose_are_refused() {
        let ticket = Ticket { shopper: Uuid::from_u128(5), index: 9, nonce: 1 };
        let text = TicketKey::new(&SECRET, "shop-1").sign(&ticket);
        assert_eq!(TicketKey::new(&SECRET, "shop-1").verify(&text), Ok(ticket));
        assert_eq!(TicketKey::new(&SECRET, "shop-2").verify(&text), Err(SignedError::Foreign));
        assert_eq!(TicketKey::new(&[8; 32], "shop-1").verify(&text), Err(SignedError::Forged));
        assert_eq!(PassKey::new(&SECRET, "shop-1").verify(&text, at(0)), Err(SignedError::Foreign));
    }

    proptest! {
        #[test]
        fn no_byte_of_a_ticket_can_be_changed(shopper: u128, index: u64, nonce: u64, at in 0usize..98, to in 0u8..64) {
            let key = TicketKey::new(&SECRET, "shop-1");
            let ticket = Ticket { shopper: Uuid::from_u128(shopper), index, nonce };
            let text = key.sign(&ticket);
            let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let mut bytes = text.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] = alphabet[usize::from(to)];
            let changed = String::from_utf8(bytes).unwrap();
            if changed == text {
                prop_assert_eq!(key.verify(&changed), Ok(ticket));
            } else {
                prop_assert!(key.verify(&changed).is_err());
            }
        }

        #[test]
        fn anything_else_is_refused_without_a_panic(text in ".{0,200}") {
            prop_assert!(TicketKey::new(&SECRET, "d").verify(&text).is_err());
            prop_assert!(PassKey::new(&SECRET, "d").verify(&text, at(0)).is_err());
        }
    }
}
