//! A company's orders.

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_telemetry::problem::{Json, Path, Query};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{self, Order, RefundRequest};
use crate::error::ApiError;
use crate::http::auth::{CompanyMember, CompanyOwner};
use crate::http::page::{Page, PageQuery};
use crate::ids::{CompanyId, OrderId};
use crate::ledger::entity::order::{Column, Entity};
use crate::refunds::ask::{self, Asker};
use crate::rentals;
use crate::rentals::wire::RentalPath;
use crate::state::AppState;

#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CompanyOrderPath {
    /// The company.
    pub c: CompanyId,
    /// The order.
    pub o: OrderId,
}

/// The orders of one rental's deal, the last paid first.
#[utoipa::path(
    get,
    path = "/companies/{c}/rentals/{r}/orders",
    tag = "orders",
    operation_id = "list_rental_orders",
    params(RentalPath, PageQuery),
    responses((status = 200, body = Page<Order>))
)]
pub async fn list(
    State(state): State<AppState>,
    member: CompanyMember,
    Path(path): Path<RentalPath>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Order>>, ApiError> {
    let db = state.db.read();
    let rental = rentals::store::of_company(db, member.id(), path.r).await?.ok_or(rentals::UNKNOWN)?;
    let Some(deal) = rental.deal else {
        return Ok(Json(Page { items: Vec::new(), next_cursor: None }));
    };
    let of_deal = Entity::find().filter(Column::Deal.eq(deal));
    Ok(Json(wire::page(db, &state.config.public, of_deal, &page).await?))
}

/// All of the company's orders, those of deals that the platform's admin applied included, the last
/// paid first.
#[utoipa::path(
    get,
    path = "/companies/{c}/orders",
    tag = "orders",
    operation_id = "list_company_orders",
    params(("c" = crate::ids::CompanyId, Path), PageQuery),
    responses((status = 200, body = Page<Order>))
)]
pub async fn list_all(
    State(state): State<AppState>,
    member: CompanyMember,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Order>>, ApiError> {
    let of_company = Entity::find().filter(Column::CompanyId.eq(member.id()));
    Ok(Json(wire::page(state.db.read(), &state.config.public, of_company, &page).await?))
}

/// Gives a shopper's money back, at any time.
#[utoipa::path(
    post,
    path = "/companies/{c}/orders/{o}/refund",
    tag = "orders",
    operation_id = "refund_company_order",
    params(CompanyOrderPath),
    request_body = RefundRequest,
    responses((status = 202, body = Order))
)]
pub async fn refund(
    State(state): State<AppState>,
    owner: CompanyOwner,
    Path(path): Path<CompanyOrderPath>,
    Json(request): Json<RefundRequest>,
) -> Result<(StatusCode, Json<Order>), ApiError> {
    let asker = Asker::Company { company: owner.id(), user: owner.user };
    let order = ask::ask(&state, path.o, asker, &request.reason).await?;
    let order = wire::assemble_one(state.db.read(), &state.config.public, order).await?;
    Ok((StatusCode::ACCEPTED, Json(order)))
}
