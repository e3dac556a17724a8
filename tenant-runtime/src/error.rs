//! The one place where an error becomes an answer: a status, a stable code, and words for the screen.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use control_plane_telemetry::problem::{FieldError, Problem};

use crate::redis::StoreError;

/// Everything that a request to a deal can fail with.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("no shopper token, or one that is not good")]
    NotSignedIn,
    #[error("no ticket")]
    TicketMissing,
    #[error("the ticket is not one of this deal, or has been replaced")]
    TicketInvalid,
    #[error("no pass")]
    PassMissing,
    #[error("the pass is not one of this deal")]
    PassInvalid,
    #[error("the pass expired")]
    PassExpired,
    #[error("not called yet")]
    NotCalled {
        /// 1 for who is next; unknown before the draw.
        position: Option<u64>,
    },
    #[error("the place was given to the next, and none is free")]
    PlaceTakenBack,
    #[error("no place is free for the guest yet")]
    InvitationWaits,
    #[error("the invitation has let somebody in already")]
    InvitationSpent,
    #[error("the company has withdrawn the invitation")]
    InvitationWithdrawn,
    #[error("the invitation is not one of this deal")]
    InvitationInvalid,
    #[error("the invitation is too old")]
    InvitationExpired,
    #[error("the doors are not open yet")]
    NotOpen,
    #[error("the doors are closed")]
    Closed,
    #[error("admission is paused")]
    Paused,
    #[error("sold out")]
    SoldOut,
    #[error("as many orders as one shopper may make")]
    TooManyOrders,
    #[error("fewer pieces are left than asked for")]
    StockShort { left: u32 },
    #[error("more pieces than one shopper may have")]
    LimitReached,
    #[error("no such product in this deal")]
    ProductUnknown,
    #[error("no such notice, or not any more")]
    NoticeUnknown,
    #[error("no such order of this shopper")]
    OrderUnknown,
    #[error("the order's state does not allow it")]
    OrderState,
    #[error("no proof of work")]
    ProofRequired,
    #[error("the proof of work is not good")]
    ProofWrong,
    #[error("the proof of work comes too late")]
    ProofExpired,
    #[error("no proof of work is asked for")]
    ProofUnneeded,
    #[error("the deal is sealed")]
    Sealed,
    #[error("holds or refunds are still open")]
    NotDrained,
    #[error("the payment gateway does not answer")]
    GatewayUnavailable,
    #[error("the payment gateway is left alone for a moment")]
    GatewayResting { retry_seconds: u32 },
    #[error("the payment gateway refuses the payment")]
    PaymentRefused,
    #[error("the payment that was brought back is of another order")]
    PaymentForeign,
    #[error("the payment that was brought back is of another amount than the order")]
    AmountDiffers,
    #[error("the payment gateway refuses the refund")]
    RefundRefused,
    #[error("the hold is over")]
    HoldExpired,
    #[error("the request does not come from the deal's own pages")]
    OriginRefused,
    #[error("no Idempotency-Key")]
    IdempotencyKeyMissing,
    #[error("the Idempotency-Key was used for another request")]
    IdempotencyKeyReused,
    #[error("fields of the body are wrong")]
    InvalidBody(Vec<FieldError>),
    #[error("too many requests")]
    TooManyRequests { retry_seconds: u32 },
    #[error("the control token is missing or wrong")]
    ControlRefused,
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something that must not happen; the cause is in the log.
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

