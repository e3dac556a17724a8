//! `GET /shop/orders`, `GET` and `DELETE /shop/orders/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_telemetry::problem::{Json, Path};
use serde::Serialize;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::{ReleaseReason, State as OrderState};
use uuid::Uuid;

use crate::error::ApiError;
use crate::extract::Buyer;
use crate::orders::{self, OrderView, steps};
use crate::state::Runtime;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Orders {
    items: Vec<OrderView>,
    /// Always null: a shopper's orders of one deal are one page.
    next_cursor: Option<String>,
}

/// The shopper's own orders in this deal, newest first.
pub(super) async fn list(buyer: Buyer, State(runtime): State<Runtime>) -> Result<Json<Orders>, ApiError> {
    let orders = orders::of_shopper(&runtime, buyer.shopper).await?;
    let provider = runtime.config.payment.provider;
    let items = orders.into_iter().map(|order| OrderView::new(order, provider)).collect();
    Ok(Json(Orders { items, next_cursor: None }))
}

/// One of the shopper's own orders. 404 `order_unknown` for everyone else's.
pub(super) async fn read(
    buyer: Buyer,
    State(runtime): State<Runtime>,
    Path(order): Path<OrderId>,
) -> Result<Json<OrderView>, ApiError> {
    let order = orders::find_own(&runtime, buyer.shopper, order).await?;
    Ok(Json(OrderView::new(order, runtime.config.payment.provider)))
}

/// Gives the pieces of an unpaid order back: 204, also where they already are. 409 `order_state`
/// once the gateway has been asked for the money.
pub(super) async fn abandon(
    buyer: Buyer,
    State(runtime): State<Runtime>,
    Path(order): Path<OrderId>,
) -> Result<StatusCode, ApiError> {
    give_back(&runtime, buyer.shopper, order).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the pieces of a shopper's own unpaid order back; nothing where they already are.
///
/// # Errors
/// [`ApiError::OrderUnknown`], [`ApiError::OrderState`], or where Redis is away.
pub(super) async fn give_back(runtime: &Runtime, shopper: Uuid, order: OrderId) -> Result<(), ApiError> {
    let order = orders::find_own(runtime, shopper, order).await?;
    match order.state {
        OrderState::Released { .. } => Ok(()),
        OrderState::Held | OrderState::Ready { .. } => {
            let moved = steps::release(runtime, &order, ReleaseReason::Abandoned).await?;
            if moved.is_yes() { Ok(()) } else { Err(ApiError::OrderState) }
        }
        _ => Err(ApiError::OrderState),
    }
}
