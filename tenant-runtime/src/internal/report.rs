//! `GET /internal/report`

use axum::extract::State;
use control_plane_telemetry::problem::Json;
use tenant_runtime_core::report::Report;

use crate::error::ApiError;
use crate::extract::Controller;
use crate::payment;
use crate::state::Runtime;

/// How far the deal has come: its room and its orders.
pub async fn report(_: Controller, State(runtime): State<Runtime>) -> Result<Json<Report>, ApiError> {
    Ok(Json(gather(&runtime).await?))
}

pub(super) async fn gather(runtime: &Runtime) -> Result<Report, ApiError> {
    let figures = payment::figures(runtime).await?;
    let sealed: bool = runtime.store.read(redis::cmd("EXISTS").arg(runtime.keys.sealed())).await?;
    Ok(Report {
        generation: runtime.settings.load().generation,
        opened_at: None,
        closed_at: None,
        draw_commitment: blake3::hash(&runtime.secrets.draw_secret).to_hex().to_string(),
        waiting: 0,
        inside: 0,
        admitted: 0,
        open_holds: figures.open_holds,
        open_refunds: figures.open_refunds,
        unexported: figures.unexported,
        head: figures.head,
        sealed,
        sold: figures.sold,
        gross: figures.gross,
        refunds: figures.refunds,
    })
}
