//! The public half of the key that tokens are signed with.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;

use super::TAG;
use crate::state::AppState;

/// The public keys that tokens are checked with.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = TAG, security(()),
    responses((status = 200, description = "A JWK set (RFC 7517)", body = serde_json::Value))
)]
pub async fn jwks(State(state): State<AppState>) -> impl IntoResponse {
    ([(CACHE_CONTROL, "public, max-age=300")], axum::Json(state.tokens.jwks().clone()))
}
