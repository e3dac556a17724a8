//! What became of a fee that was being approved, written down.

use control_plane_gateway::{Confirm, Gateway as _, Outcome};
use crds::Won;
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _, Set};

use super::entity::{Model, State};
use super::{merchant, store};
use crate::error::ApiError;
use crate::ids::FeeId;
use crate::state::AppState;
use crate::{jobs, rentals};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    Paid,
    /// Not certain yet: a job looks after it.
    Pending,
    Failed,
}

impl Settled {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Settled::Paid => "paid",
            Settled::Pending => "pending",
            Settled::Failed => "failed",
        }
    }
}

/// Asks the gateway for the money of a payment that is being approved.
///
/// # Errors
/// Where the database fails; the job looks after the payment then.
pub async fn confirm(state: &AppState, fee: &Model) -> Result<Settled, ApiError> {
    let confirm = Confirm {
        payment_ref: fee.payment_ref.clone(),
        order_id: fee.id.to_string(),
        user_id: fee.user_id.to_string(),
        proof: fee.proof.clone().unwrap_or_default(),
        amount: Won(fee.amount),
        asked_at: state.clock.now(),
    };
    match state.kakaopay.confirm(&merchant(state), &confirm).await {
        Outcome::Done(_approved) => paid(state, fee.id).await.map(|()| Settled::Paid),
        Outcome::Declined(decline) => {
            tracing::info!(fee = %fee.id, %decline, "a rental's fee was declined");
            failed(state, fee.id).await.map(|()| Settled::Failed)
        }
        Outcome::Unknown(doubt) => {
            tracing::warn!(fee = %fee.id, %doubt, "whether a rental's fee was paid is not certain");
            Ok(Settled::Pending)
        }
    }
}

/// The gateway has the money: the rental is paid. Once, however often it is said.
///
/// # Errors
/// Where the database fails.
pub async fn paid(state: &AppState, fee: FeeId) -> Result<(), ApiError> {
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let row = store::find(&tx, fee).await?.ok_or(rentals::UNKNOWN)?;
    let rental = rentals::store::lock(&tx, row.rental_id).await?.ok_or(rentals::UNKNOWN)?;
    let row = store::find(&tx, fee).await?.ok_or(rentals::UNKNOWN)?;
    if row.state == State::Paid {
        return Ok(());
    }
    // It waits for this payment: a rental neither expires nor takes another one meanwhile.
    let life = rental.life().map(|life| life.pay(now)).map_err(ApiError::internal)?;
    let life = life.map_err(ApiError::internal)?;
    let (id, opens_at) = (rental.id, rental.opens_at);
    let mut rental = rental.into_active_model();
    rental.set_life(&life);
    rental.paying = Set(None);
    rental.update(&tx).await?;
    store::set_state(&tx, fee, State::Paid).await?;
    jobs::enqueue(&tx, jobs::Kind::Deal, id.0, now).await?;
    jobs::enqueue(&tx, jobs::Kind::Opening, id.0, opens_at.into()).await?;
    tx.commit().await?;
    state.work.notify_one();
    tracing::info!(rental = %id, %fee, "a rental's fee was paid");
    Ok(())
}

/// No money moved: another payment may be begun.
///
/// # Errors
/// Where the database fails.
pub async fn failed(state: &AppState, fee: FeeId) -> Result<(), ApiError> {
    let tx = state.db.begin().await?;
    let row = store::find(&tx, fee).await?.ok_or(rentals::UNKNOWN)?;
    let rental = rentals::store::lock(&tx, row.rental_id).await?.ok_or(rentals::UNKNOWN)?;
    let row = store::find(&tx, fee).await?.ok_or(rentals::UNKNOWN)?;
    if row.state != State::Approving {
        return Ok(());
    }
    store::set_state(&tx, fee, State::Failed).await?;
    if rental.paying == Some(fee) {
        let mut rental = rental.into_active_model();
        rental.paying = Set(None);
        rental.update(&tx).await?;
    }
    tx.commit().await?;
    Ok(())
}
