//! A rental's products.

use axum::extract::State;
use control_plane_telemetry::problem::{Json, Path};

use super::store;
use super::wire::Product;
use crate::error::ApiError;
use crate::http::auth::CompanyMember;
use crate::http::page::Page;
use crate::rentals;
use crate::rentals::wire::RentalPath;
use crate::state::AppState;

/// The rental's products, in the order in which they are shown. There are at most 50, on one page.
#[utoipa::path(
    get,
    path = "/companies/{c}/rentals/{r}/products",
    tag = "products",
    operation_id = "list_products",
    params(RentalPath),
    responses((status = 200, body = Page<Product>))
)]
pub async fn list(
    State(state): State<AppState>,
    member: CompanyMember,
    Path(path): Path<RentalPath>,
) -> Result<Json<Page<Product>>, ApiError> {
    let db = state.db.read();
    let rental = rentals::store::of_company(db, member.id(), path.r).await?.ok_or(rentals::UNKNOWN)?;
    let products = store::of_rental(db, rental.id).await?;
    let items = products.iter().map(|product| Product::of(&state.config.public, product)).collect();
    Ok(Json(Page { items, next_cursor: None }))
}
