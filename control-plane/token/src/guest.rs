//! Guest tokens: what a company's invitation link carries. Such a token says which deal it is for and
//! which of the deal's invitations it is, and nothing about who holds it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::token::{Audience, Issuer, TokenError, Verifier};

/// No guest token is longer: a deal's name is a DNS label, and so are the parts of the issuer's.
pub const LENGTH_MAX: usize = 1_024;

/// What a checked guest token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub iss: String,
    pub aud: Audience,
    /// The deal's name.
    pub deal: String,
    /// Which of the deal's invitations it is, from 1.
    pub number: u32,
    /// Seconds since the epoch; the token is good before it.
    pub exp: i64,
}

impl Issuer {
    /// The invitation `number` of a deal, good until `until`.
    ///
    /// # Errors
    /// Where signing fails.
    pub fn guest(&self, deal: &str, number: u32, until: Timestamp) -> Result<String, TokenError> {
        self.encode(&Invitation {
            iss: self.issuer().to_owned(),
            aud: Audience::Guests,
            deal: deal.to_owned(),
            number,
            exp: until.as_second(),
        })
    }
}

/// Checks the guest tokens of one deal, with public keys alone.
pub struct GuestVerifier {
    tokens: Verifier,
    deal: String,
}

/// Why a guest token is not good.
#[derive(Debug, thiserror::Error)]
pub enum GuestError {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the token is longer than any that is made")]
    TooLong,
    #[error("the invitation is for another deal")]
    OtherDeal,
}

impl GuestVerifier {
    /// # Errors
    /// As [`Verifier::from_jwks`].
    pub fn from_jwks(
        jwks: &serde_json::Value,
        issuer: &str,
        deal: &str,
    ) -> Result<GuestVerifier, TokenError> {
        let tokens = Verifier::requiring(jwks, issuer, Audience::Guests, &["exp", "iss", "aud"])?;
        Ok(GuestVerifier { tokens, deal: deal.to_owned() })
    }

    /// # Errors
    /// [`TokenError::Expired`] for an invitation of this deal that is too old, anything else for one
    /// that never was.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Invitation, GuestError> {
        if token.len() > LENGTH_MAX {
            return Err(GuestError::TooLong);
        }
        let invitation: Invitation = self.tokens.decode(token)?;
        if invitation.deal != self.deal {
            return Err(GuestError::OtherDeal);
        }
        if invitation.exp <= now.as_second() {
            return Err(TokenError::Expired.into());
        }
        Ok(invitation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_invitation_is_good_for_its_deal_issuer_key_and_time_alone() {
        let keys = Keys::generate().unwrap();
        let issuer = Issuer::new("i", &keys);
        // As long as a deal's name may be.
        let deal = "d".repeat(63);
        let token = issuer.guest(&deal, 1_000, at(2_000)).unwrap();
        assert!(token.len() <= LENGTH_MAX, "{} characters", token.len());
        let verifier = GuestVerifier::from_jwks(&keys.jwks(), "i", &deal).unwrap();
        assert_eq!(verifier.verify(&token, at(1_999)).unwrap().number, 1_000);
        let expired = verifier.verify(&token, at(2_000));
        assert!(matches!(expired, Err(GuestError::Token(TokenError::Expired))));

        let other = GuestVerifier::from_jwks(&keys.jwks(), "i", "other").unwrap();
        assert!(matches!(other.verify(&token, at(0)), Err(GuestError::OtherDeal)));
        let elsewhere = GuestVerifier::from_jwks(&keys.jwks(), "elsewhere", &deal).unwrap();
        assert!(elsewhere.verify(&token, at(0)).is_err(), "another issuer");
        let stranger = Keys::generate().unwrap().jwks();
        let stranger = GuestVerifier::from_jwks(&stranger, "i", &deal).unwrap();
        assert!(stranger.verify(&token, at(0)).is_err(), "another key");
        for bad in ["", "a.b.c", &token[..token.len() - 3], &"a".repeat(LENGTH_MAX + 1)] {
            assert!(verifier.verify(bad, at(0)).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_invitation_is_no_sign_in_and_a_sign_in_no_invitation() {
        let keys = Keys::generate().unwrap();
        let issuer = Issuer::new("i", &keys);
        let invitation = issuer.guest("shop", 1, at(2_000)).unwrap();
        let shopper = issuer.shopper(Uuid::from_u128(1), "박지민", at(0)).unwrap();
        for audience in [Audience::Bidd, Audience::Ddib, Audience::Deals] {
            let verifier = Verifier::from_jwks(&keys.jwks(), "i", audience).unwrap();
            assert!(verifier.verify(&invitation, at(0)).is_err(), "{audience:?}");
        }
        assert!(
            GuestVerifier::from_jwks(&keys.jwks(), "i", "shop").unwrap().verify(&shopper, at(0)).is_err()
        );
    }
}
