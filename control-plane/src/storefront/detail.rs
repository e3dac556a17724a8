//! One deal, before the shopper goes there.

use axum::extract::State;
use control_plane_core::deal_name::is_deal_name;
use control_plane_telemetry::problem::{Json, Path};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::UNKNOWN;
use super::card::{DealCard, SHOWN};
use crate::companies;
use crate::error::ApiError;
use crate::products;
use crate::products::wire::Product;
use crate::rentals::entity::{Column, Entity};
use crate::state::AppState;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DealPath {
    /// The name of the `TimeDeal`.
    pub name: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DealDetail {
    #[serde(flatten)]
    pub card: DealCard,
    /// Of its first product.
    pub description: String,
    pub products: Vec<Product>,
}

/// One deal with its products.
#[utoipa::path(
    get,
    path = "/deals/{name}",
    tag = "storefront",
    operation_id = "read_deal",
    security(()),
    params(DealPath),
    responses((status = 200, body = DealDetail))
)]
pub async fn read(
    State(state): State<AppState>,
    Path(path): Path<DealPath>,
) -> Result<Json<DealDetail>, ApiError> {
    if !is_deal_name(&path.name) {
        return Err(UNKNOWN);
    }
    let db = state.db.read();
    let rental = Entity::find()
        .filter(Column::Deal.eq(path.name))
        .filter(Column::State.is_in(SHOWN))
        .one(db)
        .await?
        .ok_or(UNKNOWN)?;
    let company = companies::store::by_id(db, rental.company_id).await?.ok_or(UNKNOWN)?;
    let rows = products::store::of_rental(db, rental.id).await?;
    let public = &state.config.public;
    let card = DealCard::of(public, &rental, &company, &rows, state.clock.now()).ok_or(UNKNOWN)?;
    let description = rows.first().map(|first| first.description.clone()).unwrap_or_default();
    let products = rows.iter().map(|product| Product::of(public, product)).collect();
    Ok(Json(DealDetail { card, description, products }))
}
