//! Renewing a session from a portal's own pages.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;

use super::TAG;
use super::session::{self, Renewal};
use crate::error::ApiError;
use crate::http::site::Site;
use crate::state::AppState;

/// Renews the session with the refresh cookie, which is exchanged for a new one.
#[utoipa::path(
    post, path = "/auth/refresh", operation_id = "refresh_session", tag = TAG, security(()),
    responses((status = 204, description = "Renewed"))
)]
pub async fn refresh(
    State(state): State<AppState>,
    site: Site,
    jar: CookieJar,
) -> Result<Response, ApiError> {
    Ok(match session::renew(&state, site, jar).await? {
        Renewal::Renewed(jar) => (jar, StatusCode::NO_CONTENT).into_response(),
        Renewal::SignedOut(jar) => (jar, ApiError::NotSignedIn).into_response(),
    })
}
