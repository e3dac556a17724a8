//! Brings an order and its payment into agreement: asks the gateway for money or for its return,
//! and writes down what it said. Everything here may be repeated, and by several at once.

use control_plane_gateway::{Cancel, Confirm, DeclineKind, Gateway as _, LookupError, Outcome, PaymentState};
use tenant_runtime_core::orders::{Decision, Misfit, Order, ReleaseReason, Sighting, State, decide};

use super::breaker::Admission;
use crate::error::chain;
use crate::orders::approval;
use crate::orders::steps::{self, Moved};
use crate::queue;
use crate::redis::{StoreError, patiently};
use crate::state::Runtime;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The order is where it belongs.
    Decided,
    /// For certain, no money was taken.
    NoMoney,
    /// The gateway has finally refused to give money back.
    RefundRefused,
    /// Nobody knows yet; recovery looks again.
    Open,
}

/// Asks for the money of an order that is `approving`, and decides what follows. Only for whoever
/// moved it there.
pub(super) async fn take_money(
    runtime: &Runtime,
    order: &Order,
    leave: Admission<'_>,
) -> Result<Ended, StoreError> {
    match ask_for_money(runtime, order, Some(leave)).await? {
        Ended::Open => look_and_act(runtime, order).await,
        ended => Ok(ended),
    }
}

/// Recovery asks without leave, whether the gateway is left alone or not.
async fn ask_for_money(
    runtime: &Runtime,
    order: &Order,
    leave: Option<Admission<'_>>,
) -> Result<Ended, StoreError> {
    let State::Approving { payment, proof, .. } = &order.state else {
        panic!("money is asked for order {}, which is {}", order.id, order.state.name());
    };
    let confirm = Confirm {
        payment_ref: payment.payment_ref.clone(),
        order_id: order.id.to_string(),
        user_id: order.shopper.to_string(),
        proof: proof.clone(),
        amount: order.item.amount,
        asked_at: runtime.now(),
    };
    let desk = runtime.till.desk();
    let outcome = desk.gateway.confirm(&desk.merchant, &confirm).await;
    if let Some(leave) = leave {
        let is_outage = matches!(&outcome, Outcome::Unknown(doubt) if doubt.is_outage());
        leave.ended(is_outage, runtime.clock.now());
    }
    match outcome {
        Outcome::Done(approved) => {
            runtime.meter.called("approve_done");
            commit(runtime, order, approved.method).await
        }
        Outcome::Declined(decline) => {
            runtime.meter.called("approve_declined");
            tracing::info!(order = %order.id, %decline, "the gateway took no money");
            match decline.kind {
                DeclineKind::ProofRejected | DeclineKind::Rejected | DeclineKind::Merchant => {
                    reopen(runtime, order).await
                }
                DeclineKind::Expired | DeclineKind::UnknownPayment | DeclineKind::Mismatch => {
                    release(runtime, order, ReleaseReason::PaymentFailed).await
                }
            }
        }
        Outcome::Unknown(doubt) => {
            runtime.meter.called("approve_in_doubt");
            tracing::warn!(order = %order.id, %doubt, "the gateway may have taken the money");
            Ok(Ended::Open)
        }
    }
}

/// Asks for the return of the money of an order that is `refunding`, and decides what follows.
pub(super) async fn give_back(runtime: &Runtime, order: &Order) -> Result<Ended, StoreError> {
    match ask_for_return(runtime, order, order.item.amount).await? {
        Ended::Open => look_and_act(runtime, order).await,
        ended => Ok(ended),
    }
}

/// `cancellable` is what the gateway is expected to have: the call does nothing where it has less.
async fn ask_for_return(
    runtime: &Runtime,
    order: &Order,
    cancellable: crds::Won,
) -> Result<Ended, StoreError> {
    let Some(payment_ref) = order.payment_ref() else { return Ok(Ended::Decided) };
    let cancel = Cancel {
        payment_ref: payment_ref.to_owned(),
        amount: cancellable,
        cancellable_before: cancellable,
        asked_at: runtime.now(),
    };
    let desk = runtime.till.desk();
    match desk.gateway.cancel(&desk.merchant, &cancel).await {
        Outcome::Done(_) => {
            runtime.meter.called("cancel_done");
            returned(runtime, order).await
        }
        Outcome::Declined(decline) => {
            runtime.meter.called("cancel_declined");
            tracing::error!(order = %order.id, %decline, "the gateway gives no money back");
            if matches!(order.state, State::Refunding { .. }) {
                let _moved = steps::keep(runtime, order.id).await?;
                return Ok(Ended::RefundRefused);
            }
            Ok(Ended::Open)
        }
        Outcome::Unknown(doubt) => {
            runtime.meter.called("cancel_in_doubt");
            tracing::warn!(order = %order.id, %doubt, "the gateway may have given the money back");
            Ok(Ended::Open)
        }
    }
}

