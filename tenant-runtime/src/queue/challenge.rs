//! `GET /queue/challenge`: what a shopper must work on before asking for a place. No Redis command.

use axum::extract::State;
use control_plane_telemetry::problem::Json;
use jiff::Timestamp;
use serde::Serialize;

use crate::error::ApiError;
use crate::extract::{Peer, Shopper};
use crate::state::Runtime;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Challenge {
    challenge: String,
    /// `SHA-256(challenge || nonce)` must begin with so many zero bits; the nonce is 16 hex digits.
    difficulty_bits: u32,
    /// An answer is taken until then.
    expires_at: Timestamp,
    server_now: Timestamp,
}

/// A challenge for this shopper, as hard as it is now. Nothing is kept of it. 404 `proof_unneeded`
/// where the deal demands no work, 429 for a shopper or an address that asks too often.
pub async fn challenge(
    State(runtime): State<Runtime>,
    shopper: Shopper,
    Peer(address): Peer,
) -> Result<Json<Challenge>, ApiError> {
    let bits = runtime.room.toll.bits(&runtime).ok_or(ApiError::ProofUnneeded)?;
    runtime.room.limits.check_challenge(shopper.id, address)?;
    let now = runtime.now();
    let (challenge, said) = runtime.proofs.challenge(shopper.id, bits, now);
    Ok(Json(Challenge {
        challenge,
        difficulty_bits: said.bits,
        expires_at: said.expires_at,
        server_now: now,
    }))
}
