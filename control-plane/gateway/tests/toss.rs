//! The Toss client against the simulator, over real HTTP: what each answer counts as, and what is
//! true at Toss behind it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use control_plane_gateway::toss::Toss;
use control_plane_gateway::{
    AnyGateway, BeginError, Cancel, Confirm, DeclineKind, Doubt, Gateway, LookupError, Merchant, Order,
    Outcome, PaymentState, Timeouts,
};
use crds::Won;
use e2e_kakao_sim::{Simulator, TOSS_CLIENT_KEY, TOSS_SECRET_KEY};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

const ORDER: &str = "0198f2c0-order-1";
const START: &str = "2026-11-24T01:00:00Z";

/// A simulator with a clock of the test's own, and a client of it.
struct Bank {
    gateway: AnyGateway,
    base: String,
    browser: reqwest::Client,
    seconds: Arc<AtomicI64>,
    _dir: TempDir,
}

impl Bank {
    async fn open() -> Bank {
        let dir = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let start: Timestamp = START.parse().unwrap();
        let seconds = Arc::new(AtomicI64::new(start.as_second()));
        let hands = Arc::clone(&seconds);
        let now = move || Timestamp::from_second(hands.load(Ordering::SeqCst)).unwrap();
        let router = Simulator::open(dir.path(), &base, now).unwrap().router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let browser = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Bank { gateway: gateway(&base), base, browser, seconds, _dir: dir }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds.load(Ordering::SeqCst)).unwrap()
    }

    fn advance(&self, by: SignedDuration) {
        self.seconds.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    fn order(&self, id: &str) -> Order {
        let back = |what: &str| format!("http://shop.localhost/payment/orders/{id}/{what}?from=toss");
        Order {
            order_id: id.to_owned(),
            user_id: "shopper-1".into(),
            item_name: "커피 & 차".into(),
            quantity: 2,
            amount: Won(25_800),
            approval_url: back("approve"),
            cancel_url: back("cancel"),
            fail_url: back("fail"),
            window_url: format!("http://shop.localhost/payment/orders/{id}/window"),
            asked_at: self.now(),
        }
    }

    /// Goes through the window with one of its methods; where the payer is sent back to.
    async fn agree(&self, order: &Order, method: &str) -> Url {
        let begun = self.gateway.begin(&merchant(), order).await.unwrap();
        assert_eq!(begun.payment_ref, order.order_id);
        assert_eq!(begun.redirect.mobile, order.window_url, "the window is for our page to open");
        let amount = order.amount.0.to_string();
        let opening = [
            ("clientKey", TOSS_CLIENT_KEY),
            ("orderId", &order.order_id),
            ("orderName", &order.item_name),
            ("amount", &amount),
            ("successUrl", &order.approval_url),
            ("failUrl", &order.fail_url),
            ("method", method),
        ];
        let window: Url = format!("{}/toss/window", self.base).parse().unwrap();
        let mut page = window.clone();
        page.query_pairs_mut().extend_pairs(&opening[..6]);
        let page = self.browser.get(page).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let answer = self.browser.post(window).form(&opening).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().parse().unwrap()
    }

    /// A payment that waits for its confirmation.
    async fn agreed(&self, id: &str, method: &str) -> Confirm {
        let order = self.order(id);
        let back = self.agree(&order, method).await;
        let proof = back.query_pairs().find(|(name, _)| name == "paymentKey").unwrap().1.into_owned();
        Confirm {
            payment_ref: order.order_id.clone(),
            order_id: order.order_id,
            user_id: order.user_id,
            proof,
            amount: order.amount,
            asked_at: self.now(),
        }
    }

    /// A payment that is taken.
    async fn paid(&self, id: &str) -> Confirm {
        let confirm = self.agreed(id, "CARD").await;
        assert!(matches!(self.confirm(&confirm).await, Outcome::Done(_)));
        confirm
    }

    async fn confirm(&self, confirm: &Confirm) -> Outcome<control_plane_gateway::Approved> {
        self.gateway.confirm(&merchant(), confirm).await
    }

    async fn cancel(&self, amount: i64, before: i64) -> Outcome<control_plane_gateway::Cancelled> {
        let cancel = Cancel {
            payment_ref: ORDER.into(),
            amount: Won(amount),
            cancellable_before: Won(before),
            asked_at: self.now(),
        };
        self.gateway.cancel(&merchant(), &cancel).await
    }

    async fn state(&self, id: &str) -> PaymentState {
        self.gateway.lookup(&merchant(), id).await.unwrap().state
    }

    async fn fault(&self, switch: Value) {
        let url = format!("{}/_sim/faults", self.base);
        assert_eq!(self.browser.put(url).json(&switch).send().await.unwrap().status(), 200);
    }

    /// What has been taken and given back in truth, over all payments.
    async fn truth(&self) -> (i64, i64) {
        let url = format!("{}/_sim/toss/payments", self.base);
        let page: Value = self.browser.get(url).send().await.unwrap().json().await.unwrap();
        let items = page["items"].as_array().unwrap();
        let taken = items.iter().filter(|payment| !payment["approvedAt"].is_null());
        let taken = taken.map(|payment| payment["total"].as_i64().unwrap()).sum();
        (taken, items.iter().map(|payment| payment["cancelled"].as_i64().unwrap()).sum())
    }
}

