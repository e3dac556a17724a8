//! Refresh tokens: opaque, random, known to the server only by their hash. Rotation and the
//! detection of reuse belong to the store that keeps the hashes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How long a refresh token may be used, in seconds: 30 days.
pub const LIFETIME_SECONDS: i64 = 30 * 24 * 3600;

/// The text for the cookie, from 32 random bytes.
#[must_use]
pub fn encode(random: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// What the server keeps of a refresh token: blake3, hex.
#[must_use]
pub fn hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}
