//! A company as its members see it.

use axum::extract::State;
use control_plane_telemetry::problem::Json;

use super::wire::Company;
use super::{TAG, store};
use crate::error::ApiError;
use crate::http::auth::CompanyMember;
use crate::state::AppState;

/// A company that one belongs to.
#[utoipa::path(
    get, path = "/companies/{c}", operation_id = "get_company", tag = TAG,
    params(("c" = Uuid, Path, description = "The company")),
    responses((status = 200, body = Company))
)]
pub async fn get(State(state): State<AppState>, member: CompanyMember) -> Result<Json<Company>, ApiError> {
    let merchant = store::chosen(state.db.read(), member.company.id).await?;
    Ok(Json(Company::new(member.company, merchant)))
}
