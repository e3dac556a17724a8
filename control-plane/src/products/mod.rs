//! What a rental sells. Products may be changed until the deal's runtime is set up; every change
//! before that is written into the `TimeDeal` again.

pub mod change;
pub mod entity;
pub mod list;
pub mod store;
pub mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::state::AppState;

/// A product of others does not exist for whoever asks.
pub const UNKNOWN: ApiError =
    ApiError::NotFound { code: "product_unknown", detail: "찾는 상품이 없어요." };

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, change::create))
        .routes(routes!(change::update, change::remove))
}
