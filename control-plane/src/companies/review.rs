//! Deciding applications, by the platform's admins.

use axum::extract::State;
use control_plane_telemetry::problem::{Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, Review};
use super::wire::Company;
use crate::error::ApiError;
use crate::http::auth::PlatformAdmin;
use crate::http::text;
use crate::ids::CompanyId;
use crate::state::AppState;

const REASON_CHARACTERS_MAX: usize = 500;

/// Why an application is rejected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// Shown to the applicant; 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Approves an application.
#[utoipa::path(
    post, path = "/admin/companies/{c}/approve", operation_id = "approve_company", tag = "admin",
    params(("c" = Uuid, Path, description = "The company")),
    responses((status = 200, body = Company))
)]
pub async fn approve(
    State(state): State<AppState>,
    admin: PlatformAdmin,
    Path(id): Path<Uuid>,
) -> Result<Json<Company>, ApiError> {
    review(&state, &admin, id, Review::Approve).await
}

/// Rejects an application; the applicant may correct it and apply again.
#[utoipa::path(
    post, path = "/admin/companies/{c}/reject", operation_id = "reject_company", tag = "admin",
    params(("c" = Uuid, Path, description = "The company")), request_body = Rejection,
    responses((status = 200, body = Company))
)]
pub async fn reject(
    State(state): State<AppState>,
    admin: PlatformAdmin,
    Path(id): Path<Uuid>,
    Json(rejection): Json<Rejection>,
) -> Result<Json<Company>, ApiError> {
    let reason = text::lines(&rejection.reason, 1, REASON_CHARACTERS_MAX).ok_or_else(|| {
        ApiError::field("reason", "reason_invalid", "반려하는 이유를 500자까지 적어 주세요.")
    })?;
    review(&state, &admin, id, Review::Reject { reason }).await
}

async fn review(
    state: &AppState,
    admin: &PlatformAdmin,
    id: Uuid,
    review: Review,
) -> Result<Json<Company>, ApiError> {
    let now = state.clock.now();
    let company = store::review(&state.db, &state.entropy, admin.user, CompanyId(id), &review, now).await?;
    state.work.notify_one();
    let merchant = store::chosen(state.db.read(), company.id).await?;
    Ok(Json(Company::new(company, merchant)))
}
