//! The control plane's own tokens: signs them for both portals and the deals, checks those of the
//! portals.

use control_plane_token::{Audience, Claims, GuestVerifier, Issuer, TokenError, Verifier};
use jiff::Timestamp;
use serde_json::Value;

use crate::config::{Config, ConfigError};
use crate::http::site::Site;
use crate::ids::UserId;

pub struct Tokens {
    issuer: Issuer,
    bidd: Verifier,
    ddib: Verifier,
    jwks: Value,
}

#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("tokens cannot be checked with this key")]
    Token(#[from] TokenError),
}

impl Tokens {
    /// # Errors
    /// Where the configured key cannot be used.
    pub fn new(config: &Config) -> Result<Tokens, TokensError> {
        let keys = config.token_keys()?;
        let issuer = issuer_name(config);
        let jwks = keys.jwks();
        Ok(Tokens {
            bidd: Verifier::from_jwks(&jwks, &issuer, Audience::Bidd)?,
            ddib: Verifier::from_jwks(&jwks, &issuer, Audience::Ddib)?,
            issuer: Issuer::new(issuer, &keys),
            jwks,
        })
    }

    /// The public keys, for the deals' runtimes.
    #[must_use]
    pub fn jwks(&self) -> &Value {
        &self.jwks
    }

    /// # Errors
    /// Where the token is not a session of this portal, or not one any more.
    pub fn verify(&self, site: Site, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        match site {
            Site::Bidd => self.bidd.verify(token, now),
            Site::Ddib => self.ddib.verify(token, now),
        }
    }

    /// # Errors
    /// Where signing fails.
    pub fn session(
        &self,
        site: Site,
        user: UserId,
        name: &str,
        now: Timestamp,
    ) -> Result<String, TokenError> {
        self.issuer.session(user.0, name, site.audience(), now)
    }

    /// # Errors
    /// Where signing fails.
    pub fn shopper(&self, user: UserId, name: &str, now: Timestamp) -> Result<String, TokenError> {
        self.issuer.shopper(user.0, name, now)
    }

    /// What the link of a deal's guest carries.
    ///
    /// # Errors
    /// Where signing fails.
    pub fn guest(&self, deal: &str, number: u32, until: Timestamp) -> Result<String, TokenError> {
        self.issuer.guest(deal, number, until)
    }

    /// What checks the links of a deal's guests.
    ///
    /// # Errors
    /// Where the tokens of this platform cannot be checked.
    pub fn guests_of(&self, deal: &str) -> Result<GuestVerifier, TokenError> {
        GuestVerifier::from_jwks(&self.jwks, self.issuer.issuer(), deal)
    }
}

/// `iss` of all tokens: the storefront's origin, which is where shoppers sign in.
#[must_use]
pub fn issuer_name(config: &Config) -> String {
    config.public.origin(Site::Ddib)
}
