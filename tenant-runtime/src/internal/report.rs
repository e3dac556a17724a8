//! `GET /internal/report`

use axum::extract::State;
use control_plane_telemetry::problem::Json;
use tenant_runtime_core::draw;
use tenant_runtime_core::report::Report;

use crate::error::ApiError;
use crate::extract::Controller;
use crate::payment;
use crate::queue::look::instant;
use crate::queue::{steps, used_links};
use crate::state::Runtime;

/// How far the deal has come: its room and its orders.
pub async fn report(_: Controller, State(runtime): State<Runtime>) -> Result<Json<Report>, ApiError> {
    Ok(Json(gather(&runtime).await?))
}

pub(super) async fn gather(runtime: &Runtime) -> Result<Report, ApiError> {
    let standing = steps::admit(runtime, None, i64::MAX).await?;
    let figures = payment::figures(runtime).await?;
    let used_links = used_links(runtime).await?;
    Ok(Report {
        generation: standing.generation,
        opened_at: instant(standing.opened_ms),
        closed_at: instant(standing.closed_ms),
        draw_commitment: draw::commitment(&runtime.secrets.draw_secret),
        waiting: standing.next.saturating_sub(standing.frontier),
        inside: standing.inside,
        admitted: standing.admitted,
        open_holds: figures.open_holds,
        open_refunds: figures.open_refunds,
        unexported: figures.unexported,
        head: figures.head,
        sealed: standing.sealed,
        sold: figures.sold,
        gross: figures.gross,
        refunds: figures.refunds,
        used_links,
    })
}