impl ApiError {
    /// The status, the code and the words of this error, and what is wrong with which field.
    pub fn problem(&self) -> Problem {
        use StatusCode as S;
        let (status, code, detail) = match self {
            ApiError::NotSignedIn => (S::UNAUTHORIZED, "not_signed_in", "로그인이 필요해요."),
            ApiError::TicketMissing => {
                (S::UNAUTHORIZED, "ticket_missing", "대기표가 없어요. 대기를 먼저 시작해 주세요.")
            }
            ApiError::TicketInvalid => {
                (S::FORBIDDEN, "ticket_invalid", "쓸 수 없는 대기표예요. 대기를 다시 시작해 주세요.")
            }
            ApiError::PassMissing => (S::UNAUTHORIZED, "pass_missing", "먼저 입장해 주세요."),
            ApiError::PassInvalid => {
                (S::FORBIDDEN, "pass_invalid", "쓸 수 없는 입장권이에요. 다시 입장해 주세요.")
            }
            ApiError::PassExpired => {
                (S::FORBIDDEN, "pass_expired", "입장 시간이 끝났어요. 다시 입장해 주세요.")
            }
            ApiError::NotCalled { .. } => {
                (S::CONFLICT, "not_called", "아직 차례가 아니에요. 순서가 되면 바로 알려 드릴게요.")
            }
            ApiError::PlaceTakenBack => (
                S::CONFLICT,
                "place_taken_back",
                "시간이 지나 자리가 다음 분에게 넘어갔어요. 자리가 나면 다시 들어갈 수 있어요.",
            ),
            ApiError::InvitationWaits => (
                S::CONFLICT,
                "invitation_waits",
                "지금은 빈자리가 없어요. 다음에 나는 자리를 먼저 드릴게요. 잠시 뒤에 다시 눌러 주세요.",
            ),
            ApiError::InvitationSpent => (
                S::CONFLICT,
                "invitation_spent",
                "이미 쓴 초대 링크예요. 대기 순서는 그대로 있으니 차례가 되면 들어갈 수 있어요.",
            ),
            ApiError::InvitationWithdrawn => (
                S::GONE,
                "invitation_withdrawn",
                "판매자가 이 초대 링크를 거뒀어요. 초대 없이도 대기 순서대로 들어갈 수 있어요.",
            ),
            ApiError::InvitationInvalid => (
                S::FORBIDDEN,
                "invitation_invalid",
                "이 타임딜의 링크가 아니거나 주소가 잘렸어요. 받은 주소를 끝까지 복사했는지 확인해 주세요.",
            ),
            ApiError::InvitationExpired => {
                (S::GONE, "invitation_expired", "초대 링크를 쓸 수 있는 시간이 지났어요.")
            }
            ApiError::NotOpen => (S::CONFLICT, "not_open", "아직 시작하지 않았어요."),
            ApiError::Closed => (S::CONFLICT, "closed", "타임딜이 끝났어요."),
            ApiError::Paused => {
                (S::CONFLICT, "paused", "판매자가 입장을 잠시 멈췄어요. 순서는 그대로 있으니 기다려 주세요.")
            }
            ApiError::SoldOut => (S::CONFLICT, "sold_out", "준비한 수량이 모두 팔렸어요."),
            ApiError::TooManyOrders => {
                (S::CONFLICT, "too_many_orders", "이 타임딜에서 할 수 있는 주문 횟수를 모두 썼어요.")
            }
            ApiError::StockShort { .. } => {
                (S::CONFLICT, "stock_short", "남은 수량이 모자라요. 수량을 줄여 다시 시도해 주세요.")
            }
            ApiError::LimitReached => (S::CONFLICT, "limit_reached", "한 사람이 살 수 있는 수량을 넘었어요."),
            ApiError::ProductUnknown => (S::NOT_FOUND, "product_unknown", "이 타임딜에 없는 상품이에요."),
            ApiError::NoticeUnknown => (S::NOT_FOUND, "notice_unknown", "지금은 없는 공지예요."),
            ApiError::OrderUnknown => (S::NOT_FOUND, "order_unknown", "주문을 찾을 수 없어요."),
            ApiError::OrderState => {
                (S::CONFLICT, "order_state", "지금 주문 상태에서는 할 수 없어요. 주문을 다시 확인해 주세요.")
            }
            ApiError::ProofRequired => (
                S::FORBIDDEN,
                "proof_required",
                "순서를 받기 전에 사람이 맞는지 확인해야 해요. 자바스크립트를 켜고 다시 시도해 주세요.",
            ),
            ApiError::ProofWrong => {
                (S::FORBIDDEN, "proof_wrong", "사람이 맞는지 확인하지 못했어요. 다시 시도해 주세요.")
            }
            ApiError::ProofExpired => {
                (S::CONFLICT, "proof_expired", "확인하는 동안 시간이 지났어요. 다시 시도해 주세요.")
            }
            ApiError::ProofUnneeded => {
                (S::NOT_FOUND, "proof_unneeded", "이 타임딜은 확인 없이 순서를 받을 수 있어요.")
            }
            ApiError::Sealed => (S::CONFLICT, "sealed", "타임딜이 마감되어 더 바꿀 수 없어요."),
            ApiError::NotDrained => {
                (S::CONFLICT, "not_drained", "끝나지 않은 결제나 환불이 있어 아직 마감할 수 없어요.")
            }
            ApiError::GatewayUnavailable => (
                S::SERVICE_UNAVAILABLE,
                "gateway_unavailable",
                "결제사가 응답하지 않아요. 잠시 뒤에 다시 시도해 주세요.",
            ),
            ApiError::GatewayResting { .. } => (
                S::SERVICE_UNAVAILABLE,
                "gateway_resting",
                "결제사가 잠시 응답하지 않아요. 상품은 그대로 맡아 두었으니 잠시 뒤에 다시 시도해 주세요.",
            ),
            ApiError::PaymentRefused => (
                S::CONFLICT,
                "payment_refused",
                "결제사가 결제를 받아 주지 않았어요. 판매자에게 문의해 주세요.",
            ),
            ApiError::PaymentForeign => {
                (S::CONFLICT, "payment_foreign", "다른 주문의 결제예요. 이 주문에서 다시 결제해 주세요.")
            }
            ApiError::AmountDiffers => (
                S::CONFLICT,
                "amount_differs",
                "결제하려던 금액이 주문 금액과 달라 결제를 멈췄어요. 빠져나간 돈은 없어요.",
            ),
            ApiError::RefundRefused => (
                S::CONFLICT,
                "refund_refused",
                "결제사가 환불을 받아 주지 않았어요. 판매자에게 문의해 주세요.",
            ),
            ApiError::HoldExpired => {
                (S::CONFLICT, "hold_expired", "상품을 맡아 둔 시간이 지났어요. 다시 주문해 주세요.")
            }
            ApiError::OriginRefused => {
                (S::FORBIDDEN, "origin_refused", "이 페이지에서 보낼 수 없는 요청이에요.")
            }
            ApiError::IdempotencyKeyMissing => (
                S::BAD_REQUEST,
                "idempotency_key_missing",
                "요청을 구분하는 값(Idempotency-Key)이 없거나 올바르지 않아요.",
            ),
            ApiError::IdempotencyKeyReused => (
                S::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "같은 요청 값(Idempotency-Key)으로 다른 내용을 보냈어요.",
            ),
            ApiError::InvalidBody(_) => {
                (S::UNPROCESSABLE_ENTITY, "invalid_body", "입력한 내용을 확인해 주세요.")
            }
            ApiError::TooManyRequests { .. } => (
                S::TOO_MANY_REQUESTS,
                "too_many_requests",
                "요청이 너무 잦아요. 잠시 뒤에 다시 시도해 주세요.",
            ),
            ApiError::ControlRefused => (S::UNAUTHORIZED, "control_refused", "이 주소를 쓸 권한이 없어요."),
            ApiError::Store(StoreError::Unavailable(_) | StoreError::Crowded { .. }) => (
                S::SERVICE_UNAVAILABLE,
                "store_unavailable",
                "잠시 연결이 끊겼어요. 순서와 주문은 그대로 있으니 잠시 뒤에 다시 시도해 주세요.",
            ),
            ApiError::Store(StoreError::Full { .. }) => (
                S::SERVICE_UNAVAILABLE,
                "store_full",
                "지금은 새 대기나 주문을 받을 수 없어요. 이미 받은 순서와 주문은 그대로 있어요.",
            ),
            ApiError::Store(StoreError::Refused { .. } | StoreError::Unexpected { .. })
            | ApiError::Internal(_) => {
                return Problem::internal();
            }
        };
        let mut problem = Problem::new(status, code, detail);
        if let ApiError::InvalidBody(errors) = self {
            problem.errors.clone_from(errors);
        }
        problem
    }

