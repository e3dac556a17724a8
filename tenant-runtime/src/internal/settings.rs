//! `PUT /internal/settings`

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_telemetry::problem::{FieldError, Json};
use tenant_runtime_core::config::Settings;

use crate::config::PRODUCTS_MAX;
use crate::error::ApiError;
use crate::extract::Controller;
use crate::queue;
use crate::state::Runtime;

/// Applies settings; an equal or lower generation than the one in force changes nothing. 204.
pub async fn put(
    _: Controller,
    State(runtime): State<Runtime>,
    Json(settings): Json<Settings>,
) -> Result<StatusCode, ApiError> {
    if settings.products.is_empty() || settings.products.len() > PRODUCTS_MAX {
        return Err(ApiError::InvalidBody(vec![FieldError {
            field: "products".to_owned(),
            code: "count_invalid".to_owned(),
            detail: format!("상품은 1개에서 {PRODUCTS_MAX}개까지예요."),
        }]));
    }
    queue::apply_settings(&runtime, &settings).await?;
    Ok(StatusCode::NO_CONTENT)
}
