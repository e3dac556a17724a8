//! `POST /internal/seal`

use axum::extract::State;
use control_plane_telemetry::problem::Json;
use tenant_runtime_core::report::Report;

use super::report;
use crate::error::ApiError;
use crate::extract::Controller;
use crate::payment;
use crate::state::Runtime;

/// Makes the deal's books final: nothing can begin any more. 409 `not_drained` while a hold or a
/// refund is open. Repeating it is fine.
pub async fn seal(_: Controller, State(runtime): State<Runtime>) -> Result<Json<Report>, ApiError> {
    if !payment::seal(&runtime).await? {
        return Err(ApiError::NotDrained);
    }
    Ok(Json(report::gather(&runtime).await?))
}
