//! Reading the address book.

use axum::extract::State;
use control_plane_telemetry::problem::Json;

use super::{Address, TAG, store};
use crate::error::ApiError;
use crate::http::auth::Shopper;
use crate::http::page::Page;
use crate::state::AppState;

/// One's addresses, the newest first. There are few enough for one page.
#[utoipa::path(
    get, path = "/me/addresses", operation_id = "list_addresses", tag = TAG,
    responses((status = 200, body = Page<Address>))
)]
pub async fn list(State(state): State<AppState>, shopper: Shopper) -> Result<Json<Page<Address>>, ApiError> {
    let items = store::of(state.db.read(), shopper.user).await?;
    Ok(Json(Page { items, next_cursor: None }))
}
