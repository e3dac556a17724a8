//! Errors on the wire: RFC 9457 problem documents with a stable `code`, and extractors whose
//! rejections are such documents. `detail` is for the shopper's or shop owner's screen, in Korean;
//! whatever must not be seen there goes to the log instead.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An RFC 9457 problem document, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says which problem it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words, English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs: `snake_case`.
    pub code: String,
    /// What happened and what to do, Korean, for the screen.
    pub detail: String,
    /// What is wrong with which field, where it is about fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// What a program may want to know beyond the code, by name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extensions: serde_json::Map<String, serde_json::Value>,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after_seconds: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The path of the field in the request, for instance `delivery.phone`.
    pub field: String,
    pub code: String,
    pub detail: String,
}

impl Problem {
    #[must_use]
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            errors: Vec::new(),
            extensions: serde_json::Map::new(),
            retry_after_seconds: None,
        }
    }

    /// Adds what is wrong with one field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, code: &str, detail: impl Into<String>) -> Problem {
        self.errors.push(FieldError { field: field.into(), code: code.to_owned(), detail: detail.into() });
        self
    }

    /// Adds an extension member, for instance the position of one who is not called yet.
    #[must_use]
    pub fn with(mut self, name: &str, value: serde_json::Value) -> Problem {
        self.extensions.insert(name.to_owned(), value);
        self
    }

    /// When to try again, as a `Retry-After` header.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// An error whose cause is none of the client's business; the caller logs it.
    #[must_use]
    pub fn internal() -> Problem {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "문제가 생겨 처리하지 못했어요. 잠시 뒤에 다시 시도해 주세요.",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).expect("a problem is plain data");
        let mut response =
            (status, [(CONTENT_TYPE, "application/problem+json"), (CACHE_CONTROL, "no-store")], body)
                .into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// For routes that do not exist.
pub async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "찾는 주소가 없어요.")
}

/// For methods that a route does not have.
pub async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "이 주소에서는 할 수 없는 요청이에요.")
}

/// A JSON body, as [`axum::Json`], whose rejection is a [`Problem`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Json(body)),
            Err(rejection) => Err(body_problem(&rejection)),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn body_problem(rejection: &JsonRejection) -> Problem {
    let status = rejection.status();
    tracing::debug!(%status, reason = %rejection.body_text(), "request body refused");
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(status, "body_too_large", "보낸 내용이 너무 커요. 줄여서 다시 보내 주세요.");
    }
    Problem::new(status, "invalid_body", "보낸 내용의 형식이 올바르지 않아요. 입력한 내용을 확인해 주세요.")
}

/// Query parameters, as [`axum::extract::Query`], whose rejection is a [`Problem`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query.map(|axum::extract::Query(query)| Query(query)).map_err(|rejection: QueryRejection| {
            tracing::debug!(reason = %rejection.body_text(), "query refused");
            Problem::new(StatusCode::BAD_REQUEST, "invalid_query", "주소에 붙은 조건이 올바르지 않아요.")
        })
    }
}

/// Path parameters, as [`axum::extract::Path`], whose rejection is a [`Problem`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(path)| Path(path)).map_err(|rejection: PathRejection| {
            tracing::debug!(reason = %rejection.body_text(), "path refused");
            Problem::new(StatusCode::NOT_FOUND, "invalid_path", "찾는 주소가 없어요.")
        })
    }
}
