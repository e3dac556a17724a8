//! What can go wrong while a request is answered, and what the caller is told of it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use control_plane_telemetry::problem::{FieldError, Problem};
use sea_orm::DbErr;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Every error of a handler. `code` is stable and for programs, `detail` Korean and for the screen;
/// a cause goes to the log and nowhere else.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 401
    #[error("nobody is signed in")]
    NotSignedIn,
    /// 401, for runtimes: the credential of the deal is missing or wrong.
    #[error("not the credential of this deal")]
    NotThisRuntime,
    /// 403
    #[error("not allowed: {code}")]
    Forbidden { code: &'static str, detail: &'static str },
    /// 403: the request changes something and does not come from our own pages.
    #[error("the request came from another origin")]
    OriginRefused,
    /// 400
    #[error("bad request: {code}")]
    BadRequest { code: &'static str, detail: &'static str },
    /// 404, also for what belongs to somebody else.
    #[error("not found: {code}")]
    NotFound { code: &'static str, detail: &'static str },
    /// 409: right in form, not possible as things stand.
    #[error("conflict: {code}")]
    Conflict { code: &'static str, detail: &'static str },
    /// 413
    #[error("the body is too large")]
    TooLarge { detail: &'static str },
    /// 422 `invalid_input`, with what is wrong with which field.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// 422 `idempotency_key_reused`
    #[error("an idempotency key came again with another body")]
    KeyReused,
    /// 503: somebody we depend on does not answer as it should.
    #[error("unavailable: {code}")]
    Unavailable {
        code: &'static str,
        detail: &'static str,
        #[source]
        cause: Cause,
    },
    /// 500
    #[error("the database failed")]
    Database(#[from] DbErr),
    /// 500
    #[error("internal error")]
    Internal(#[source] Cause),
    /// An error that is a problem document already, from an extractor.
    #[error("refused: {}", .0.code)]
    Problem(Problem),
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        ApiError::Problem(problem)
    }
}

impl ApiError {
    /// A failure that is a bug or a broken machine; the cause is logged.
    pub fn internal(cause: impl Into<Cause>) -> ApiError {
        ApiError::Internal(cause.into())
    }

    /// One field is wrong.
    #[must_use]
    pub fn field(field: &str, code: &str, detail: &str) -> ApiError {
        ApiError::Invalid(vec![field_error(field, code, detail)])
    }

    fn problem(self) -> Problem {
        use StatusCode as Status;
        match self {
            ApiError::NotSignedIn => {
                Problem::new(Status::UNAUTHORIZED, "not_signed_in", "로그인이 필요해요.")
            }
            ApiError::NotThisRuntime => Problem::new(
                Status::UNAUTHORIZED,
                "runtime_credential_invalid",
                "이 타임딜의 자격 증명이 아니에요.",
            ),
            ApiError::Forbidden { code, detail } => Problem::new(Status::FORBIDDEN, code, detail),
            ApiError::OriginRefused => Problem::new(
                Status::FORBIDDEN,
                "origin_refused",
                "다른 사이트에서 온 요청은 처리하지 않아요. 페이지를 새로 열어 다시 시도해 주세요.",
            ),
            ApiError::BadRequest { code, detail } => Problem::new(Status::BAD_REQUEST, code, detail),
            ApiError::NotFound { code, detail } => Problem::new(Status::NOT_FOUND, code, detail),
            ApiError::Conflict { code, detail } => Problem::new(Status::CONFLICT, code, detail),
            ApiError::TooLarge { detail } => {
                Problem::new(Status::PAYLOAD_TOO_LARGE, "body_too_large", detail)
            }
            ApiError::Invalid(errors) => {
                let mut problem = Problem::new(
                    Status::UNPROCESSABLE_ENTITY,
                    "invalid_input",
                    "입력한 내용을 확인해 주세요.",
                );
                problem.errors = errors;
                problem
            }
            ApiError::KeyReused => Problem::new(
                Status::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "같은 요청 번호로 다른 내용이 왔어요. 페이지를 새로 열어 다시 시도해 주세요.",
            ),
            ApiError::Unavailable { code, detail, .. } => {
                Problem::new(Status::SERVICE_UNAVAILABLE, code, detail).retry_after(3)
            }
            ApiError::Database(_) | ApiError::Internal(_) => Problem::internal(),
            ApiError::Problem(problem) => problem,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match &self {
            ApiError::Database(_) | ApiError::Internal(_) => {
                tracing::error!(error = %chain(&self), "request failed");
            }
            ApiError::Unavailable { .. } => {
                tracing::warn!(error = %chain(&self), "a dependency is unavailable");
            }
            _ => tracing::debug!(error = %self, "request refused"),
        }
        self.problem().into_response()
    }
}

/// What is wrong with one field of a request.
#[must_use]
pub fn field_error(field: &str, code: &str, detail: &str) -> FieldError {
    FieldError { field: field.to_owned(), code: code.to_owned(), detail: detail.to_owned() }
}

/// An error and everything that caused it, in one line.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_logged_and_never_told() {
        let error = ApiError::Database(DbErr::Custom("disk on fire".to_owned()));
        assert!(chain(&error).contains("disk on fire"));
        let problem = error.problem();
        assert_eq!((problem.status, problem.code.as_str()), (500, "internal"));
        assert!(!problem.detail.contains("disk"));
    }
}
