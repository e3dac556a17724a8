//! Taking a picture in.

use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use control_plane_telemetry::problem::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::decode::{DecodeError, Decoded, decode};
use super::{TAG, key, store, url};
use crate::error::ApiError;
use crate::http::auth::CompanyOwner;
use crate::ids::ImageId;
use crate::state::AppState;

const FILE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// The file, and what `multipart/form-data` puts around it.
const BODY_BYTES_MAX: usize = FILE_BYTES_MAX + 16 * 1024;
const PER_COMPANY_MAX: u64 = 500;

const TOO_LARGE: ApiError = ApiError::TooLarge {
    detail: "사진은 한 장에 5MB까지 올릴 수 있어요. 크기를 줄여서 다시 올려 주세요.",
};
const NO_FILE: ApiError =
    ApiError::BadRequest { code: "file_missing", detail: "올릴 사진을 골라 주세요." };

/// The only route that takes more than the API's usual bodies.
pub fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(BODY_BYTES_MAX)
}

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the API's document; the form itself is read as a stream")]
pub struct Upload {
    /// A PNG, JPEG or WebP of at most 5 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Image {
    pub id: ImageId,
    /// Where anybody sees it.
    pub url: String,
}

/// Uploads a picture for a product.
#[utoipa::path(
    post, path = "/companies/{c}/images", operation_id = "upload_image", tag = TAG,
    params(("c" = Uuid, Path, description = "The company")),
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 201, body = Image))
)]
pub async fn upload(
    State(state): State<AppState>,
    owner: CompanyOwner,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Image>), ApiError> {
    let form = form.map_err(|_| NO_FILE)?;
    let company = owner.id();
    if store::count(state.db.read(), company).await? >= PER_COMPANY_MAX {
        return Err(ApiError::Conflict {
            code: "too_many_images",
            detail: "사진은 500장까지 올릴 수 있어요.",
        });
    }
    let picture = decoded(&state, file(form).await?).await?;
    let now = state.clock.now();
    let id: ImageId = state.entropy.id(now);
    // The object first: an object without a row harms nobody, a row without an object would.
    let stored = state.images.objects.put(&key(id), picture.content_type, picture.content.clone()).await;
    stored.map_err(|error| ApiError::Unavailable {
        code: "storage_unavailable",
        detail: "지금은 사진을 저장할 수 없어요. 잠시 뒤에 다시 시도해 주세요.",
        cause: Box::new(error),
    })?;
    store::insert(state.db.write(), id, company, &picture, now).await?;
    Ok((StatusCode::CREATED, Json(Image { id, url: url(&state.config.public, id) })))
}

/// The content of the one field `file`.
async fn file(mut form: Multipart) -> Result<Bytes, ApiError> {
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { TOO_LARGE } else { NO_FILE }
    };
    let field = form.next_field().await.map_err(unreadable)?.ok_or(NO_FILE)?;
    if field.name() != Some("file") {
        return Err(NO_FILE);
    }
    let content = content(field).await.map_err(unreadable)?.ok_or(TOO_LARGE)?;
    match form.next_field().await.map_err(unreadable)? {
        None if content.is_empty() => Err(NO_FILE),
        None => Ok(content),
        Some(_) => Err(ApiError::BadRequest {
            code: "form_field_unknown",
            detail: "사진은 한 번에 한 장만 올릴 수 있어요.",
        }),
    }
}

/// `None` where it is larger than allowed.
async fn content(mut field: Field<'_>) -> Result<Option<Bytes>, axum::extract::multipart::MultipartError> {
    let mut content = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        if content.len() + chunk.len() > FILE_BYTES_MAX {
            return Ok(None);
        }
        content.extend_from_slice(&chunk);
    }
    Ok(Some(content.into()))
}

async fn decoded(state: &AppState, source: Bytes) -> Result<Decoded, ApiError> {
    let turn = state.images.decoding.clone().acquire_owned().await.map_err(ApiError::internal)?;
    let decoded = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        decode(&source)
    });
    decoded.await.map_err(ApiError::internal)?.map_err(|error| match error {
        DecodeError::Format => {
            ApiError::field("file", "image_format_unknown", "PNG, JPEG, WebP 사진만 올릴 수 있어요.")
        }
        DecodeError::TooManyPixels => ApiError::field(
            "file",
            "image_too_large",
            "사진의 가로세로가 너무 커요. 줄여서 다시 올려 주세요.",
        ),
        DecodeError::Broken(_) => {
            ApiError::field("file", "image_broken", "사진 파일이 깨져 있어요. 다른 사진을 골라 주세요.")
        }
        DecodeError::Encode(_) => ApiError::internal(error),
    })
}
