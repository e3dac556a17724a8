//! Orders as the ledger knows them: the shopper's own on My Page, and a company's.

pub mod company;
pub mod mine;
pub mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::state::AppState;

/// An order of others does not exist for whoever asks.
pub const UNKNOWN: ApiError =
    ApiError::NotFound { code: "order_unknown", detail: "찾는 주문이 없어요." };

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(mine::list))
        .routes(routes!(mine::read))
        .routes(routes!(mine::refund))
        .routes(routes!(company::list))
        .routes(routes!(company::list_all))
        .routes(routes!(company::refund))
}
