//! Striking out of the address book.

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_telemetry::problem::Path;
use uuid::Uuid;

use super::{TAG, store};
use crate::error::ApiError;
use crate::http::auth::Shopper;
use crate::ids::AddressId;
use crate::state::AppState;

/// Removes an address.
#[utoipa::path(
    delete, path = "/me/addresses/{id}", operation_id = "remove_address", tag = TAG,
    params(("id" = Uuid, Path, description = "The address")),
    responses((status = 204, description = "Removed"))
)]
pub async fn remove(
    State(state): State<AppState>,
    shopper: Shopper,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    if store::remove(state.db.write(), shopper.user, AddressId(id)).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(ApiError::NotFound { code: "address_unknown", detail: "찾는 배송지가 없어요." })
}
