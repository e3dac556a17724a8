//! All companies, for the platform's admins.

use axum::extract::State as AxumState;
use control_plane_telemetry::problem::{Json, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::Company;
use super::{State, store};
use crate::error::ApiError;
use crate::http::auth::PlatformAdmin;
use crate::http::page::{self, Page};
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CompaniesQuery {
    /// Only companies in this state.
    #[param(inline)]
    pub state: Option<State>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// 1 to 100; 20 where left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
}

/// All companies, those who have waited longest first.
#[utoipa::path(
    get, path = "/admin/companies", operation_id = "list_companies", tag = "admin", params(CompaniesQuery),
    responses((status = 200, body = Page<Company>))
)]
pub async fn list(
    AxumState(state): AxumState<AppState>,
    _admin: PlatformAdmin,
    Query(query): Query<CompaniesQuery>,
) -> Result<Json<Page<Company>>, ApiError> {
    let after = page::cursor(query.cursor.as_deref())?;
    let limit = page::limit(query.limit)?;
    let rows = store::list(state.db.read(), query.state, after, limit + 1).await?;
    let place = |(company, _): &store::WithMerchant| company.place();
    Ok(Json(Page::of(rows, limit, place, |(company, merchant)| Company::new(company, merchant))))
}
