//! The errors of Toss Payments: HTTP status, code and message as documented.

use axum::http::StatusCode;
use serde_json::{Value, json};
use thiserror::Error;

use crate::journal::JournalFailed;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TossError {
    #[error("잘못된 요청입니다.")]
    InvalidRequest,
    #[error("멱등키는 300자 이하여야 합니다.")]
    InvalidIdempotencyKey,
    #[error("인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.")]
    UnauthorizedKey,
    #[error("존재하지 않는 결제 정보 입니다.")]
    NotFoundPayment,
    #[error("결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다.")]
    NotFoundPaymentSession,
    #[error("허용되지 않은 요청입니다.")]
    ForbiddenRequest,
    #[error("이미 처리된 결제 입니다.")]
    AlreadyProcessedPayment,
    #[error("이미 승인 및 취소가 진행된 중복된 주문번호 입니다. 다른 주문번호로 진행해주세요.")]
    DuplicatedOrderId,
    #[error("결제 승인이 거절되었습니다.")]
    RejectCardCompany,
    #[error("이미 취소된 결제 입니다.")]
    AlreadyCanceledPayment,
    #[error("취소 할 수 없는 결제 입니다.")]
    NotCancelablePayment,
    #[error("취소 할 수 없는 금액 입니다.")]
    NotCancelableAmount,
    #[error("반복적인 요청은 허용되지 않습니다. 잠시 후 다시 시도해주세요.")]
    ForbiddenConsecutiveRequest,
    #[error("이전 멱등 요청이 처리중입니다.")]
    IdempotentRequestProcessing,
    #[error("일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요.")]
    ProviderError,
    #[error("요청이 너무 많습니다. 잠시 후 다시 시도해주세요.")]
    TooManyRequests,
    #[error("내부 시스템 처리 작업이 실패했습니다. 잠시 후 다시 시도해주세요.")]
    FailedInternalSystemProcessing,
    #[error("서비스를 이용할 수 없습니다. 잠시 후 다시 시도해주세요.")]
    Unavailable,
}

impl From<JournalFailed> for TossError {
    fn from(_: JournalFailed) -> TossError {
        TossError::FailedInternalSystemProcessing
    }
}

impl TossError {
    pub fn status(self) -> StatusCode {
        self.wire().0
    }

    pub fn body(self) -> Value {
        json!({ "code": self.wire().1, "message": self.to_string() })
    }

    fn wire(self) -> (StatusCode, &'static str) {
        match self {
            TossError::InvalidRequest => (StatusCode::BAD_REQUEST, "INVALID_REQUEST"),
            TossError::InvalidIdempotencyKey => (StatusCode::BAD_REQUEST, "INVALID_IDEMPOTENCY_KEY"),
            TossError::UnauthorizedKey => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED_KEY"),
            TossError::NotFoundPayment => (StatusCode::NOT_FOUND, "NOT_FOUND_PAYMENT"),
            TossError::NotFoundPaymentSession => (StatusCode::NOT_FOUND, "NOT_FOUND_PAYMENT_SESSION"),
            TossError::ForbiddenRequest => (StatusCode::FORBIDDEN, "FORBIDDEN_REQUEST"),
            TossError::AlreadyProcessedPayment => (StatusCode::BAD_REQUEST, "ALREADY_PROCESSED_PAYMENT"),
            TossError::DuplicatedOrderId => (StatusCode::BAD_REQUEST, "DUPLICATED_ORDER_ID"),
            TossError::RejectCardCompany => (StatusCode::FORBIDDEN, "REJECT_CARD_COMPANY"),
            TossError::AlreadyCanceledPayment => (StatusCode::BAD_REQUEST, "ALREADY_CANCELED_PAYMENT"),
            TossError::NotCancelablePayment => (StatusCode::FORBIDDEN, "NOT_CANCELABLE_PAYMENT"),
            TossError::NotCancelableAmount => (StatusCode::FORBIDDEN, "NOT_CANCELABLE_AMOUNT"),
            TossError::ForbiddenConsecutiveRequest => {
                (StatusCode::FORBIDDEN, "FORBIDDEN_CONSECUTIVE_REQUEST")
            }
            TossError::IdempotentRequestProcessing => (StatusCode::CONFLICT, "IDEMPOTENT_REQUEST_PROCESSING"),
            TossError::ProviderError => (StatusCode::BAD_REQUEST, "PROVIDER_ERROR"),
            TossError::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS"),
            TossError::FailedInternalSystemProcessing => {
                (StatusCode::INTERNAL_SERVER_ERROR, "FAILED_INTERNAL_SYSTEM_PROCESSING")
            }
            TossError::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE"),
        }
    }
}
