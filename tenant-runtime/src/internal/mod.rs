//! What the lifecycle's executor asks and tells a running deal. Never reachable through the edge.

mod report;
mod seal;
mod settings;

use axum::Router;
use axum::routing::{get, post, put};

use crate::state::Runtime;

/// The routes below `/internal`.
pub fn router() -> Router<Runtime> {
    Router::new()
        .route("/report", get(report::report))
        .route("/settings", put(settings::put))
        .route("/seal", post(seal::seal))
}
