//! The settlement as the portal's page reads it.

use axum::extract::State;
use control_plane_telemetry::problem::{Json, Path};

use super::report::{self, SettlementReport};
use crate::error::ApiError;
use crate::http::auth::CompanyMember;
use crate::rentals::wire::RentalPath;
use crate::state::AppState;

/// The settlement of a deal that is over.
#[utoipa::path(
    get,
    path = "/companies/{c}/rentals/{r}/settlement",
    tag = "orders",
    operation_id = "read_settlement",
    params(RentalPath),
    responses((status = 200, body = SettlementReport))
)]
pub async fn read(
    State(state): State<AppState>,
    member: CompanyMember,
    Path(path): Path<RentalPath>,
) -> Result<Json<SettlementReport>, ApiError> {
    let (_, report) = report::of_member(&state, &member, path.r).await?;
    Ok(Json(report))
}
