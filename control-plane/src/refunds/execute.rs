//! Giving money back after the settlement: the gateway is asked what it knows, then to cancel, then
//! again what it knows, until it is certain. The closed chain is not touched: what goes back now is
//! shown beside the settlement.

use control_plane_core::calendar::later;
use control_plane_core::refund::{Seen, Step, next_step};
use control_plane_gateway::{Cancel, Gateway as _, Lookup, LookupError, Merchant, Outcome, PaymentState};
use crds::Won;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, Set,
};

use crate::companies::merchant;
use crate::deals::adoption;
use crate::ids::RefundId;
use crate::jobs::{Done, JobError};
use crate::ledger::append;
use crate::ledger::entity::{order, refund};
use crate::state::AppState;
use crate::time::Micros;

/// How often to ask while the gateway has not decided, in seconds.
const ASK_AGAIN_SECONDS: i64 = 3;

/// Takes the refund one step further.
///
/// # Errors
/// Where the gateway or the database does not answer, or the company's key is not accepted; it is
/// tried again.
pub async fn execute(state: &AppState, refund: RefundId) -> Result<Done, JobError> {
    let db = state.db.read();
    let Some(row) = refund::Entity::find_by_id(refund).one(db).await? else {
        return Ok(Done::Finished);
    };
    if row.state != refund::State::Asked {
        return Ok(Done::Finished);
    }
    let ledger = append::find(db, &row.deal).await?.ok_or("a refund has a ledger")?;
    if ledger.closed_at.is_none() {
        // Still the runtime's. Closing the ledger asks for this job again.
        return Ok(Done::Finished);
    }
    let order = order::Entity::find_by_id(row.order_id).one(db).await?.ok_or("a refund has an order")?;
    // Whoever the company is with by now: the money is where it was paid.
    let merchant = match ledger.rental_id {
        Some(_) => merchant::open_at(db, &state.sealer, order.company_id, order.provider).await?,
        None => Some(adoption::merchant(state, &ledger.deal).await?),
    };
    let merchant = merchant.ok_or("the company has no merchant key any more")?;
    let seen = match state.gateway_of(order.provider).lookup(&merchant, &order.payment_ref).await {
        Ok(lookup) => seen(&lookup),
        Err(LookupError::UnknownPayment) => Seen::NeverPaid,
        Err(error) => return Err(error.into()),
    };
    match next_step(seen, Won(order.amount)) {
        Step::Record => record(state, &row, Won(order.amount - order.refunded)).await?,
        Step::Wait => return Ok(Done::Again(later(state.clock.now(), ASK_AGAIN_SECONDS))),
        Step::GiveUp => give_up(state, &row).await?,
        Step::Cancel { amount, cancellable_before } => {
            return cancel(state, &merchant, &row, &order, amount, cancellable_before).await;
        }
    }
    Ok(Done::Finished)
}

fn seen(lookup: &Lookup) -> Seen {
    match lookup.state {
        PaymentState::Paid | PaymentState::PartCancelled => Seen::Paid { cancellable: lookup.cancellable },
        PaymentState::Cancelled => Seen::Cancelled,
        PaymentState::Failed => Seen::NeverPaid,
        PaymentState::InProgress => Seen::InProgress,
    }
}

async fn cancel(
    state: &AppState,
    merchant: &Merchant,
    refund: &refund::Model,
    order: &order::Model,
    amount: Won,
    cancellable_before: Won,
) -> Result<Done, JobError> {
    let cancel = Cancel {
        payment_ref: order.payment_ref.clone(),
        amount,
        cancellable_before,
        asked_at: state.clock.now(),
    };
    match state.gateway_of(order.provider).cancel(merchant, &cancel).await {
        Outcome::Done(cancelled) => {
            record(state, refund, cancelled.amount).await?;
            Ok(Done::Finished)
        }
        // The next attempt looks the payment up, and decides from that.
        Outcome::Declined(decline) => Err(decline.into()),
        Outcome::Unknown(doubt) => Err(doubt.into()),
    }
}

/// The money has gone back.
async fn record(state: &AppState, refund: &refund::Model, amount: Won) -> Result<(), JobError> {
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let Some(order) = locked(&tx, refund).await? else {
        return Ok(());
    };
    let left = order.amount - order.refunded;
    let amount = amount.0.clamp(0, left);
    set_state(&tx, refund.id, refund::State::Done, amount, Some(now.into())).await?;
    let refunded = order.refunded + amount;
    let mut row = order.into_active_model();
    row.state = Set(order::State::Refunded);
    row.refunded = Set(refunded);
    row.refunded_at = Set(Some(now.into()));
    row.update(&tx).await?;
    tx.commit().await?;
    tracing::info!(refund = %refund.id, order = %refund.order_id, amount, "a refund after the settlement is done");
    Ok(())
}

/// There is nothing at the gateway to give back: a person must look at it.
async fn give_up(state: &AppState, refund: &refund::Model) -> Result<(), JobError> {
    let tx = state.db.begin().await?;
    let Some(order) = locked(&tx, refund).await? else {
        return Ok(());
    };
    set_state(&tx, refund.id, refund::State::Failed, 0, None).await?;
    let mut row = order.into_active_model();
    row.state = Set(order::State::RefundFailed);
    row.update(&tx).await?;
    tx.commit().await?;
    tracing::error!(refund = %refund.id, order = %refund.order_id, "the gateway has nothing to give back for an order");
    Ok(())
}

/// The order, where the refund is still to be done; both are read under the ledger's lock.
async fn locked(tx: &DatabaseTransaction, refund: &refund::Model) -> Result<Option<order::Model>, DbErr> {
    append::lock(tx, &refund.deal).await?;
    let row = refund::Entity::find_by_id(refund.id).one(tx).await?;
    if row.is_none_or(|row| row.state != refund::State::Asked) {
        return Ok(None);
    }
    order::Entity::find_by_id(refund.order_id).one(tx).await
}

async fn set_state(
    tx: &DatabaseTransaction,
    refund: RefundId,
    state: refund::State,
    amount: i64,
    done_at: Option<Micros>,
) -> Result<(), DbErr> {
    refund::Entity::update_many()
        .col_expr(refund::Column::State, Expr::value(state))
        .col_expr(refund::Column::Amount, Expr::value(amount))
        .col_expr(refund::Column::DoneAt, Expr::value(done_at))
        .col_expr(refund::Column::AfterSettlement, Expr::value(true))
        .filter(refund::Column::Id.eq(refund))
        .exec(tx)
        .await?;
    Ok(())
}
