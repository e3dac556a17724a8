//! `GET /payment/orders/{id}/{approve,cancel,fail}`: where the gateway sends the shopper back to.
//!
//! Nobody is asked who they are: the browser that comes back may be another one than the shopper's,
//! and whoever knows the order's id and the gateway's proof may finish the payment. The answer is
//! always the order's own page, which shows how things stand.

use axum::extract::State;
use axum::response::Redirect;
use control_plane_telemetry::problem::{Path, Query};
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::Refused;

use super::proof::{Brought, Failure};
use super::resolve::{self, Ended};
use crate::error::{ApiError, chain};
use crate::orders::steps::Moved;
use crate::orders::{self, approval};
use crate::redis::patiently;
use crate::state::Runtime;

/// Takes the money, if the hold is still ours, and shows the order.
pub(super) async fn approve(
    State(runtime): State<Runtime>,
    Path(order): Path<OrderId>,
    Query(brought): Query<Brought>,
) -> Redirect {
    let provider = runtime.config.payment.provider;
    // A shopper who closes the page must not interrupt a payment halfway.
    let attempt = runtime.spawn({
        let (runtime, brought) = (runtime.clone(), brought.clone());
        async move { take_money(&runtime, order, &brought).await }
    });
    match attempt.await {
        Ok(Ok(())) => {}
        // What the shopper agreed to comes along, since it is brought back only once: the page offers
        // to come here again with it.
        Ok(Err(ApiError::GatewayResting { .. })) => {
            let busy = page(order, Some("busy"));
            return Redirect::to(&format!("{busy}&{}", brought.query(provider)));
        }
        Ok(Err(error)) => {
            tracing::info!(%order, %error, "no money was taken");
            return Redirect::to(&page(order, Some(result_of(&error))));
        }
        Err(panic) => tracing::error!(%order, %panic, "an approval broke off; recovery finishes it"),
    }
    Redirect::to(&page(order, None))
}

/// An error means that no money was taken. Where that is not known, recovery finds out.
async fn take_money(runtime: &Runtime, order: OrderId, brought: &Brought) -> Result<(), ApiError> {
    // The shopper brings the proof once: a Redis that is just starting again is waited for.
    let order = patiently(|| orders::find(runtime, order)).await?.ok_or(ApiError::OrderUnknown)?;
    if matches!(order.state.name(), "approving" | "paid" | "refunding" | "refunded") {
        // The page was loaded again: there is nothing left to ask for.
        return Ok(());
    }
    let proof = brought.proof(runtime.config.payment.provider, &order)?.to_owned();
    let approving = order.approve(proof.clone(), runtime.now()).map_err(|refused| match refused {
        Refused::State(_) => ApiError::OrderState,
        Refused::TooLate => ApiError::HoldExpired,
    })?;
    let leave = runtime.till.breaker.admit("approve", runtime.clock.now())?;
    let moved = patiently(|| approval::approving(runtime, approving.id, &proof)).await?;
    if moved == Moved::No("late".to_owned()) {
        return Err(ApiError::HoldExpired);
    }
    if !moved.is_yes() {
        return Ok(());
    }
    match resolve::take_money(runtime, &approving, leave).await {
        Ok(Ended::NoMoney) => Err(ApiError::PaymentRefused),
        Ok(Ended::Decided | Ended::Open | Ended::RefundRefused) => Ok(()),
        Err(error) => {
            tracing::warn!(order = %approving.id, error = %chain(&error), "recovery finishes this payment");
            Ok(())
        }
    }
}

/// The shopper gave up at the gateway. The pieces stay held: another attempt may follow.
pub(super) async fn cancelled(Path(order): Path<OrderId>) -> Redirect {
    Redirect::to(&page(order, Some("cancelled")))
}

/// The gateway could not do it. The pieces stay held: another attempt may follow.
pub(super) async fn failed(Path(order): Path<OrderId>, Query(failure): Query<Failure>) -> Redirect {
    let result = if failure.is_cancellation() { "cancelled" } else { "failed" };
    Redirect::to(&page(order, Some(result)))
}

/// The page has words of its own for an amount that is not the order's.
fn result_of(error: &ApiError) -> &'static str {
    match error {
        ApiError::AmountDiffers => "amount_differs",
        _ => "failed",
    }
}

/// The order's own page, and what it is told about the way back.
pub(super) fn page(order: OrderId, result: Option<&str>) -> String {
    match result {
        None => format!("/orders/{order}"),
        Some(result) => format!("/orders/{order}?result={result}"),
    }
}