fn gateway(base: &str) -> AnyGateway {
    let timeouts = Timeouts { connect: Duration::from_secs(2), answer: Duration::from_secs(5) };
    AnyGateway::Toss(Toss::new(&format!("{base}/toss"), timeouts).unwrap())
}

fn merchant() -> Merchant {
    Merchant { id: TOSS_CLIENT_KEY.into(), key: TOSS_SECRET_KEY.into() }
}

fn kind<T: std::fmt::Debug>(outcome: Outcome<T>) -> DeclineKind {
    match outcome {
        Outcome::Declined(decline) => decline.kind,
        other => panic!("not declined: {other:?}"),
    }
}

#[tokio::test]
async fn the_road_of_a_payment_takes_and_returns_the_money_once() {
    let bank = Bank::open().await;
    let order = bank.order(ORDER);
    assert!(matches!(bank.gateway.lookup(&merchant(), ORDER).await, Err(LookupError::UnknownPayment)));
    let back = bank.agree(&order, "EASY_PAY").await;
    assert!(
        back.as_str()
            .starts_with(&format!("http://shop.localhost/payment/orders/{ORDER}/approve?from=toss&"))
    );
    let brought: Vec<_> = back.query_pairs().into_owned().collect();
    assert!(
        brought.contains(&("orderId".into(), ORDER.into()))
            && brought.contains(&("amount".into(), "25800".into()))
    );
    assert_eq!((bank.state(ORDER).await, bank.truth().await), (PaymentState::InProgress, (0, 0)));

    let confirm = bank.agreed(ORDER, "EASY_PAY").await;
    let Outcome::Done(done) = bank.confirm(&confirm).await else { panic!("not done") };
    assert_eq!((done.amount, done.method.as_str()), (Won(25_800), "간편결제"));
    let lookup = bank.gateway.lookup(&merchant(), ORDER).await.unwrap();
    assert_eq!(
        (lookup.state, lookup.amount, lookup.cancellable),
        (PaymentState::Paid, Won(25_800), Won(25_800))
    );
    assert_eq!((lookup.order_id.as_str(), lookup.user_id, lookup.cancelled), (ORDER, None, Won(0)));

    let Outcome::Done(part) = bank.cancel(5_800, 25_800).await else { panic!("not done") };
    assert_eq!((part.amount, part.remaining), (Won(5_800), Won(20_000)));
    let lookup = bank.gateway.lookup(&merchant(), ORDER).await.unwrap();
    assert_eq!(
        (lookup.state, lookup.cancelled, lookup.cancellable),
        (PaymentState::PartCancelled, Won(5_800), Won(20_000))
    );
    let Outcome::Done(rest) = bank.cancel(20_000, 20_000).await else { panic!("not done") };
    assert_eq!((rest.amount, rest.remaining), (Won(20_000), Won(0)));
    assert_eq!((bank.state(ORDER).await, bank.truth().await), (PaymentState::Cancelled, (25_800, 25_800)));
}

