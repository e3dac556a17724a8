//! `POST /payment/orders/{id}/ready`, and the announcement itself.

use axum::extract::State;
use control_plane_gateway as gateway;
use control_plane_gateway::{BeginError, Gateway as _};
use control_plane_telemetry::problem::{Json, Path};
use jiff::Timestamp;
use serde::Serialize;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::{Announced, Order, Refused, Sighting, State as OrderState};
use uuid::Uuid;

use super::breaker::Admission;
use super::resolve;
use crate::error::{ApiError, chain};
use crate::extract::Buyer;
use crate::orders::steps::Readied;
use crate::orders::{self, steps};
use crate::state::Runtime;

/// Where the shopper goes to pay, by device.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReadyView {
    pc: String,
    mobile: String,
    app: String,
    /// Until when the gateway takes the shopper's word.
    expires_at: Timestamp,
}

impl From<Announced> for ReadyView {
    fn from(payment: Announced) -> ReadyView {
        let Announced { pc, mobile, app, expires_at, payment_ref: _ } = payment;
        ReadyView { pc, mobile, app, expires_at }
    }
}

/// Announces the payment of a held order. Repeating it gives the same payment, unless that one has
/// failed or was given up at the gateway: then another.
///
/// 409 `order_state`, `hold_expired`, `payment_refused`; 503 `gateway_unavailable`, and
/// `gateway_resting` while the gateway is left alone: the hold stays.
pub(super) async fn ready(
    buyer: Buyer,
    State(runtime): State<Runtime>,
    Path(order): Path<OrderId>,
) -> Result<Json<ReadyView>, ApiError> {
    Ok(Json(announced(&runtime, buyer.shopper, order).await?.into()))
}

/// The payment of a shopper's own order, which is announced where it is not, or not any more.
///
/// # Errors
/// As [`ready`] answers them.
pub(super) async fn announced(
    runtime: &Runtime,
    shopper: Uuid,
    order: OrderId,
) -> Result<Announced, ApiError> {
    let order = orders::find_own(runtime, shopper, order).await?;
    runtime.till.limits.check(order.id)?;
    let leave = runtime.till.breaker.admit("ready", runtime.clock.now())?;
    let order = match &order.state {
        OrderState::Ready { payment } if is_alive(runtime, &order, payment).await => {
            return Ok(payment.clone());
        }
        OrderState::Ready { payment } => {
            let _moved = steps::withdraw(runtime, order.id, &payment.payment_ref).await?;
            order.withdraw().map_err(refused)?
        }
        _ => order,
    };
    let payment = announce(runtime, &order, leave).await?;
    let ready = order.clone().ready(payment.clone(), runtime.now()).map_err(refused)?;
    match steps::ready(runtime, ready.id, &payment).await? {
        Readied::Now => Ok(payment),
        Readied::Already(payment) => Ok(*payment),
        Readied::TooLate => Err(ApiError::HoldExpired),
        Readied::Refused => Err(ApiError::OrderState),
    }
}

/// Whether the announced payment can still be agreed to. Where the gateway does not say otherwise,
/// it can. A provider's own window makes a new payment whenever it is opened, for as long as the
/// shopper may.
async fn is_alive(runtime: &Runtime, order: &Order, payment: &Announced) -> bool {
    runtime.now() < payment.expires_at
        && (runtime.till.desk().script.is_some()
            || !matches!(
                resolve::look_up(runtime, order).await,
                Sighting::Failed | Sighting::Cancelled | Sighting::Missing
            ))
}

async fn announce(runtime: &Runtime, order: &Order, leave: Admission<'_>) -> Result<Announced, ApiError> {
    let now = runtime.now();
    match &order.state {
        OrderState::Held if now >= order.held_until => return Err(ApiError::HoldExpired),
        OrderState::Held => {}
        _ => return Err(ApiError::OrderState),
    }
    let back = |call: &str| format!("{}/payment/orders/{}/{call}", runtime.config.origin, order.id);
    let announcement = gateway::Order {
        order_id: order.id.to_string(),
        user_id: order.shopper.to_string(),
        item_name: order.item.name.clone(),
        quantity: order.item.quantity,
        amount: order.item.amount,
        approval_url: back("approve"),
        cancel_url: back("cancel"),
        fail_url: back("fail"),
        window_url: back("window"),
        asked_at: now,
    };
    let desk = runtime.till.desk();
    let begun = desk.gateway.begin(&desk.merchant, &announcement).await;
    // A provider's own window announces the payment: nobody was called, and nothing was learnt.
    if desk.script.is_none() {
        let is_outage = matches!(&begun, Err(BeginError::Unavailable(doubt)) if doubt.is_outage());
        leave.ended(is_outage, runtime.clock.now());
    }
    let begun = begun.map_err(|error| {
        tracing::warn!(order = %order.id, error = %chain(&error), "no payment was announced");
        match error {
            BeginError::Unavailable(_) => ApiError::GatewayUnavailable,
            BeginError::Declined(_) => ApiError::PaymentRefused,
        }
    })?;
    Ok(Announced {
        payment_ref: begun.payment_ref,
        pc: begun.redirect.pc,
        mobile: begun.redirect.mobile,
        app: begun.redirect.app,
        expires_at: begun.expires_at,
    })
}

fn refused(refused: Refused) -> ApiError {
    match refused {
        Refused::State(_) => ApiError::OrderState,
        Refused::TooLate => ApiError::HoldExpired,
    }
}
