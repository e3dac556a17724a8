//! Adding to the address book.

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_telemetry::problem::Json;

use super::{Address, NewAddress, TAG, store};
use crate::error::ApiError;
use crate::http::auth::Shopper;
use crate::state::AppState;

/// Adds an address.
#[utoipa::path(
    post, path = "/me/addresses", operation_id = "add_address", tag = TAG, request_body = NewAddress,
    responses((status = 201, body = Address))
)]
pub async fn add(
    State(state): State<AppState>,
    shopper: Shopper,
    Json(body): Json<NewAddress>,
) -> Result<(StatusCode, Json<Address>), ApiError> {
    let new = body.check()?;
    let address = store::add(&state.db, &state.entropy, shopper.user, new, state.clock.now()).await?;
    Ok((StatusCode::CREATED, Json(address)))
}
