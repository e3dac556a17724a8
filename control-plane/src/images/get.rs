//! Showing a picture to anybody.

use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use control_plane_telemetry::problem::Path;
use uuid::Uuid;

use super::{Picture, TAG, key, store};
use crate::error::{ApiError, chain};
use crate::ids::ImageId;
use crate::state::AppState;

const UNKNOWN: ApiError = ApiError::NotFound { code: "image_unknown", detail: "찾는 사진이 없어요." };

/// A picture. It never changes, so that it may be cached for ever.
#[utoipa::path(
    get, path = "/images/{id}", operation_id = "get_image", tag = TAG, security(()),
    params(("id" = Uuid, Path, description = "The picture")),
    responses(
        (status = 200, description = "The picture", body = Vec<u8>, content_type = "image/*"),
        (status = 304, description = "The asker has it")
    )
)]
pub async fn get(
    State(state): State<AppState>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let etag = format!("\"{id}\"");
    let cached = [(CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()), (ETAG, etag.clone())];
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, cached).into_response());
    }
    let picture = picture(&state, ImageId(id)).await?;
    let harmless = [
        (CONTENT_TYPE, picture.content_type.as_str()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    // The deals' pages are other origins, and show it.
    let shared = [("cross-origin-resource-policy", "cross-origin")];
    Ok((cached, harmless, shared, picture.content).into_response())
}

/// Why a picture cannot be had; all who asked for it at the same time are told the same.
#[derive(Debug, Clone, thiserror::Error)]
enum Missing {
    #[error("there is no such picture")]
    Unknown,
    #[error("{0}")]
    Unavailable(String),
}

/// From memory or, once for all who ask at the same time, from the object store. A failure is not
/// remembered.
async fn picture(state: &AppState, id: ImageId) -> Result<Picture, ApiError> {
    let found = state.images.lately.try_get_with(id, load(state, id)).await;
    found.map_err(|missing| match missing.as_ref() {
        Missing::Unknown => UNKNOWN,
        Missing::Unavailable(reason) => ApiError::Unavailable {
            code: "storage_unavailable",
            detail: "지금은 사진을 볼 수 없어요. 잠시 뒤에 다시 시도해 주세요.",
            cause: reason.clone().into(),
        },
    })
}

async fn load(state: &AppState, id: ImageId) -> Result<Picture, Missing> {
    let row = store::find(state.db.read(), id).await.map_err(|error| Missing::Unavailable(chain(&error)))?;
    let row = row.ok_or(Missing::Unknown)?;
    let content = state.images.objects.get(&key(id)).await;
    let content = content.map_err(|error| Missing::Unavailable(chain(&error)))?.ok_or(Missing::Unknown)?;
    Ok(Picture { content_type: row.content_type, content })
}
