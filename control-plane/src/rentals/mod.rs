//! Rentals: the capacity calendar, bookings, and the fee. What becomes of a paid rental is in
//! [`crate::deals`].

pub mod booking;
pub mod calendar;
pub mod entity;
pub mod expiry;
pub mod fee;
pub mod list;
pub mod store;
pub mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::state::AppState;

/// A rental of others does not exist for whoever asks.
pub const UNKNOWN: ApiError =
    ApiError::NotFound { code: "rental_unknown", detail: "찾는 대여가 없어요." };

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(calendar::calendar))
        .routes(routes!(list::list, booking::create))
        .routes(routes!(list::read))
        .routes(routes!(fee::begin::pay))
        .routes(routes!(fee::callback::approve))
        .routes(routes!(fee::callback::cancel))
        .routes(routes!(fee::callback::fail))
}
