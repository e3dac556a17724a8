//! What a place costs where the deal demands proof of work: how hard it is in this process now, and
//! whether it was paid. Neither asks Redis anything.

use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use tenant_runtime_core::proof::{Pressure, ProofError};

use crate::error::ApiError;
use crate::extract::Shopper;
use crate::state::Runtime;

/// A challenge, and what solves it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    challenge: String,
    /// 16 hex digits, in lower case.
    nonce: String,
}

/// How hard it is to get a place from this process.
#[derive(Default)]
pub struct Toll(Mutex<Pressure>);

impl Toll {
    /// How many leading zero bits are asked for now; `None` where nothing is.
    pub fn bits(&self, runtime: &Runtime) -> Option<u32> {
        let rule = runtime.settings.load().proof_of_work?;
        Some(self.pressure().bits(&rule, runtime.clock.now()))
    }

    /// Somebody has been given a new place.
    pub fn arrived(&self, runtime: &Runtime) {
        if let Some(rule) = runtime.settings.load().proof_of_work {
            self.pressure().arrive(&rule, runtime.clock.now());
        }
    }

    /// Whether the shopper may ask for a place.
    ///
    /// # Errors
    /// Where the deal demands a proof and there is none, none of this shopper's, or one too old.
    pub fn check(&self, runtime: &Runtime, shopper: Shopper, proof: Option<&Proof>) -> Result<(), ApiError> {
        let Some(bits) = self.bits(runtime) else { return Ok(()) };
        let Proof { challenge, nonce } = proof.ok_or(ApiError::ProofRequired)?;
        runtime.proofs.check(challenge, nonce, shopper.id, bits, runtime.now()).map_err(|error| match error {
            ProofError::Expired | ProofError::Overtaken => ApiError::ProofExpired,
            ProofError::Challenge(_) | ProofError::OtherShopper | ProofError::Unsolved => {
                ApiError::ProofWrong
            }
        })
    }

    fn pressure(&self) -> std::sync::MutexGuard<'_, Pressure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
