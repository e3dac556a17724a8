//! `GET /payment/orders/{id}/{approve,cancel,fail}`: where the gateway sends the shopper back to.
//!
//! Nobody is asked who they are: the browser that comes back may be another one than the shopper's,
//! and whoever knows the order's id and the gateway's proof may finish the payment. The answer is
//! always the order's own page, which shows how things stand.

use axum::extract::State;
use axum::response::Redirect;
use control_plane_telemetry::problem::{Path, Query};
use serde::Deserialize;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::Refused;

use super::resolve::{self, Ended};
use crate::error::{ApiError, chain};
use crate::orders;
use crate::orders::steps::{self, Moved};
use crate::redis::patiently;
use crate::state::Runtime;

const PROOF_CHARS_MAX: usize = 200;

/// What the gateway adds to the address. Whatever else it adds is none of our business.
#[derive(Debug, Deserialize)]
pub(super) struct Proof {
    #[serde(default)]
    pg_token: String,
}

/// Takes the money, if the hold is still ours, and shows the order.
pub(super) async fn approve(
    State(runtime): State<Runtime>,
    Path(order): Path<OrderId>,
    Query(proof): Query<Proof>,
) -> Redirect {
    // In a task of its own: a shopper who closes the page must not interrupt a payment halfway.
    let proof = proof.pg_token;
    let attempt = tokio::spawn({
        let proof = proof.clone();
        async move { take_money(&runtime, order, proof).await }
    });
    match attempt.await {
        Ok(Ok(())) => {}
        Ok(Err(ApiError::GatewayResting { .. })) => return Redirect::to(&try_again_page(order, &proof)),
        Ok(Err(error)) => {
            tracing::info!(%order, %error, "no money was taken");
            return Redirect::to(&page(order, Some("failed")));
        }
        Err(panic) => tracing::error!(%order, %panic, "an approval broke off; recovery finishes it"),
    }
    Redirect::to(&page(order, None))
}

/// An error means that no money was taken. Where that is not known, recovery finds out.
async fn take_money(runtime: &Runtime, order: OrderId, proof: String) -> Result<(), ApiError> {
    if proof.is_empty() || proof.len() > PROOF_CHARS_MAX {
        return Err(ApiError::OrderState);
    }
    // The shopper brings the proof once: a Redis that is just starting again is waited for.
    let order = patiently(|| orders::find(runtime, order)).await?.ok_or(ApiError::OrderUnknown)?;
    if matches!(order.state.name(), "approving" | "paid" | "refunding" | "refunded") {
        // The page was loaded again: there is nothing left to ask for.
        return Ok(());
    }
    let approving = order.approve(proof.clone(), runtime.now()).map_err(|refused| match refused {
        Refused::State(_) => ApiError::OrderState,
        Refused::TooLate => ApiError::HoldExpired,
    })?;
    let leave = runtime.till.breaker.admit("approve", runtime.clock.now())?;
    let moved = patiently(|| steps::approving(runtime, approving.id, &proof)).await?;
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
pub(super) async fn failed(Path(order): Path<OrderId>) -> Redirect {
    Redirect::to(&page(order, Some("failed")))
}

/// The order's page while the gateway is left alone. What the shopper agreed to there comes along, since
/// it is brought back only once: the page offers to come here again with it.
fn try_again_page(order: OrderId, proof: &str) -> String {
    let proof: String = url::form_urlencoded::byte_serialize(proof.as_bytes()).collect();
    format!("{}&pg_token={proof}", page(order, Some("busy")))
}

fn page(order: OrderId, result: Option<&str>) -> String {
    match result {
        None => format!("/orders/{order}"),
        Some(result) => format!("/orders/{order}?result={result}"),
    }
}
