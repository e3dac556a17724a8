//! A company's orders.

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_telemetry::problem::{Json, Path, Query};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
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
    let (cursor, limit) = page.parse()?;
    let db = state.db.read();
    let rental = rentals::store::of_company(db, member.id(), path.r).await?.ok_or(rentals::UNKNOWN)?;
    let Some(deal) = rental.deal else {
        return Ok(Json(Page { items: Vec::new(), next_cursor: None }));
    };
    let mut query = Entity::find().filter(Column::Deal.eq(deal));
    if let Some(cursor) = cursor {
        let id = OrderId(cursor.id);
        let older = Column::PaidAt.lt(cursor.at);
        query = query.filter(older.or(Column::PaidAt.eq(cursor.at).and(Column::Id.lt(id))));
    }
    let query = query.order_by_desc(Column::PaidAt).order_by_desc(Column::Id).limit(limit + 1);
    let page = Page::of(query.all(db).await?, limit, wire::place, |order| order);
    let items = wire::assemble(db, &state.config.public, page.items).await?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
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
