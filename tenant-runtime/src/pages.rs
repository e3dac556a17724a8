//! The deal's own pages: one app, built into the binary.

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use control_plane_pages::Policy;
use control_plane_telemetry::problem;
use rust_embed::RustEmbed;

use crate::state::Runtime;

#[derive(RustEmbed)]
#[folder = "../web/dist/deal"]
struct Pages;

/// Paths that belong to the interface: nothing below them is a page. The last four may be served at
/// another listener, and are no pages here either.
const INTERFACES: [&str; 7] = ["queue", "shop", "payment", "internal", "healthz", "readyz", "metrics"];

/// Answers whatever no route matched: the app for `/` and `/orders/{id}`, its files, or a problem.
pub async fn serve(State(runtime): State<Runtime>, request: Request) -> Response {
    let path = request.uri().path();
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if INTERFACES.contains(&first) {
        return problem::not_found().await.into_response();
    }
    control_plane_pages::respond::<Pages>(request.method(), path, request.headers(), &policy(&runtime))
}

/// Where the app's one stylesheet is: its name has a hash of its content.
pub fn stylesheet() -> Option<Cow<'static, str>> {
    Pages::iter().find(|path| path.ends_with(".css"))
}

/// Pictures may come from wherever the products' own are.
pub fn policy(runtime: &Runtime) -> Policy {
    let settings = runtime.settings.load();
    let mut origins: Vec<String> = settings
        .products
        .iter()
        .filter_map(|product| url::Url::parse(&product.image_url).ok())
        .map(|address| address.origin().ascii_serialization())
        .collect();
    origins.sort_unstable();
    origins.dedup();
    Policy::new(&origins.iter().map(String::as_str).collect::<Vec<_>>())
}
