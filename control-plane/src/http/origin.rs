//! State-changing requests of browsers must come from our own pages: the `Origin` that the browser
//! sends, and that no page can forge, must be that of the portal which the request was sent to.
//! Together with `SameSite=Lax` cookies this is the defence against forged cross-site requests.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::ORIGIN;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::error::ApiError;
use crate::http::site::Site;
use crate::state::AppState;

/// Below this path runtimes speak, which send no `Origin` and carry no cookies.
const RUNTIME: &str = "/api/v1/runtime/";

/// Middleware over the whole API.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let harmless = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if harmless || request.uri().path().starts_with(RUNTIME) || is_own(&state, &request) {
        return next.run(request).await;
    }
    ApiError::OriginRefused.into_response()
}

fn is_own(state: &AppState, request: &Request) -> bool {
    let public = &state.config.public;
    let Some(site) = Site::of(request.headers(), public) else {
        return false;
    };
    request.headers().get(ORIGIN).is_some_and(|origin| origin.as_bytes() == public.origin(site).as_bytes())
}
