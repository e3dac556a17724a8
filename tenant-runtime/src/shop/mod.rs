//! Products, stock and holds.

use axum::Router;

use crate::state::Runtime;

/// The routes below `/shop`.
pub fn router(_: Runtime) -> Router<Runtime> {
    Router::new()
}
