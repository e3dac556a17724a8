//! The page of an order, from the order and the time. Pure: no request, no clock.

use askama::Template;
use control_plane_core::ledger::Delivery;
use control_plane_telemetry::problem::Problem;
use crds::PaymentProvider;
use jiff::Timestamp;
use tenant_runtime_core::config::DealConfig;
use tenant_runtime_core::orders::{Order, State};

use super::{Outcome, Returned, path, words};
use crate::plain::words::{clock_with_seconds, date_time, phone, pieces, span, won};
use crate::plain::{Action, Field, Frame, ROOM};

/// An order that waits for somebody else's word is looked at soon; one that waits for its shopper must
/// not be taken away while it is read.
const REFRESH_SECONDS_SOON: u64 = 3;
const REFRESH_SECONDS: u64 = 15;

/// Everything that the page depends on.
pub struct Scene<'a> {
    pub config: &'a DealConfig,
    pub order: &'a Order,
    pub returned: &'a Returned,
    /// Why the last press came to nothing.
    pub problem: Option<Problem>,
    /// What was typed as the reason of a refund.
    pub reason: Option<&'a str>,
    pub now: Timestamp,
}

#[derive(Template)]
#[template(path = "order.html")]
pub struct Page<'a> {
    frame: Frame<'a>,
    refresh_seconds: Option<u64>,
    refresh_to: String,
    /// The order in the app, for who has JavaScript after all.
    in_app: String,
    label: &'static str,
    tone: &'static str,
    heading: &'static str,
    text: String,
    /// How long the pieces are still kept.
    left: Option<String>,
    news: Option<String>,
    image_url: &'a str,
    name: &'a str,
    quantity: String,
    facts: Vec<(&'static str, String)>,
    amount_label: &'static str,
    amount: String,
    problem: Option<String>,
    needs_script: Option<&'static str>,
    actions: Vec<Action>,
    refund: Option<Refund>,
    clock: String,
}

struct Refund {
    to: String,
    is_open: bool,
    /// Why the last press of its button came to nothing.
    problem: Option<String>,
    reason: [Field; 1],
}

/// The page.
#[must_use]
pub fn page<'a>(scene: &Scene<'a>) -> Page<'a> {
    let order = scene.order;
    let left = payable_seconds(scene);
    let (label, tone) = words::state(&order.state);
    let (heading, text) = words::heading_and_text(order, left.is_none());
    let is_toss = scene.config.payment.provider == PaymentProvider::Toss;
    let refund = matches!(order.state, State::Paid { .. }).then(|| refund(scene));
    // What is wrong with a form is said in it.
    let is_said = refund.as_ref().is_some_and(|refund| refund.is_open);
    Page {
        frame: Frame::of(scene.config),
        refresh_seconds: refresh_seconds(order, left),
        refresh_to: match scene.returned.query.as_str() {
            "" => path(order.id),
            query => format!("{}?{query}", path(order.id)),
        },
        in_app: format!("/orders/{}", order.id),
        label,
        tone,
        heading,
        text,
        left: left.map(span),
        news: scene.returned.outcome.filter(|_| left.is_some()).map(|how| words::outcome(how, order)),
        image_url: &order.item.image_url,
        name: &order.item.name,
        quantity: pieces(order.item.quantity),
        facts: facts(order),
        amount_label: words::amount_label(&order.state),
        amount: won(order.item.amount),
        problem: scene.problem.as_ref().filter(|_| !is_said).map(problem_text),
        needs_script: (left.is_some() && is_toss).then_some(WINDOW_NEEDS_SCRIPT),
        actions: actions(scene, left.is_some()),
        refund,
        clock: clock_with_seconds(scene.now),
    }
}

/// The provider has no page to be sent to, only a window that its script opens.
const WINDOW_NEEDS_SCRIPT: &str = "토스페이먼츠 결제창은 자바스크립트를 켜야 열려요. 켠 다음 이 주문을 다시 \
    열면 결제할 수 있어요. 결제하지 않으려면 주문을 취소해 주세요. 상품은 바로 다른 분에게 돌아가요.";

/// For how long an order can still be paid, where it can.
fn payable_seconds(scene: &Scene) -> Option<u64> {
    let left = scene.order.held_until.duration_since(scene.now).as_millis();
    let left = u64::try_from(left).ok().filter(|left| *left > 0)?;
    matches!(scene.order.state, State::Held | State::Ready { .. }).then_some(left.div_ceil(1_000))
}

