//! Random secrets, from the operating system's generator.

use rand::Rng as _;

/// `bytes` random bytes as hex digits.
#[must_use]
pub fn hex(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    rand::rng().fill_bytes(&mut buffer);
    ::hex::encode(buffer)
}
