//! `GET /queue/plain/style.css`

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

/// Of the page without JavaScript alone; it changes with the program, which is deployed seldom.
pub async fn style() -> Response {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=300")];
    (headers, include_str!("style.css")).into_response()
}