#[tokio::test]
async fn a_lost_reply_is_a_doubt_that_the_look_up_ends() {
    let bank = Bank::open().await;
    let confirm = bank.agreed(ORDER, "CARD").await;
    bank.fault(json!({ "target": "tossConfirm", "fault": "dropReply", "times": 1 })).await;
    assert!(matches!(bank.confirm(&confirm).await, Outcome::Unknown(Doubt::Silent(_))));
    assert_eq!(bank.state(ORDER).await, PaymentState::Paid);
    // The same call within the minute gets the answer that was lost, and takes nothing more.
    assert!(matches!(bank.confirm(&confirm).await, Outcome::Done(_)));
    // Later it is another call, and Toss says that the money was taken.
    let later = Confirm { asked_at: bank.now() + SignedDuration::from_mins(2), ..confirm };
    assert!(matches!(bank.confirm(&later).await, Outcome::Unknown(Doubt::Refused { .. })));

    bank.fault(json!({ "target": "tossCancel", "fault": "dropReply", "times": 1 })).await;
    assert!(matches!(bank.cancel(25_800, 25_800).await, Outcome::Unknown(Doubt::Silent(_))));
    assert_eq!(bank.state(ORDER).await, PaymentState::Cancelled);
    assert!(matches!(bank.cancel(25_800, 25_800).await, Outcome::Unknown(Doubt::Different(_))));
    assert_eq!(bank.truth().await, (25_800, 25_800));
}

#[tokio::test]
async fn a_cancellation_on_a_false_balance_moves_nothing() {
    let bank = Bank::open().await;
    bank.paid(ORDER).await;
    assert!(matches!(bank.cancel(5_800, 25_800).await, Outcome::Done(_)));
    assert!(matches!(bank.cancel(5_800, 25_800).await, Outcome::Unknown(Doubt::Different(_))));
    assert_eq!(bank.truth().await, (25_800, 5_800));
}

#[tokio::test]
async fn an_unwell_gateway_is_an_outage_and_takes_nothing() {
    let bank = Bank::open().await;
    let confirm = bank.agreed(ORDER, "CARD").await;
    for (fault, is_outage) in [("503", true), ("429", true), ("providerError", false)] {
        bank.fault(json!({ "target": "tossConfirm", "fault": fault, "times": 1 })).await;
        let Outcome::Unknown(doubt) = bank.confirm(&confirm).await else { panic!("{fault} is a doubt") };
        assert_eq!(doubt.is_outage(), is_outage, "{fault}: {doubt}");
        assert_eq!(
            (bank.state(ORDER).await, bank.truth().await),
            (PaymentState::InProgress, (0, 0)),
            "{fault}"
        );
    }
    bank.fault(json!({ "target": "tossLookup", "fault": "503", "times": 1 })).await;
    assert!(matches!(bank.gateway.lookup(&merchant(), ORDER).await, Err(LookupError::Unavailable(_))));
    assert!(matches!(bank.confirm(&confirm).await, Outcome::Done(_)), "well again");
    // The look-up before a cancellation fails: nothing is known, and nothing was given back.
    bank.fault(json!({ "target": "tossLookup", "fault": "503", "times": 1 })).await;
    assert!(matches!(bank.cancel(25_800, 25_800).await, Outcome::Unknown(Doubt::Unwell { .. })));
    assert_eq!(bank.truth().await, (25_800, 0));
}

