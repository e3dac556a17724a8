//! What everybody may see at DDIB: deals that are open, that come, and that are over, and the
//! companies behind them. Nothing here is told about a deal's insides.

pub mod card;
pub mod company;
pub mod detail;
pub mod list;
mod search;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::state::AppState;

pub const UNKNOWN: ApiError =
    ApiError::NotFound { code: "deal_unknown", detail: "찾는 타임딜이 없어요." };

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(detail::read))
        .routes(routes!(company::read))
}
