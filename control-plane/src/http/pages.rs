//! The portals' pages, which are part of the binary: by host name, every path that is not the API's.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use control_plane_pages::{Policy, respond};
use control_plane_telemetry::problem;
use rust_embed::RustEmbed;

use crate::http::site::Site;
use crate::state::AppState;

#[derive(RustEmbed)]
#[folder = "../web/dist/bidd"]
#[allow_missing = true]
struct Bidd;

#[derive(RustEmbed)]
#[folder = "../web/dist/ddib"]
#[allow_missing = true]
struct Ddib;

/// What the pages may load: pictures come from the storefront's origin, whichever page shows them.
#[must_use]
pub fn policy(images_origin: &str) -> Policy {
    Policy::new(&[images_origin])
}

/// The fallback of the router.
pub async fn serve(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path();
    let site = Site::of(request.headers(), &state.config.public);
    let is_api = path == "/api" || path.starts_with("/api/") || path.starts_with("/.well-known/");
    match site {
        Some(Site::Bidd) if !is_api => {
            respond::<Bidd>(request.method(), path, request.headers(), &state.page_policy)
        }
        Some(Site::Ddib) if !is_api => {
            respond::<Ddib>(request.method(), path, request.headers(), &state.page_policy)
        }
        _ => problem::not_found().await.into_response(),
    }
}