    /// Whether the invitation that was shown is worth nothing any more.
    pub fn ends_invitation(&self) -> bool {
        matches!(self, ApiError::InvitationSpent | ApiError::InvitationWithdrawn)
    }

    /// Says what a program or its operator must know of it, and the client must not.
    pub fn log(&self) {
        match self {
            ApiError::Store(error) => tracing::error!(error = %chain(error), "the store failed"),
            ApiError::Internal(error) => tracing::error!(error = format!("{error:#}"), "a request failed"),
            _ => {}
        }
    }
}

/// An error with all its causes, for one line of a log.
#[must_use]
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let mut problem = self.problem();
        match self {
            ApiError::TooManyRequests { retry_seconds } | ApiError::GatewayResting { retry_seconds } => {
                problem = problem.retry_after(retry_seconds);
            }
            ApiError::Store(StoreError::Unavailable(_) | StoreError::Crowded { .. })
            | ApiError::GatewayUnavailable => {
                problem = problem.retry_after(2);
            }
            ApiError::StockShort { left } => return problem.with("left", left.into()).into_response(),
            ApiError::NotCalled { position: Some(position) } => {
                return problem.with("position", position.into()).into_response();
            }
            ApiError::Store(StoreError::Full { .. }) => problem = problem.retry_after(15),
            _ => {}
        }
        problem.into_response()
    }
}
