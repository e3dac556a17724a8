//! The payer comes back from the gateway. Nobody is signed in for certain here (the gateway's app
//! may have opened another browser): the payment's id is unguessable, and all that is shown is where
//! to look.

use axum::extract::State;
use axum::response::Redirect;
use control_plane_core::calendar::later;
use control_plane_telemetry::problem::{Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::entity::{self, State as FeeState};
use super::{settle, store};
use crate::error::ApiError;
use crate::http::site::Site;
use crate::ids::{FeeId, RentalId};
use crate::jobs;
use crate::rentals;
use crate::state::AppState;

/// When to look after an approval whose process may have died, in seconds. Longer than the
/// gateway's own time limit.
const RECOVER_AFTER_SECONDS: i64 = 20;
/// KakaoPay's tokens have some 20 characters.
const PROOF_LENGTH_MAX: usize = 300;

#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CallbackPath {
    /// The rental.
    pub r: RentalId,
}

/// The gateway may add parameters of its own.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ApproveQuery {
    #[param(inline)]
    pub payment: FeeId,
    /// The gateway's proof that the payer agreed.
    pub pg_token: String,
}

/// The payer agreed: takes the fee.
#[utoipa::path(
    get,
    path = "/rentals/{r}/payment/approve",
    tag = "rentals",
    operation_id = "approve_rental_payment",
    security(()),
    params(CallbackPath, ApproveQuery),
    responses((status = 303, description = "To the rental's page, with `payment=paid|pending|failed`"))
)]
pub async fn approve(
    State(state): State<AppState>,
    Path(path): Path<CallbackPath>,
    Query(query): Query<ApproveQuery>,
) -> Result<Redirect, ApiError> {
    let result = match take(&state, path.r, &query).await? {
        Taken::Ours(fee) => settle::confirm(&state, &fee).await?,
        Taken::Before(settled) => settled,
    };
    if result == settle::Settled::Pending {
        jobs::enqueue(state.db.write(), jobs::Kind::Fee, query.payment.0, state.clock.now()).await?;
        state.work.notify_one();
    }
    Ok(back(&state, path.r, result.code()))
}

/// The payer changed their mind. Nothing is decided here: the payment lives until it runs out.
#[utoipa::path(
    get,
    path = "/rentals/{r}/payment/cancel",
    tag = "rentals",
    operation_id = "cancel_rental_payment",
    security(()),
    params(CallbackPath),
    responses((status = 303, description = "To the rental's page, with `payment=cancelled`"))
)]
pub async fn cancel(State(state): State<AppState>, Path(path): Path<CallbackPath>) -> Redirect {
    back(&state, path.r, "cancelled")
}

/// The gateway could not do it. Nothing is decided here either.
#[utoipa::path(
    get,
    path = "/rentals/{r}/payment/fail",
    tag = "rentals",
    operation_id = "fail_rental_payment",
    security(()),
    params(CallbackPath),
    responses((status = 303, description = "To the rental's page, with `payment=failed`"))
)]
pub async fn fail(State(state): State<AppState>, Path(path): Path<CallbackPath>) -> Redirect {
    back(&state, path.r, "failed")
}

fn back(state: &AppState, rental: RentalId, result: &str) -> Redirect {
    let origin = state.config.public.origin(Site::Bidd);
    Redirect::to(&format!("{origin}/rentals/{rental}?payment={result}"))
}

enum Taken {
    /// This request, and no other, asks the gateway for the money.
    Ours(entity::Model),
    Before(settle::Settled),
}

/// Moves the payment from begun to approving, which one request can do once.
async fn take(state: &AppState, rental: RentalId, query: &ApproveQuery) -> Result<Taken, ApiError> {
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let rental = rentals::store::lock(&tx, rental).await?.ok_or(rentals::UNKNOWN)?;
    let fee = store::find(&tx, query.payment).await?.filter(|fee| fee.rental_id == rental.id);
    let fee = fee.ok_or(rentals::UNKNOWN)?;
    match fee.state {
        FeeState::Paid => return Ok(Taken::Before(settle::Settled::Paid)),
        FeeState::Approving => return Ok(Taken::Before(settle::Settled::Pending)),
        FeeState::Failed | FeeState::Expired => return Ok(Taken::Before(settle::Settled::Failed)),
        FeeState::Begun => {}
    }
    let in_time = now < fee.expires_at.timestamp();
    let ours = rental.paying == Some(fee.id);
    if !in_time || !ours || query.pg_token.len() > PROOF_LENGTH_MAX {
        return Ok(Taken::Before(settle::Settled::Failed));
    }
    store::set_approving(&tx, fee.id, &query.pg_token).await?;
    jobs::enqueue(&tx, jobs::Kind::Fee, fee.id.0, later(now, RECOVER_AFTER_SECONDS)).await?;
    tx.commit().await?;
    Ok(Taken::Ours(entity::Model { state: FeeState::Approving, proof: Some(query.pg_token.clone()), ..fee }))
}
