//! The end of a session.

use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::cookie::CookieJar;

use super::{TAG, session};
use crate::error::ApiError;
use crate::http::site::Site;
use crate::state::AppState;

/// Ends the session, and with it every refresh token that stems from the same signing-in.
#[utoipa::path(
    post, path = "/auth/sign-out", tag = TAG, security(()),
    responses((status = 204, description = "Signed out, also where nobody was signed in"))
)]
pub async fn sign_out(
    State(state): State<AppState>,
    site: Site,
    jar: CookieJar,
) -> Result<(CookieJar, StatusCode), ApiError> {
    Ok((session::close(&state, site, jar).await?, StatusCode::NO_CONTENT))
}
