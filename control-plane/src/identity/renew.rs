//! Renewing a session by way of a visit.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use control_plane_telemetry::problem::Query;
use url::form_urlencoded;

use super::session::{self, Renewal};
use super::start::ReturnTo;
use super::{TAG, return_to};
use crate::error::ApiError;
use crate::http::site::Site;
use crate::state::AppState;

/// Renews the session by way of a visit, for pages of deals, whose host has no refresh cookie; goes
/// on to sign in where there is no session.
#[utoipa::path(
    get, path = "/auth/renew", operation_id = "renew_session", tag = TAG, security(()), params(ReturnTo),
    responses((status = 303, description = "Back to `returnTo`, or to signing in"))
)]
pub async fn renew(
    State(state): State<AppState>,
    site: Site,
    jar: CookieJar,
    Query(query): Query<ReturnTo>,
) -> Result<Response, ApiError> {
    let return_to = return_to::check(query.return_to.as_deref(), site, &state.config.public)?;
    let (jar, target) = match session::renew(&state, site, jar).await? {
        Renewal::Renewed(jar) => (jar, return_to),
        Renewal::SignedOut(jar) => {
            let encoded: String = form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
            (jar, format!("/api/v1/auth/kakao/start?returnTo={encoded}"))
        }
    };
    Ok((jar, [(CACHE_CONTROL, "no-store")], Redirect::to(&target)).into_response())
}
