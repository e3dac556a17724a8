//! `GET /queue/notice/{version}`: the line that the company shows to everyone who waits. No Redis
//! command.

use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use control_plane_telemetry::problem::{Json, Path};
use serde::Serialize;
use tenant_runtime_core::notice;

use crate::error::ApiError;
use crate::state::Runtime;

/// A version is one text for ever.
const FOR_LONG: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "public, max-age=86400, immutable")];

#[derive(Debug, Serialize)]
pub struct Notice {
    text: String,
}

/// The text, where that version is in force. 404 `notice_unknown` where it is not, or not yet in this
/// process: the next answer about one's position tells which is.
pub async fn notice(
    State(runtime): State<Runtime>,
    Path(version): Path<u32>,
) -> Result<([(HeaderName, &'static str); 1], Json<Notice>), ApiError> {
    let text = runtime.settings.load().notice.clone();
    if notice::version(&text) != Some(version) {
        return Err(ApiError::NoticeUnknown);
    }
    Ok((FOR_LONG, Json(Notice { text })))
}
