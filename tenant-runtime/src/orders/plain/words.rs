//! What an order's page says: the same as the app, which says it where there is JavaScript.

use crds::PaymentProvider;
use tenant_runtime_core::orders::{Order, ReleaseReason, State};

use super::Outcome;
use crate::plain::words::{clock, won};

/// The state in a word, and a class of the stylesheet for it.
pub fn state(state: &State) -> (&'static str, &'static str) {
    match state {
        State::Held => ("재고 맡아 둠", "warm"),
        State::Ready { .. } => ("결제 대기", "warm"),
        State::Approving { .. } => ("결제 확인 중", "brand"),
        State::Paid { .. } => ("결제 완료", "success"),
        State::Refunding { .. } => ("환불 중", "warning"),
        State::Refunded { .. } => ("환불 완료", "neutral"),
        State::Released { .. } => ("취소됨", "neutral"),
    }
}

pub fn provider(provider: PaymentProvider) -> &'static str {
    match provider {
        PaymentProvider::KakaoPay => "카카오페이",
        PaymentProvider::Toss => "토스페이먼츠",
    }
}

/// First what happened, then what to do.
pub fn heading_and_text(order: &Order, is_late: bool) -> (&'static str, String) {
    match &order.state {
        State::Held | State::Ready { .. } if is_late => {
            ("맡아 둔 시간이 지났어요", "재고를 돌려놓고 있어요. 필요하면 다시 주문해 주세요.".to_owned())
        }
        State::Held | State::Ready { .. } => ("결제만 하면 돼요", kept(order)),
        State::Approving { .. } => (
            "결제를 확인하고 있어요",
            "결제사의 답을 기다리고 있어요. 다시 결제하지 않아도 돼요. 결과는 이 화면에 나타나요.".to_owned(),
        ),
        State::Paid { .. } => {
            ("결제가 끝났어요", "주문이 판매자에게 전해졌어요. 내 주문에서 언제든 볼 수 있어요.".to_owned())
        }
        State::Refunding { .. } => {
            ("환불하고 있어요", "결제사의 답을 기다리고 있어요. 창을 닫아도 환불은 이어져요.".to_owned())
        }
        State::Refunded { .. } => {
            ("환불이 끝났어요", format!("{}을 결제한 곳으로 돌려드렸어요.", won(order.item.amount)))
        }
        State::Released { reason, .. } => ("주문이 취소됐어요", released(*reason).to_owned()),
    }
}

fn released(reason: ReleaseReason) -> &'static str {
    match reason {
        ReleaseReason::Expired => "결제하지 않은 채 맡아 둔 시간이 지났어요. 빠져나간 돈은 없어요.",
        ReleaseReason::Abandoned => "주문을 취소하고 재고를 돌려놓았어요. 빠져나간 돈은 없어요.",
        ReleaseReason::PaymentFailed => "결제사에서 결제가 되지 않았어요. 빠져나간 돈은 없어요.",
        ReleaseReason::AmountDiffered => {
            "주문과 다른 금액이 결제돼 바로 취소했어요. 빠져나간 돈은 모두 돌려드렸어요."
        }
    }
}

/// What the sum at the bottom is.
pub fn amount_label(state: &State) -> &'static str {
    match state {
        State::Held | State::Ready { .. } | State::Approving { .. } => "결제할 금액",
        State::Paid { .. } | State::Refunding { .. } | State::Refunded { .. } => "결제한 금액",
        State::Released { .. } => "주문 금액",
    }
}

/// How one came back from the payment page, for an order that can still be paid.
pub fn outcome(outcome: Outcome, order: &Order) -> String {
    let kept = kept(order);
    match outcome {
        Outcome::Cancelled => format!("결제가 취소됐어요. {kept}"),
        Outcome::Failed => "결제가 끝나지 않았어요. 빠져나간 돈은 없으니 다시 결제해 주세요.".to_owned(),
        Outcome::AmountDiffers => {
            format!("결제하려던 금액이 주문 금액과 달라 결제를 멈췄어요. 빠져나간 돈은 없어요. {kept}")
        }
        Outcome::Busy => format!("결제사가 잠시 응답하지 않아요. {kept} 잠시 뒤에 결제를 마쳐 주세요."),
    }
}

fn kept(order: &Order) -> String {
    format!("재고는 {}까지 맡아 둘게요.", clock(order.held_until))
}
