//! The RSA key that signs id_tokens: made once, kept in the directory, published as a JWK set.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum KeyError {
    #[error("cannot use the signing key {path}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} is not an RSA key; delete it to have a new one made")]
    Rejected { path: PathBuf },
    #[error("cannot make a signing key")]
    Generate,
}

pub struct SigningKey {
    pair: KeyPair,
    id: String,
}

impl SigningKey {
    /// Reads the key, or makes one and stores it for its owner alone.
    pub fn open(path: &Path) -> Result<SigningKey, KeyError> {
        let io = |source| KeyError::Io { path: path.to_owned(), source };
        let pair = match std::fs::read(path) {
            Ok(der) => KeyPair::from_pkcs8(&der).map_err(|_| KeyError::Rejected { path: path.to_owned() })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?;
                let der: Pkcs8V1Der = pair.as_der().map_err(|_| KeyError::Generate)?;
                store(path, der.as_ref()).map_err(io)?;
                pair
            }
            Err(error) => return Err(io(error)),
        };
        let modulus = pair.public_key().modulus();
        let id = hex::encode(&digest(&SHA256, modulus.big_endian_without_leading_zero()).as_ref()[..16]);
        Ok(SigningKey { pair, id })
    }

    /// The JWK set with the public half.
    pub fn jwks(&self) -> Value {
        let public = self.pair.public_key();
        json!({ "keys": [{
            "kid": self.id,
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "n": URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero()),
        }] })
    }

    /// A compact RS256 JWT. About a millisecond of work: keep it off the threads that serve.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        let header = json!({ "kid": self.id, "typ": "JWT", "alg": "RS256" });
        let claims = serde_json::to_vec(claims).expect("claims are plain data");
        let mut token =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .expect("a key that was accepted signs, and the buffer has its length");
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }
}

/// Writes the file whole or not at all, readable by its owner alone.
fn store(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let next = path.with_extension("next");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&next, path)?;
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_is_made_once_and_kept_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("login-key.der");
        let made = SigningKey::open(&path).unwrap().jwks();
        assert_eq!(SigningKey::open(&path).unwrap().jwks(), made);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "not a key").unwrap();
        assert!(matches!(SigningKey::open(&path), Err(KeyError::Rejected { .. })));
    }
}
