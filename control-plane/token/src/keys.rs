//! The Ed25519 key pair that tokens are signed with, and its public half as a JWK set.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

const PEM_HEAD: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_TAIL: &str = "-----END PRIVATE KEY-----";

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("no Ed25519 key pair could be generated")]
    Generate,
    #[error("not a PKCS#8 private key in PEM form")]
    Pem,
    #[error("the private key is not an Ed25519 key")]
    NotEd25519,
}

/// A signing key. It prints nothing of itself.
#[derive(Clone)]
pub struct Keys {
    pkcs8: Vec<u8>,
    public: Vec<u8>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("id", &self.id()).finish_non_exhaustive()
    }
}

impl Keys {
    /// # Errors
    /// Where the operating system gives no randomness.
    pub fn generate() -> Result<Keys, KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generate)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| KeyError::Generate)?;
        Keys::from_pkcs8(pkcs8.as_ref())
    }

    /// # Errors
    /// Where the text is not the PEM of an Ed25519 private key.
    pub fn from_pem(pem: &str) -> Result<Keys, KeyError> {
        let body = pem.trim().strip_prefix(PEM_HEAD).ok_or(KeyError::Pem)?;
        let body = body.strip_suffix(PEM_TAIL).ok_or(KeyError::Pem)?;
        let packed: String = body.split_whitespace().collect();
        Keys::from_pkcs8(&STANDARD.decode(packed).map_err(|_| KeyError::Pem)?)
    }

    /// The private key, to be kept where secrets are kept.
    #[must_use]
    pub fn to_pem(&self) -> String {
        format!("{PEM_HEAD}\n{}\n{PEM_TAIL}\n", STANDARD.encode(&self.pkcs8))
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Result<Keys, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::NotEd25519)?;
        Ok(Keys { pkcs8: pkcs8.to_vec(), public: pair.public_key().as_ref().to_vec() })
    }

    /// The key's id: derived from the public key, so that two processes agree on it.
    #[must_use]
    pub fn id(&self) -> String {
        blake3::hash(&self.public).to_hex()[..16].to_owned()
    }

    /// The public key as a JWK set (RFC 7517, RFC 8037).
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({"keys": [{
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "alg": "EdDSA",
            "kid": self.id(),
            "x": URL_SAFE_NO_PAD.encode(&self.public),
        }]})
    }

    pub(crate) fn encoding_key(&self) -> EncodingKey {
        EncodingKey::from_ed_der(&self.pkcs8)
    }
}