#[tokio::test]
async fn already_processed_is_decided_by_the_look_up() {
    let bank = Bank::open().await;
    for (id, applied, state) in
        [("order-taken", true, PaymentState::Paid), ("order-not", false, PaymentState::InProgress)]
    {
        let confirm = bank.agreed(id, "CARD").await;
        let switch =
            json!({ "target": "tossConfirm", "fault": "alreadyProcessed", "times": 1, "applied": applied });
        bank.fault(switch).await;
        let outcome = bank.confirm(&confirm).await;
        assert!(
            matches!(&outcome, Outcome::Unknown(Doubt::Refused { code, .. }) if code == "ALREADY_PROCESSED_PAYMENT"),
            "{outcome:?}"
        );
        assert_eq!(bank.state(id).await, state, "applied: {applied}");
    }
}

#[tokio::test]
async fn a_card_that_is_refused_ends_the_payment_and_not_the_order() {
    let bank = Bank::open().await;
    let refused = bank.agreed(ORDER, "REFUSED_CARD").await;
    assert_eq!(kind(bank.confirm(&refused).await), DeclineKind::Rejected);
    assert_eq!((bank.state(ORDER).await, bank.truth().await), (PaymentState::Failed, (0, 0)));
    // Another card under the same order.
    bank.paid(ORDER).await;
    assert_eq!((bank.state(ORDER).await, bank.truth().await), (PaymentState::Paid, (25_800, 0)));
}

#[tokio::test]
async fn an_order_is_paid_once_however_often_its_payer_agrees() {
    let bank = Bank::open().await;
    let first = bank.agreed(ORDER, "CARD").await;
    let second = bank.agreed(ORDER, "EASY_PAY").await;
    assert!(matches!(bank.confirm(&second).await, Outcome::Done(_)));
    assert!(matches!(bank.confirm(&first).await, Outcome::Unknown(Doubt::Refused { .. })));
    assert_eq!((bank.state(ORDER).await, bank.truth().await), (PaymentState::Paid, (25_800, 0)));
}

#[tokio::test]
async fn a_payment_is_found_by_its_proof_whatever_came_after_it() {
    let bank = Bank::open().await;
    let first = bank.agreed(ORDER, "CARD").await;
    let second = bank.agreed(ORDER, "REFUSED_CARD").await;
    assert_eq!(kind(bank.confirm(&second).await), DeclineKind::Rejected);
    let ours = merchant();
    let by = |proof: &'static str| bank.gateway.lookup_agreed(&ours, ORDER, proof);
    let seen = bank.gateway.lookup_agreed(&merchant(), ORDER, &first.proof).await.unwrap();
    assert_eq!((seen.state, seen.order_id.as_str()), (PaymentState::InProgress, ORDER));
    let seen = bank.gateway.lookup_agreed(&merchant(), ORDER, &second.proof).await.unwrap();
    assert_eq!(seen.state, PaymentState::Failed);
    assert!(matches!(by("unknown").await, Err(LookupError::UnknownPayment)));
    // What is no key finds what the order id finds.
    assert_eq!(by("../orders/x").await.unwrap().state, PaymentState::Failed);
    // The payment of another order says so.
    let other = bank.agreed("another-order", "CARD").await;
    let foreign = bank.gateway.lookup_agreed(&merchant(), ORDER, &other.proof).await.unwrap();
    assert_eq!(foreign.order_id, "another-order");
}

#[tokio::test]
async fn another_amount_than_the_windows_takes_nothing() {
    let bank = Bank::open().await;
    let confirm = bank.agreed(ORDER, "CARD").await;
    let dearer = Confirm { amount: Won(25_801), ..confirm };
    assert!(matches!(bank.confirm(&dearer).await, Outcome::Unknown(Doubt::Refused { .. })));
    assert_eq!((bank.state(ORDER).await, bank.truth().await), (PaymentState::InProgress, (0, 0)));
}

