//! Pictures of products: decoded and made smaller on the way in, kept in an S3 store, served for
//! ever under an address that never changes its content.

pub mod store;

use utoipa_axum::router::OpenApiRouter;

pub use store::ObjectStore;

use crate::state::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