/// Looks the payment up and does what follows from it, once.
pub(super) async fn look_and_act(runtime: &Runtime, order: &Order) -> Result<Ended, StoreError> {
    let seen = look_up(runtime, order).await;
    match decide(order, &seen, runtime.now()) {
        Decision::Commit { method } => commit(runtime, order, method).await,
        Decision::Release(reason) => release(runtime, order, reason).await,
        Decision::Confirm => ask_for_money(runtime, order, None).await,
        Decision::Reopen => reopen(runtime, order).await,
        Decision::CancelAtGateway { cancellable } => ask_for_return(runtime, order, cancellable).await,
        Decision::CommitRefund => returned(runtime, order).await,
        Decision::Settled => {
            let _was_stray = steps::stray_returned(runtime, order.id).await?;
            Ok(Ended::Decided)
        }
        Decision::Wait => Ok(Ended::Open),
    }
}

/// The order's payment as the gateway sees it. An order without a payment needs no question.
pub(super) async fn look_up(runtime: &Runtime, order: &Order) -> Sighting {
    let Some(payment_ref) = order.payment_ref() else { return Sighting::Missing };
    let desk = runtime.till.desk();
    let (gateway, merchant) = (&desk.gateway, &desk.merchant);
    let found = match &order.state {
        State::Approving { proof, .. } => gateway.lookup_agreed(merchant, payment_ref, proof).await,
        _ => gateway.lookup(merchant, payment_ref).await,
    };
    let lookup = match found {
        Ok(lookup) => lookup,
        Err(LookupError::UnknownPayment) => return Sighting::Missing,
        Err(error @ (LookupError::Unavailable(_) | LookupError::Declined(_))) => {
            tracing::warn!(order = %order.id, error = %chain(&error), "the gateway cannot be asked");
            return Sighting::Unreachable;
        }
    };
    let ours = lookup.order_id == order.id.to_string()
        && lookup.user_id.is_none_or(|user| user == order.shopper.to_string());
    if !ours {
        tracing::error!(order = %order.id, payment_ref, "the gateway has another payment under this reference");
        return Sighting::Foreign;
    }
    let fits = lookup.amount == order.item.amount;
    if !fits {
        let (amount, state) = (lookup.amount, lookup.state);
        tracing::error!(order = %order.id, %amount, ?state, "the gateway has a payment of another amount");
    }
    match lookup.state {
        PaymentState::Failed => Sighting::Failed,
        PaymentState::InProgress if fits => Sighting::InProgress,
        PaymentState::InProgress => Sighting::OtherAmount(Misfit::Open),
        PaymentState::Paid if fits => Sighting::Paid { method: lookup.method },
        PaymentState::PartCancelled if fits => Sighting::PartCancelled { cancellable: lookup.cancellable },
        PaymentState::Paid | PaymentState::PartCancelled => {
            Sighting::OtherAmount(Misfit::Taken { cancellable: lookup.cancellable })
        }
        PaymentState::Cancelled if fits => Sighting::Cancelled,
        PaymentState::Cancelled => Sighting::OtherAmount(Misfit::Returned),
    }
}

/// The money was taken: writes the order as paid, and frees the shopper's place inside.
async fn commit(runtime: &Runtime, order: &Order, method: String) -> Result<Ended, StoreError> {
    let Ok(paid) = order.clone().paid(method, runtime.now()) else {
        tracing::error!(order = %order.id, state = order.state.name(), "money for an order in this state");
        return Ok(Ended::Open);
    };
    match patiently(|| approval::paid(runtime, &paid)).await? {
        Moved::Yes => {
            tracing::info!(order = %order.id, amount = %order.item.amount, "paid");
            if let Err(error) = queue::steps::leave(runtime, order.shopper.0).await {
                tracing::warn!(error = %chain(&error), "a place inside is freed only when its pass expires");
            }
            Ok(Ended::Decided)
        }
        Moved::No(state) if state == "stray" => {
            tracing::error!(order = %order.id, "money was taken for a released order; it goes back");
            Ok(Ended::Open)
        }
        Moved::No(_) => Ok(Ended::Decided),
    }
}

/// The proof is worthless, and the hold lives on: the shopper may come back with a good proof, or with
/// another card.
async fn reopen(runtime: &Runtime, order: &Order) -> Result<Ended, StoreError> {
    if let State::Approving { proof, .. } = &order.state {
        let _moved = steps::reopen(runtime, order.id, proof).await?;
    }
    Ok(Ended::NoMoney)
}

async fn release(runtime: &Runtime, order: &Order, reason: ReleaseReason) -> Result<Ended, StoreError> {
    if steps::release(runtime, order, reason).await?.is_yes() {
        tracing::info!(order = %order.id, ?reason, "released");
    }
    Ok(Ended::NoMoney)
}

/// The money is back with the shopper.
async fn returned(runtime: &Runtime, order: &Order) -> Result<Ended, StoreError> {
    match order.clone().refunded(runtime.now()) {
        Ok(refunded) => {
            if steps::refunded(runtime, &refunded).await?.is_yes() {
                tracing::info!(order = %order.id, amount = %order.item.amount, "refunded");
            }
            Ok(Ended::Decided)
        }
        // Not a refund: the payment of an order that was never paid. Its next look-up says so.
        Err(_) => look_again_at(runtime, order).await,
    }
}

async fn look_again_at(runtime: &Runtime, order: &Order) -> Result<Ended, StoreError> {
    if matches!(order.state, State::Released { .. }) {
        let _was_stray = steps::stray_returned(runtime, order.id).await?;
        return Ok(Ended::Decided);
    }
    Ok(Ended::Open)
}
