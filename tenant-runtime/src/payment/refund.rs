//! `POST /payment/orders/{id}/refund`, and refunds that the control plane asks for.

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_telemetry::problem::{FieldError, Json, Path};
use serde::Deserialize;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::{Order, State as OrderState};
use uuid::Uuid;

use super::resolve::{self, Ended};
use crate::error::ApiError;
use crate::extract::Buyer;
use crate::orders::steps::Moved;
use crate::orders::{self, OrderView, steps};
use crate::redis::StoreError;
use crate::state::Runtime;

const REASON_CHARS_MAX: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundForm {
    reason: String,
}

/// Gives the money of a paid order back, all of it: 200 where it is back, 202 where the gateway has
/// not said so yet. Repeating it is fine.
///
/// 409 `order_state`, `sealed` (then My Page refunds), `refund_refused`; 422 `invalid_body`.
pub(super) async fn refund(
    buyer: Buyer,
    State(runtime): State<Runtime>,
    Path(order): Path<OrderId>,
    Json(form): Json<RefundForm>,
) -> Result<(StatusCode, Json<OrderView>), ApiError> {
    let order = give_back(&runtime, buyer.shopper, order, &form.reason).await?;
    let is_back = matches!(order.state, OrderState::Refunded { .. });
    let status = if is_back { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(OrderView::new(order, runtime.config.payment.provider))))
}

/// Gives the money of a shopper's own paid order back; the order is then refunded, or will be.
///
/// # Errors
/// As [`refund`] answers them.
pub(super) async fn give_back(
    runtime: &Runtime,
    shopper: Uuid,
    order: OrderId,
    reason: &str,
) -> Result<Order, ApiError> {
    let reason = check(reason)?;
    let order = orders::find_own(runtime, shopper, order).await?;
    if matches!(order.state, OrderState::Paid { .. }) {
        runtime.till.limits.check(order.id)?;
        // A shopper who closes the page must not interrupt it halfway.
        let attempt = runtime.spawn({
            let (runtime, order) = (runtime.clone(), order.clone());
            async move { begin(&runtime, order, reason).await }
        });
        match attempt.await.map_err(|panic| ApiError::Internal(panic.into()))?? {
            Begun::Ended(Ended::RefundRefused) => return Err(ApiError::RefundRefused),
            Begun::Sealed => return Err(ApiError::Sealed),
            Begun::Ended(_) | Begun::Elsewhere => {}
        }
    }
    let order = orders::find_own(runtime, shopper, order.id).await?;
    match order.state {
        OrderState::Refunding { .. } | OrderState::Refunded { .. } => Ok(order),
        _ => Err(ApiError::OrderState),
    }
}

fn check(reason: &str) -> Result<String, ApiError> {
    let reason = reason.trim();
    let (code, detail) = match reason.chars().count() {
        0 => ("missing", "환불하는 이유를 알려 주세요.".to_owned()),
        chars if chars > REASON_CHARS_MAX => ("too_long", format!("{REASON_CHARS_MAX}자까지 쓸 수 있어요.")),
        _ if reason.chars().any(char::is_control) => {
            ("unprintable", "줄바꿈이나 특수한 문자는 쓸 수 없어요.".to_owned())
        }
        _ => return Ok(reason.to_owned()),
    };
    Err(ApiError::InvalidBody(vec![FieldError { field: "reason".to_owned(), code: code.to_owned(), detail }]))
}

enum Begun {
    Ended(Ended),
    Sealed,
    /// Another request was faster.
    Elsewhere,
}

async fn begin(runtime: &Runtime, order: Order, reason: String) -> Result<Begun, StoreError> {
    let Ok(refunding) = order.refund(reason.clone(), runtime.now()) else {
        return Ok(Begun::Elsewhere);
    };
    match steps::refunding(runtime, refunding.id, &reason).await? {
        Moved::Yes => resolve::give_back(runtime, &refunding).await.map(Begun::Ended),
        Moved::No(state) if state == "sealed" => Ok(Begun::Sealed),
        Moved::No(_) => Ok(Begun::Elsewhere),
    }
}

/// Carries out a refund that was asked for at the control plane. An order that is already being
/// refunded, or was, is left alone: its event tells the control plane.
///
/// # Errors
/// Where Redis is away.
pub(super) async fn carry_out(runtime: &Runtime, order: OrderId, reason: &str) -> Result<Ended, StoreError> {
    let reason: String = reason.chars().filter(|c| !c.is_control()).take(REASON_CHARS_MAX).collect();
    match orders::find(runtime, order).await? {
        Some(order) => match begin(runtime, order, reason).await? {
            Begun::Ended(ended) => Ok(ended),
            Begun::Sealed | Begun::Elsewhere => Ok(Ended::Decided),
        },
        None => {
            tracing::error!(%order, "asked to refund an order that this deal does not have");
            Ok(Ended::Decided)
        }
    }
}
