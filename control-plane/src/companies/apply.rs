//! Applying for a company.

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_telemetry::problem::Json;

use super::TAG;
use super::fields::NewCompany;
use super::store;
use super::wire::Company;
use crate::error::ApiError;
use crate::http::auth::PortalUser;
use crate::state::AppState;

/// Applies for a company. Whoever was rejected may apply again with the same slug and corrects the
/// application by it.
#[utoipa::path(
    post, path = "/companies", operation_id = "apply_for_company", tag = TAG, request_body = NewCompany,
    responses((status = 201, body = Company))
)]
pub async fn apply(
    State(state): State<AppState>,
    applicant: PortalUser,
    Json(body): Json<NewCompany>,
) -> Result<(StatusCode, Json<Company>), ApiError> {
    let application = body.check()?;
    let now = state.clock.now();
    let company = store::apply(&state.db, &state.entropy, applicant.user, &application, now).await?;
    tracing::info!(company = %company.id, slug = company.slug, "a company applied");
    Ok((StatusCode::CREATED, Json(Company::new(company, None))))
}
