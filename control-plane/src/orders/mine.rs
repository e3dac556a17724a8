//! My Page: a shopper's own orders, of all deals.

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_telemetry::problem::{Json, Path, Query};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::Deserialize;
use utoipa::IntoParams;

use super::UNKNOWN;
use super::wire::{self, Order, RefundRequest};
use crate::error::ApiError;
use crate::http::auth::Shopper;
use crate::http::page::{Page, PageQuery};
use crate::ids::OrderId;
use crate::ledger::entity::order::{Column, Entity};
use crate::refunds::ask::{self, Asker};
use crate::state::AppState;

#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MyOrderPath {
    /// The order.
    pub o: OrderId,
}

/// The shopper's orders, the last paid first.
#[utoipa::path(
    get,
    path = "/me/orders",
    tag = "orders",
    operation_id = "list_my_orders",
    params(PageQuery),
    responses((status = 200, body = Page<Order>))
)]
pub async fn list(
    State(state): State<AppState>,
    shopper: Shopper,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Order>>, ApiError> {
    let own = Entity::find().filter(Column::ShopperId.eq(shopper.user));
    Ok(Json(wire::page(state.db.read(), &state.config.public, own, &page).await?))
}

/// One of the shopper's orders.
#[utoipa::path(
    get,
    path = "/me/orders/{o}",
    tag = "orders",
    operation_id = "read_my_order",
    params(MyOrderPath),
    responses((status = 200, body = Order))
)]
pub async fn read(
    State(state): State<AppState>,
    shopper: Shopper,
    Path(path): Path<MyOrderPath>,
) -> Result<Json<Order>, ApiError> {
    let db = state.db.read();
    let order = Entity::find_by_id(path.o).filter(Column::ShopperId.eq(shopper.user)).one(db).await?;
    let order = order.ok_or(UNKNOWN)?;
    Ok(Json(wire::assemble_one(db, &state.config.public, order).await?))
}

/// Asks for the money back, within seven days of paying.
#[utoipa::path(
    post,
    path = "/me/orders/{o}/refund",
    tag = "orders",
    operation_id = "refund_my_order",
    params(MyOrderPath),
    request_body = RefundRequest,
    responses((status = 202, body = Order))
)]
pub async fn refund(
    State(state): State<AppState>,
    shopper: Shopper,
    Path(path): Path<MyOrderPath>,
    Json(request): Json<RefundRequest>,
) -> Result<(StatusCode, Json<Order>), ApiError> {
    let order = ask::ask(&state, path.o, Asker::Shopper(shopper.user), &request.reason).await?;
    let order = wire::assemble_one(state.db.read(), &state.config.public, order).await?;
    Ok((StatusCode::ACCEPTED, Json(order)))
}
