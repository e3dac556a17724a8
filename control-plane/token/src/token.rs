//! Session and shopper tokens: compact EdDSA JWTs, checked against a given time.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keys::Keys;

/// How long a session lasts without a renewal, in seconds.
pub const SESSION_SECONDS: i64 = 15 * 60;
/// How long a shopper token lasts, in seconds: long enough to come back to a deal after a while.
pub const SHOPPER_SECONDS: i64 = 60 * 60;

/// For whom a token is meant. A token for one audience is refused by every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// The companies' portal.
    Bidd,
    /// The storefront.
    Ddib,
    /// Any deal's runtime.
    Deals,
    /// The waiting room of the one deal that an invitation names.
    Guests,
}

impl Audience {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Audience::Bidd => "bidd",
            Audience::Ddib => "ddib",
            Audience::Deals => "deals",
            Audience::Guests => "guests",
        }
    }
}

/// What a checked token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: Audience,
    /// The user.
    pub sub: Uuid,
    /// What to call the user on a screen.
    pub name: String,
    /// Seconds since the epoch.
    pub iat: i64,
    /// Seconds since the epoch; the token is good before it.
    pub exp: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the token is not well-formed, not signed by a known key, or not meant for this audience")]
    Invalid(#[source] jsonwebtoken::errors::Error),
    #[error("the token's key {0:?} is not known")]
    UnknownKey(Option<String>),
    #[error("the token expired")]
    Expired,
    #[error("the token could not be signed")]
    Sign(#[source] jsonwebtoken::errors::Error),
    #[error("the public keys are not a JWK set with usable keys")]
    Keys(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Signs tokens. Only the control plane has one.
pub struct Issuer {
    issuer: String,
    key: jsonwebtoken::EncodingKey,
    key_id: String,
}

impl Issuer {
    #[must_use]
    pub fn new(issuer: impl Into<String>, keys: &Keys) -> Issuer {
        Issuer { issuer: issuer.into(), key: keys.encoding_key(), key_id: keys.id() }
    }

    /// A session at the portal or the storefront.
    ///
    /// # Errors
    /// Where signing fails.
    pub fn session(
        &self,
        user: Uuid,
        name: &str,
        audience: Audience,
        now: Timestamp,
    ) -> Result<String, TokenError> {
        self.sign(user, name, audience, now, SESSION_SECONDS)
    }

    /// A token that says who one is at any deal, and opens nothing else.
    ///
    /// # Errors
    /// Where signing fails.
    pub fn shopper(&self, user: Uuid, name: &str, now: Timestamp) -> Result<String, TokenError> {
        self.sign(user, name, Audience::Deals, now, SHOPPER_SECONDS)
    }

    fn sign(
        &self,
        sub: Uuid,
        name: &str,
        aud: Audience,
        now: Timestamp,
        seconds: i64,
    ) -> Result<String, TokenError> {
        let exp = (now + SignedDuration::from_secs(seconds)).as_second();
        let claims =
            Claims { iss: self.issuer.clone(), aud, sub, name: name.to_owned(), iat: now.as_second(), exp };
        self.encode(&claims)
    }

    /// What it calls itself in its tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn encode(&self, claims: &impl Serialize) -> Result<String, TokenError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, claims, &self.key).map_err(TokenError::Sign)
    }
}

/// Checks tokens of one audience with public keys alone.
pub struct Verifier {
    keys: HashMap<String, DecodingKey>,
    validation: Validation,
}

impl Verifier {
    /// # Errors
    /// Where `jwks` is not a JWK set, or none of its keys can be used.
    pub fn from_jwks(
        jwks: &serde_json::Value,
        issuer: &str,
        audience: Audience,
    ) -> Result<Verifier, TokenError> {
        Verifier::requiring(jwks, issuer, audience, &["exp", "iss", "aud", "sub"])
    }

    /// One of tokens that must have these claims.
    pub(crate) fn requiring(
        jwks: &serde_json::Value,
        issuer: &str,
        audience: Audience,
        claims: &[&str],
    ) -> Result<Verifier, TokenError> {
        let set: JwkSet = serde_json::from_value(jwks.clone()).map_err(|e| TokenError::Keys(Box::new(e)))?;
        let mut keys = HashMap::new();
        for jwk in &set.keys {
            let key = DecodingKey::from_jwk(jwk).map_err(|e| TokenError::Keys(Box::new(e)))?;
            if let Some(id) = &jwk.common.key_id {
                keys.insert(id.clone(), key);
            }
        }
        if keys.is_empty() {
            return Err(TokenError::Keys("the set holds no key with an id".into()));
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        // The time is compared below, with the clock that the caller holds.
        validation.validate_exp = false;
        validation.set_audience(&[audience.as_str()]);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(claims);
        Ok(Verifier { keys, validation })
    }

    /// # Errors
    /// [`TokenError::Expired`] for a good token that is too old, anything else for one that never was.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let claims: Claims = self.decode(token)?;
        if claims.exp <= now.as_second() {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }

    /// Checks everything but the time.
    pub(crate) fn decode<T: DeserializeOwned + Clone>(&self, token: &str) -> Result<T, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(TokenError::Invalid)?;
        let key = header.kid.as_ref().and_then(|kid| self.keys.get(kid));
        let key = key.ok_or(TokenError::UnknownKey(header.kid))?;
        let data = jsonwebtoken::decode::<T>(token, key, &self.validation).map_err(TokenError::Invalid)?;
        Ok(data.claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_token_is_good_for_its_audience_issuer_key_and_time_alone() {
        let keys = Keys::generate().unwrap();
        let again = Keys::from_pem(&keys.to_pem()).unwrap();
        assert_eq!(keys.id(), again.id());
        let issuer = Issuer::new("http://ddib.localhost", &again);
        let user = Uuid::from_u128(7);
        let shopper = issuer.shopper(user, "박지민", at(1000)).unwrap();
        let session = issuer.session(user, "박지민", Audience::Ddib, at(1000)).unwrap();

        let deals = Verifier::from_jwks(&keys.jwks(), "http://ddib.localhost", Audience::Deals).unwrap();
        let claims = deals.verify(&shopper, at(1000)).unwrap();
        assert_eq!((claims.sub, claims.name.as_str()), (user, "박지민"));
        assert!(deals.verify(&shopper, at(1000 + SHOPPER_SECONDS - 1)).is_ok());
        assert!(matches!(deals.verify(&shopper, at(1000 + SHOPPER_SECONDS)), Err(TokenError::Expired)));
        assert!(
            matches!(deals.verify(&session, at(1000)), Err(TokenError::Invalid(_))),
            "a session at a deal"
        );

        let ddib = Verifier::from_jwks(&keys.jwks(), "http://ddib.localhost", Audience::Ddib).unwrap();
        assert!(ddib.verify(&session, at(1000)).is_ok());
        assert!(ddib.verify(&shopper, at(1000)).is_err(), "a shopper token at the control plane");
        let elsewhere = Verifier::from_jwks(&keys.jwks(), "http://other", Audience::Ddib).unwrap();
        assert!(elsewhere.verify(&session, at(1000)).is_err(), "another issuer");
        let stranger = Keys::generate().unwrap();
        let stranger =
            Verifier::from_jwks(&stranger.jwks(), "http://ddib.localhost", Audience::Ddib).unwrap();
        assert!(matches!(stranger.verify(&session, at(1000)), Err(TokenError::UnknownKey(_))));
    }

    #[test]
    fn tampered_and_malformed_tokens_are_refused() {
        let keys = Keys::generate().unwrap();
        let issuer = Issuer::new("i", &keys);
        let verifier = Verifier::from_jwks(&keys.jwks(), "i", Audience::Deals).unwrap();
        let token = issuer.shopper(Uuid::from_u128(1), "n", at(0)).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let mut claims = Claims {
            iss: "i".into(),
            aud: Audience::Deals,
            sub: Uuid::from_u128(2),
            name: "n".into(),
            iat: 0,
            exp: i64::MAX,
        };
        claims.name.push('!');
        let body = {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims).unwrap())
        };
        for bad in
            ["", "a.b.c", "....", &token[..token.len() - 3], &format!("{}.{body}.{}", parts[0], parts[2])]
        {
            assert!(verifier.verify(bad, at(0)).is_err(), "{bad}");
        }
    }
}
