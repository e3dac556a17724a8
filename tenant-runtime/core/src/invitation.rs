//! An invitation: the number of a guest's link, as a value that the deal signed once it had checked
//! the link. Whoever holds it may come in ahead of the line, for as long as nobody has spent the number and
//! the company has not withdrawn it.

use crate::config::Settings;
use crate::signing::{SignedError, Signer, field};

const PAYLOAD_BYTES: usize = 4;

/// What an invitation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// Which of the deal's invitations it is. It lets in one shopper, once.
    pub number: u32,
}

impl Invitation {
    /// Whether the company has taken it back. Known without asking anybody; who came in by it before stays.
    #[must_use]
    pub fn is_withdrawn(self, settings: &Settings) -> bool {
        settings.withdrawn_links.iter().any(|range| range.contains(self.number))
    }
}

/// Makes and checks the invitations of one deal.
#[derive(Clone)]
pub struct InvitationKey(Signer);

impl InvitationKey {
    /// `secret` is the deal's own key.
    #[must_use]
    pub fn new(secret: &[u8; 32], deal: &str) -> InvitationKey {
        InvitationKey(Signer::new("ddib 2026 invitation v1", secret, deal))
    }

    #[must_use]
    pub fn sign(&self, invitation: Invitation) -> String {
        self.0.seal(&invitation.number.to_be_bytes())
    }

    /// # Errors
    /// Where the text is not an invitation that this deal made.
    pub fn verify(&self, text: &str) -> Result<Invitation, SignedError> {
        let payload: [u8; PAYLOAD_BYTES] = self.0.open(text)?;
        Ok(Invitation { number: u32::from_be_bytes(field(&payload, 0)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::{Ticket, TicketKey};
    use uuid::Uuid;

    const SECRET: [u8; 32] = [7; 32];

    #[test]
    fn an_invitation_is_good_in_its_deal_and_for_nothing_else() {
        let key = InvitationKey::new(&SECRET, "shop-1");
        let text = key.sign(Invitation { number: 7 });
        assert_eq!(key.verify(&text), Ok(Invitation { number: 7 }));
        assert_eq!(InvitationKey::new(&SECRET, "shop-2").verify(&text), Err(SignedError::Foreign));
        assert_eq!(InvitationKey::new(&[8; 32], "shop-1").verify(&text), Err(SignedError::Forged));
        assert!(TicketKey::new(&SECRET, "shop-1").verify(&text).is_err());
        let ticket = Ticket { shopper: Uuid::from_u128(5), index: 9, nonce: 1 };
        assert!(key.verify(&TicketKey::new(&SECRET, "shop-1").sign(&ticket)).is_err());
        for at in 0..text.len() {
            assert!(key.verify(&text[..at]).is_err(), "the first {at} characters");
        }
    }
}