#[tokio::test]
async fn a_payment_waits_ten_minutes_for_its_confirmation() {
    let bank = Bank::open().await;
    let confirm = bank.agreed(ORDER, "CARD").await;
    bank.advance(SignedDuration::from_mins(10));
    assert_eq!(bank.state(ORDER).await, PaymentState::Failed);
    // What the end of a session means, only the look-up says.
    assert!(matches!(bank.confirm(&confirm).await, Outcome::Unknown(Doubt::Refused { .. })));
    assert_eq!(bank.truth().await, (0, 0));
}

#[tokio::test]
async fn a_proof_that_is_none_is_declined() {
    let bank = Bank::open().await;
    let confirm = bank.agreed(ORDER, "CARD").await;
    for proof in ["", "a\nb", "../orders/x", &"k".repeat(201), "unknown"] {
        let odd = Confirm { proof: proof.to_owned(), ..confirm.clone() };
        assert_eq!(kind(bank.confirm(&odd).await), DeclineKind::ProofRejected, "{proof:?}");
    }
    for id in ["short", "an order", &"o".repeat(65)] {
        let begun = bank.gateway.begin(&merchant(), &bank.order(id)).await;
        assert!(matches!(begun, Err(BeginError::Declined(_))), "{id:?}");
    }
    assert!(matches!(bank.confirm(&confirm).await, Outcome::Done(_)));
}

#[tokio::test]
async fn a_key_that_is_not_the_shops_moves_and_shows_nothing() {
    let bank = Bank::open().await;
    let confirm = bank.paid(ORDER).await;
    let stranger = Merchant { id: TOSS_CLIENT_KEY.into(), key: "test_sk_stranger".into() };
    assert_eq!(kind(bank.gateway.confirm(&stranger, &confirm).await), DeclineKind::Merchant);
    assert!(matches!(bank.gateway.lookup(&stranger, ORDER).await, Err(LookupError::Declined(_))));
    let cancel = Cancel {
        payment_ref: ORDER.into(),
        amount: Won(25_800),
        cancellable_before: Won(25_800),
        asked_at: bank.now(),
    };
    assert_eq!(kind(bank.gateway.cancel(&stranger, &cancel).await), DeclineKind::Merchant);

    // Another shop with a good key of its own.
    let other = json!({ "clientKey": "test_ck_other", "secretKey": "test_sk_other" });
    let url = format!("{}/_sim/toss/merchants", bank.base);
    assert_eq!(bank.browser.post(url).json(&other).send().await.unwrap().status(), 204);
    let other = Merchant { id: "test_ck_other".into(), key: "test_sk_other".into() };
    assert!(matches!(bank.gateway.lookup(&other, ORDER).await, Err(LookupError::UnknownPayment)));
    assert_eq!(kind(bank.gateway.cancel(&other, &cancel).await), DeclineKind::UnknownPayment);
    assert_eq!(bank.truth().await, (25_800, 0));
}

#[tokio::test]
async fn fields_of_a_later_version_break_nothing() {
    let bank = Bank::open().await;
    for target in ["tossConfirm", "tossLookup", "tossCancel"] {
        bank.fault(json!({ "target": target, "fault": "unknownFields" })).await;
    }
    bank.paid(ORDER).await;
    assert_eq!(bank.state(ORDER).await, PaymentState::Paid);
    assert!(matches!(bank.cancel(25_800, 25_800).await, Outcome::Done(_)));
}

#[tokio::test]
async fn silence_is_a_doubt() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = gateway(&format!("http://{}", free.local_addr().unwrap()));
    drop(free);
    let bank = Bank::open().await;
    let confirm = bank.agreed(ORDER, "CARD").await;
    assert!(matches!(nobody.confirm(&merchant(), &confirm).await, Outcome::Unknown(Doubt::Silent(_))));
    assert!(matches!(nobody.lookup(&merchant(), ORDER).await, Err(LookupError::Unavailable(_))));
}

#[test]
fn a_url_without_a_host_is_refused() {
    for url in ["", "api.tosspayments.com", "file:///etc"] {
        assert!(Toss::new(url, Timeouts::default()).is_err(), "{url}");
    }
}
