//! A company's rentals.

use axum::extract::State;
use control_plane_telemetry::problem::{Json, Path, Query};

use super::wire::{Rental, RentalPath};
use super::{UNKNOWN, store};
use crate::error::ApiError;
use crate::http::auth::CompanyMember;
use crate::http::page::{Cursor, Page, PageQuery};
use crate::products;
use crate::state::AppState;

/// The company's rentals, the last to open first.
#[utoipa::path(
    get,
    path = "/companies/{c}/rentals",
    tag = "rentals",
    operation_id = "list_rentals",
    params(("c" = crate::ids::CompanyId, Path), PageQuery),
    responses((status = 200, body = Page<Rental>))
)]
pub async fn list(
    State(state): State<AppState>,
    member: CompanyMember,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Rental>>, ApiError> {
    let (cursor, limit) = page.parse()?;
    let db = state.db.read();
    let rentals = store::page_of_company(db, member.id(), cursor, limit + 1).await?;
    let counts = products::store::counts(db, rentals.iter().map(|rental| rental.id)).await?;
    let place = |rental: &super::entity::Model| Cursor { at: rental.opens_at, id: rental.id.0 };
    let page = Page::of(rentals, limit, place, |rental| {
        let products = counts.get(&rental.id).copied().unwrap_or(0);
        Rental::of(&state, &member.company, &rental, products)
    });
    let items = page.items.into_iter().collect::<Result<_, _>>()?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// One rental.
#[utoipa::path(
    get,
    path = "/companies/{c}/rentals/{r}",
    tag = "rentals",
    operation_id = "read_rental",
    params(RentalPath),
    responses((status = 200, body = Rental))
)]
pub async fn read(
    State(state): State<AppState>,
    member: CompanyMember,
    Path(path): Path<RentalPath>,
) -> Result<Json<Rental>, ApiError> {
    let db = state.db.read();
    let rental = store::of_company(db, member.id(), path.r).await?.ok_or(UNKNOWN)?;
    Ok(Json(Rental::read(db, &state, &member.company, &rental).await?))
}