/// How soon the page comes again; never where only its shopper changes anything, who may be typing.
fn refresh_seconds(order: &Order, left: Option<u64>) -> Option<u64> {
    match (&order.state, left) {
        (State::Held | State::Ready { .. }, Some(left)) => Some((left + 1).min(REFRESH_SECONDS)),
        (State::Held | State::Ready { .. }, None)
        | (State::Approving { .. } | State::Refunding { .. }, _) => Some(REFRESH_SECONDS_SOON),
        (State::Paid { .. } | State::Refunded { .. } | State::Released { .. }, _) => None,
    }
}

fn facts(order: &Order) -> Vec<(&'static str, String)> {
    let Delivery { recipient, phone: number, postcode, line1, line2, note } = &order.delivery;
    let (paid_at, refunded_at) = match &order.state {
        State::Paid { receipt } | State::Refunding { receipt, .. } => (Some(receipt.at), None),
        State::Refunded { receipt, at, .. } => (Some(receipt.at), Some(*at)),
        State::Held | State::Ready { .. } | State::Approving { .. } | State::Released { .. } => (None, None),
    };
    [
        Some(("받는 분", format!("{recipient} · {}", phone(number)))),
        Some(("주소", format!("({postcode}) {line1} {line2}").trim_end().to_owned())),
        (!note.is_empty()).then(|| ("배송 요청", note.clone())),
        Some(("주문한 때", date_time(order.created_at))),
        paid_at.map(|at| ("결제한 때", date_time(at))),
        refunded_at.map(|at| ("환불한 때", date_time(at))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn actions(scene: &Scene, is_payable: bool) -> Vec<Action> {
    let order = scene.order;
    match &order.state {
        State::Held | State::Ready { .. } if is_payable => {
            let give_up = Action::form(format!("{}/abandon", path(order.id)), "주문 취소하기", "quiet");
            vec![pay(scene), give_up]
        }
        State::Paid { .. } | State::Refunded { .. } | State::Released { .. } => {
            vec![Action::link(ROOM, "타임딜로 돌아가기", "secondary")]
        }
        State::Held | State::Ready { .. } | State::Approving { .. } | State::Refunding { .. } => Vec::new(),
    }
}

/// The way to the money. What was agreed to already is only brought back once more.
fn pay(scene: &Scene) -> Action {
    let Order { id, item, state, .. } = scene.order;
    let provider = scene.config.payment.provider;
    if scene.returned.outcome == Some(Outcome::Busy) && matches!(state, State::Ready { .. }) {
        let query = &scene.returned.query;
        return Action::link(format!("/payment/orders/{id}/approve?{query}"), "결제 마치기", "primary");
    }
    match provider {
        PaymentProvider::KakaoPay => {
            let label = format!("{}로 {} 결제하기", words::provider(provider), won(item.amount));
            Action::form(format!("/payment/plain/orders/{id}/ready"), label, "kakao")
        }
        PaymentProvider::Toss => {
            Action::link(format!("/orders/{id}"), "자바스크립트를 켜고 다시 열기", "primary")
        }
    }
}

fn refund(scene: &Scene) -> Refund {
    let errors = scene.problem.as_ref().map(|problem| problem.errors.as_slice()).unwrap_or_default();
    let error = errors.iter().find(|error| error.field == "reason").map(|error| error.detail.clone());
    Refund {
        to: format!("/payment/plain/orders/{}/refund", scene.order.id),
        is_open: scene.reason.is_some(),
        // A word that stands below what was typed needs no other.
        problem: scene.problem.as_ref().filter(|_| error.is_none()).map(problem_text),
        reason: [Field {
            name: "reason",
            label: "환불하는 이유",
            kind: "text",
            keyboard: "text",
            autocomplete: "off",
            value: scene.reason.unwrap_or_default().to_owned(),
            is_first_wrong: error.is_some(),
            error,
            ..Field::default()
        }],
    }
}

/// Once the books are closed, My Page is the place.
fn problem_text(problem: &Problem) -> String {
    match problem.code.as_str() {
        "sealed" => "타임딜이 마감됐어요. 환불은 DDIB의 내 주문에서 요청해 주세요.".to_owned(),
        _ => problem.detail.clone(),
    }
}
