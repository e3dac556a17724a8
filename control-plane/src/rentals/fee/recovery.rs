//! Finding out what became of a fee: the gateway is asked until it gives a certain answer.

use control_plane_core::calendar::later;
use control_plane_gateway::{Gateway as _, LookupError, PaymentState};

use super::entity::State;
use super::{merchant, settle, store};
use crate::ids::FeeId;
use crate::jobs::{Done, JobError};
use crate::state::AppState;

/// How often to ask while the gateway has not decided, in seconds.
const ASK_AGAIN_SECONDS: i64 = 3;
/// How long after its end a payment that the gateway still calls open counts as dead, in seconds.
const GRACE_SECONDS: i64 = 60;

/// Looks the payment up and writes down what the gateway says.
///
/// # Errors
/// Where the gateway or the database does not answer; it is tried again.
pub async fn recover(state: &AppState, fee: FeeId) -> Result<Done, JobError> {
    let Some(row) = store::find(state.db.read(), fee).await? else {
        return Ok(Done::Finished);
    };
    if row.state != State::Approving {
        return Ok(Done::Finished);
    }
    let now = state.clock.now();
    let lookup = match state.kakaopay.lookup(&merchant(state), &row.payment_ref).await {
        Ok(lookup) => lookup,
        Err(LookupError::UnknownPayment) => {
            settle::failed(state, fee).await?;
            return Ok(Done::Finished);
        }
        Err(error) => return Err(error.into()),
    };
    match lookup.state {
        PaymentState::Paid => settle::paid(state, fee).await?,
        PaymentState::Failed | PaymentState::Cancelled => settle::failed(state, fee).await?,
        PaymentState::PartCancelled => {
            return Err("a rental's fee was partly cancelled at the gateway".into());
        }
        PaymentState::InProgress if now >= later(row.expires_at.into(), GRACE_SECONDS) => {
            settle::failed(state, fee).await?;
        }
        // No money has moved, and the payer has agreed: asking for it again is safe, since the
        // gateway takes a payment once.
        PaymentState::InProgress => {
            if settle::confirm(state, &row).await? == settle::Settled::Pending {
                return Ok(Done::Again(later(now, ASK_AGAIN_SECONDS)));
            }
        }
    }
    Ok(Done::Finished)
}
