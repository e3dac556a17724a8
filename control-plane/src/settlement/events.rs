//! The events of a settled deal, word by word, for whoever wants to recompute the chain.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use control_plane_telemetry::problem::Path;
use futures_util::stream;

use super::report;
use crate::error::{self, ApiError};
use crate::http::auth::CompanyMember;
use crate::rentals::wire::RentalPath;
use crate::state::AppState;

/// Every event in order, one a line and byte by byte as it is in the chain: a file for which
/// `docs/ledger.md` says how to come to the digest.
#[utoipa::path(
    get,
    path = "/companies/{c}/rentals/{r}/settlement.jsonl",
    tag = "orders",
    operation_id = "read_settlement_events",
    params(RentalPath),
    responses((status = 200, description = "The events", body = String, content_type = "application/jsonl"))
)]
pub async fn events(
    State(state): State<AppState>,
    member: CompanyMember,
    Path(path): Path<RentalPath>,
) -> Result<Response, ApiError> {
    let (rental, _) = report::of_member(&state, &member, path.r).await?;
    let deal = rental.deal.unwrap_or_default();
    let headers = [
        (CONTENT_TYPE, "application/jsonl; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"ledger-{deal}.jsonl\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, lines(state, deal)).into_response())
}

/// Read as they are sent: a deal may have more events than anyone wants in memory at once.
fn lines(state: AppState, deal: String) -> Body {
    Body::from_stream(stream::try_unfold((state, deal, 0), async |(state, deal, count)| {
        let events = report::events_after(state.db.read(), &deal, count).await.inspect_err(|error| {
            tracing::error!(deal, error = %error::chain(error), "the events break off");
        })?;
        let Some(last) = events.last() else { return Ok::<_, sea_orm::DbErr>(None) };
        let count = u64::try_from(last.sequence).unwrap_or(u64::MAX);
        let text: String = events.iter().flat_map(|event| [event.event.as_str(), "\n"]).collect();
        Ok(Some((Bytes::from(text), (state, deal, count))))
    }))
}
