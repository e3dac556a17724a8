//! The way out to Kakao.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use control_plane_telemetry::problem::Query;
use serde::Deserialize;
use utoipa::IntoParams;

use super::flow::Flow;
use super::{TAG, return_to};
use crate::error::ApiError;
use crate::http::site::Site;
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReturnTo {
    /// A path of this portal or, from the storefront, the URL of a deal's page.
    #[param(max_length = 1000)]
    pub return_to: Option<String>,
}

/// Begins signing in: sends the browser to Kakao.
#[utoipa::path(
    get, path = "/auth/kakao/start", operation_id = "start_sign_in", tag = TAG, security(()), params(ReturnTo),
    responses((status = 303, description = "To Kakao's sign-in page"))
)]
pub async fn start(
    State(state): State<AppState>,
    site: Site,
    jar: CookieJar,
    Query(query): Query<ReturnTo>,
) -> Result<Response, ApiError> {
    let public = &state.config.public;
    let return_to = return_to::check(query.return_to.as_deref(), site, public)?;
    let flow = Flow::begin(&state.entropy, site, return_to, state.clock.now());
    let url = state.kakao.authorize_url(&flow);
    let jar = jar.add(flow.to_cookie(&state.sealer, &state.entropy, public));
    Ok((jar, [(CACHE_CONTROL, "no-store")], Redirect::to(url.as_str())).into_response())
}
