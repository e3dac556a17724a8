//! A company's page at the storefront.

use axum::extract::State;
use control_plane_telemetry::problem::{Json, Path};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::card::{DealCard, DealPhase, SHOWN, cards};
use crate::companies::{self, State as CompanyState};
use crate::error::ApiError;
use crate::rentals::entity::{Column, Entity};
use crate::state::AppState;

/// How many deals the page shows.
const DEALS_MAX: u64 = 30;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct StorePath {
    /// The first part of the company's host name.
    pub slug: String,
}

/// A company, with what the law wants shoppers to know of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoreCompany {
    pub name: String,
    pub slug: String,
    pub representative: String,
    pub business_number: String,
    pub mail_order_number: String,
    pub contact_email: String,
    pub contact_phone: String,
    /// Open or yet to come, the next to open first.
    pub deals: Vec<DealCard>,
    /// Over, the last to open first.
    pub ended: Vec<DealCard>,
}

/// A company and its deals.
#[utoipa::path(
    get,
    path = "/storefront/companies/{slug}",
    tag = "storefront",
    operation_id = "read_store_company",
    security(()),
    params(StorePath),
    responses((status = 200, body = StoreCompany))
)]
pub async fn read(
    State(state): State<AppState>,
    Path(path): Path<StorePath>,
) -> Result<Json<StoreCompany>, ApiError> {
    let db = state.db.read();
    let company = companies::store::by_slug(db, &path.slug).await?;
    let company = company.filter(|company| company.state == CompanyState::Approved);
    let company = company.ok_or(companies::UNKNOWN)?;
    let rentals = Entity::find()
        .filter(Column::CompanyId.eq(company.id))
        .filter(Column::State.is_in(SHOWN))
        .order_by_desc(Column::OpensAt)
        .limit(DEALS_MAX)
        .all(db)
        .await?;
    let all = cards(db, &state.config.public, &rentals, state.clock.now()).await?;
    let (ended, mut deals): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|card| card.phase == DealPhase::Closed);
    deals.reverse();
    Ok(Json(StoreCompany {
        name: company.name,
        slug: company.slug,
        representative: company.representative,
        business_number: company.business_number,
        mail_order_number: company.mail_order_number,
        contact_email: company.contact_email,
        contact_phone: company.contact_phone,
        deals,
        ended,
    }))
}
