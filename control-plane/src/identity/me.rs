//! Who is signed in.

use axum::extract::State;
use control_plane_telemetry::problem::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::{TAG, store};
use crate::companies::{self, Role};
use crate::error::ApiError;
use crate::http::auth::SignedIn;
use crate::ids::{CompanyId, UserId};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub id: UserId,
    pub name: String,
    /// Whether this is an admin of the platform.
    pub admin: bool,
    /// The companies that one belongs to, oldest first.
    pub companies: Vec<MyCompany>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MyCompany {
    pub id: CompanyId,
    pub name: String,
    pub slug: String,
    pub role: Role,
    pub state: companies::State,
}

/// Who is signed in.
#[utoipa::path(get, path = "/me", tag = TAG, responses((status = 200, body = Me)))]
pub async fn me(State(state): State<AppState>, signed_in: SignedIn) -> Result<Json<Me>, ApiError> {
    let db = state.db.read();
    let user = store::user(db, signed_in.user).await?.ok_or(ApiError::NotSignedIn)?;
    let admin = store::is_admin(db, user.id, &state.config.admins).await?;
    let companies = companies::store::of_user(db, user.id).await?;
    let companies = companies.into_iter().map(|(company, role)| MyCompany {
        id: company.id,
        name: company.name,
        slug: company.slug,
        role,
        state: company.state,
    });
    Ok(Json(Me { id: user.id, name: user.name, admin, companies: companies.collect() }))
}
