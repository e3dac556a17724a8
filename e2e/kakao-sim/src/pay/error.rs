//! The errors of KakaoPay: code, HTTP status and body as documented.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use thiserror::Error;

use crate::journal::JournalFailed;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PayError {
    #[error("authorization header is missing")]
    NoAuthorization,
    #[error("the request cannot be read: {0}")]
    Unreadable(String),
    #[error("the secret key does not exist")]
    BadKey,
    #[error("payment is not authenticated yet!")]
    NotAuthenticated,
    #[error("payment is already done!")]
    AlreadyPaid,
    #[error("partner_order_id does not match!")]
    WrongOrder,
    #[error("partner_user_id does not match!")]
    WrongUser,
    #[error("pg_token does not match!")]
    WrongToken,
    #[error("cancel amount exceeds the cancellable amount!")]
    ExceedsCancellable,
    #[error("cancel amount exceeds the original amount!")]
    ExceedsOriginal,
    #[error("tid does not exist!")]
    UnknownTid,
    #[error("amount is wrong: {0}")]
    Amount(&'static str),
    #[error("payment is expired!")]
    Expired,
    #[error("total_amount does not match!")]
    WrongTotal,
    #[error("order information is wrong: {0}")]
    OrderInfo(&'static str),
    #[error("cid does not exist or is not of this key!")]
    WrongCid,
    #[error("cid_secret is wrong!")]
    WrongCidSecret,
    #[error("approval failure!")]
    ApprovalFailed,
    #[error("the payment's state does not allow approve!")]
    NotApprovable,
    #[error("the payment's state does not allow cancel!")]
    NotCancellable,
    #[error("duplicate request!")]
    Duplicate,
    #[error("amount is over the limit!")]
    Limit,
    #[error("the domain of the redirect url is not registered!")]
    Domain,
    #[error("the daily quota is used up")]
    Quota,
    #[error("internal server error")]
    Broken,
    #[error("service is under maintenance")]
    Unavailable,
}

impl From<JournalFailed> for PayError {
    fn from(_: JournalFailed) -> PayError {
        PayError::Broken
    }
}

impl PayError {
    pub fn code(&self) -> i32 {
        match self {
            PayError::NoAuthorization | PayError::Unreadable(_) => -400,
            PayError::BadKey => -401,
            PayError::Quota => -429,
            PayError::Broken => -500,
            PayError::Unavailable => -503,
            PayError::NotAuthenticated => -701,
            PayError::AlreadyPaid => -702,
            PayError::WrongOrder => -706,
            PayError::WrongUser => -707,
            PayError::WrongToken => -708,
            PayError::ExceedsCancellable => -710,
            PayError::ExceedsOriginal => -711,
            PayError::UnknownTid => -721,
            PayError::Amount(_) => -722,
            PayError::Expired => -723,
            PayError::WrongTotal => -725,
            PayError::OrderInfo(_) => -726,
            PayError::WrongCid => -731,
            PayError::WrongCidSecret => -733,
            PayError::ApprovalFailed => -780,
            PayError::NotApprovable => -783,
            PayError::NotCancellable => -784,
            PayError::Duplicate => -785,
            PayError::Limit => -797,
            PayError::Domain => -799,
        }
    }

    fn status(&self) -> StatusCode {
        match self.code() {
            -401 => StatusCode::UNAUTHORIZED,
            -429 => StatusCode::TOO_MANY_REQUESTS,
            -500 => StatusCode::INTERNAL_SERVER_ERROR,
            -503 => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for PayError {
    fn into_response(self) -> Response {
        let mut body = json!({ "error_code": self.code(), "error_message": self.to_string() });
        if self == PayError::ApprovalFailed {
            body["extras"] = json!({
                "method_result_code": "USER_LOCKED",
                "method_result_message": "진행중인 거래가 있습니다. 잠시 후 다시 시도해 주세요.",
            });
        }
        (self.status(), Json(body)).into_response()
    }
}
