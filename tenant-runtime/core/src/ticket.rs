//! A ticket: a shopper's place in the waiting room of one deal, as a signed value. Whoever holds it
//! can be told their position without asking anything but the ticket itself and the frontier.

use uuid::Uuid;

use crate::signing::{SignedError, Signer, field};

const PAYLOAD_BYTES: usize = 16 + 8 + 8;

/// What a ticket says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    pub shopper: Uuid,
    /// The order of arrival, from 0. For those who came before the doors opened, the draw turns it
    /// into a number; for all others it is the number.
    pub index: u64,
    /// Makes two tickets of one place differ.
    pub nonce: u64,
}

/// Makes and checks the tickets of one deal.
#[derive(Clone)]
pub struct TicketKey(Signer);

impl TicketKey {
    /// `secret` is the deal's own key.
    #[must_use]
    pub fn new(secret: &[u8; 32], deal: &str) -> TicketKey {
        TicketKey(Signer::new("ddib 2026 ticket v1", secret, deal))
    }

    #[must_use]
    pub fn sign(&self, ticket: &Ticket) -> String {
        let mut payload = [0; PAYLOAD_BYTES];
        payload[..16].copy_from_slice(ticket.shopper.as_bytes());
        payload[16..24].copy_from_slice(&ticket.index.to_be_bytes());
        payload[24..].copy_from_slice(&ticket.nonce.to_be_bytes());
        self.0.seal(&payload)
    }

    /// # Errors
    /// Where the text is not a ticket that this deal made.
    pub fn verify(&self, text: &str) -> Result<Ticket, SignedError> {
        let payload: [u8; PAYLOAD_BYTES] = self.0.open(text)?;
        Ok(Ticket {
            shopper: Uuid::from_bytes(field(&payload, 0)),
            index: u64::from_be_bytes(field(&payload, 16)),
            nonce: u64::from_be_bytes(field(&payload, 24)),
        })
    }
}
