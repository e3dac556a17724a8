//! What runtimes call. Each has a credential for its own deal's ledger and reaches no other.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use control_plane_core::ledger::{self as core, BATCH_MAX};
use control_plane_telemetry::problem::{Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::append::{self, AppendError};
use crate::error::ApiError;
use crate::http::runtime::RuntimeOf;
use crate::state::AppState;

/// 500 entries of some 4 KiB.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(events))
        .routes(routes!(head))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// One event on its way; its text is hashed and kept as it is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = LedgerEntry)]
pub struct Entry {
    /// 1 for a deal's first event, then without a gap.
    pub sequence: u64,
    /// An order event as JSON text.
    pub event: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = LedgerBatch)]
pub struct Batch {
    /// In order, without a gap. May be empty: then it only asks for news.
    #[schema(max_items = 500)]
    pub entries: Vec<Entry>,
}

/// How far a ledger has come.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LedgerHead)]
pub struct Head {
    pub count: u64,
    /// The last link of the chain, hex.
    pub digest: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LedgerAcknowledged)]
pub struct Acknowledged {
    /// Entries up to `head.count` are kept.
    pub head: Head,
    /// Refunds that the runtime is asked to carry out; repeated until their event arrives.
    pub refunds: Vec<RefundOrder>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundOrder {
    pub order: Uuid,
    pub reason: String,
}

impl From<core::Head> for Head {
    fn from(head: core::Head) -> Self {
        Head { count: head.count, digest: head.digest }
    }
}

impl From<Batch> for core::Batch {
    fn from(batch: Batch) -> Self {
        let entry = |entry: Entry| core::Entry { sequence: entry.sequence, event: entry.event };
        core::Batch { entries: batch.entries.into_iter().map(entry).collect() }
    }
}

impl From<core::Acknowledged> for Acknowledged {
    fn from(acknowledged: core::Acknowledged) -> Self {
        let refund = |refund: core::RefundOrder| RefundOrder { order: refund.order, reason: refund.reason };
        Acknowledged {
            head: acknowledged.head.into(),
            refunds: acknowledged.refunds.into_iter().map(refund).collect(),
        }
    }
}

/// Appends events to the deal's ledger. A batch may be sent again.
#[utoipa::path(
    post,
    path = "/runtime/deals/{deal}/events",
    tag = "runtime",
    operation_id = "append_events",
    security(("runtime" = [])),
    params(("deal" = String, Path, description = "The name of the `TimeDeal`")),
    request_body = Batch,
    responses((status = 200, body = Acknowledged))
)]
async fn events(
    State(state): State<AppState>,
    runtime: RuntimeOf,
    Json(batch): Json<Batch>,
) -> Result<Json<Acknowledged>, ApiError> {
    let acknowledged = append::append(&state, &runtime.deal, &batch.into()).await;
    acknowledged.map(|acknowledged| Json(acknowledged.into())).map_err(|error| refused(&runtime.deal, error))
}

/// How far the deal's ledger has come.
#[utoipa::path(
    get,
    path = "/runtime/deals/{deal}/head",
    tag = "runtime",
    operation_id = "read_head",
    security(("runtime" = [])),
    params(("deal" = String, Path, description = "The name of the `TimeDeal`")),
    responses((status = 200, body = Head))
)]
async fn head(State(state): State<AppState>, runtime: RuntimeOf) -> Result<Json<Head>, ApiError> {
    let ledger = append::find(state.db.read(), &runtime.deal).await?.ok_or(UNKNOWN)?;
    Ok(Json(ledger.head().into()))
}

const UNKNOWN: ApiError =
    ApiError::NotFound { code: "deal_unknown", detail: "그런 타임딜의 장부는 없어요." };

/// A refusal is a bug of a runtime, or an attack: it is worth a line in the log.
fn refused(deal: &str, error: AppendError) -> ApiError {
    if !matches!(error, AppendError::Database(_)) {
        tracing::warn!(deal, error = %crate::error::chain(&error), "a batch was refused");
    }
    match error {
        AppendError::UnknownDeal => UNKNOWN,
        AppendError::TooMany => {
            ApiError::field("entries", "too_many_entries", "한 번에 500개까지 보낼 수 있어요.")
        }
        AppendError::Gap(head) => ApiError::Problem(
            Problem::new(
                StatusCode::CONFLICT,
                "sequence_gap",
                format!("장부는 {}번 기록에서 끝나요. 그다음 기록부터 보내 주세요.", head.count),
            )
            .field("entries", "head", head.count.to_string()),
        ),
        AppendError::Different { .. } | AppendError::Contradiction { .. } => ApiError::Conflict {
            code: "ledger_conflict",
            detail: "이미 적힌 기록과 다른 내용이 왔어요.",
        },
        AppendError::Unreadable { sequence, .. } => {
            ApiError::field("entries", "event_invalid", &format!("{sequence}번 기록을 읽을 수 없어요."))
        }
        AppendError::Closed => {
            ApiError::Conflict { code: "ledger_closed", detail: "정산이 끝난 장부예요." }
        }
        AppendError::Database(error) => ApiError::Database(error),
    }
}

const _: () = assert!(BATCH_MAX == 500, "the document says 500");
