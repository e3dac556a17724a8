//! The KakaoPay client against a stub that answers whatever a test tells it to, on a real socket.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use control_plane_gateway::kakaopay::KakaoPay;
use control_plane_gateway::{
    AnyGateway, BeginError, Cancel, Confirm, DeclineKind, Doubt, Gateway, LookupError, Merchant, Order,
    Outcome, PaymentState, Timeouts,
};
use crds::Won;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

#[derive(Clone, Default)]
struct Stub {
    answer: Arc<Mutex<(u16, String)>>,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Stub {
    async fn start(status: u16, body: impl Into<String>) -> (Stub, AnyGateway) {
        let stub = Stub::default();
        *stub.answer.lock().unwrap() = (status, body.into());
        let router =
            Router::new().route("/online/v1/payment/{call}", post(Stub::reply)).with_state(stub.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = gateway(&format!("http://{}", listener.local_addr().unwrap()));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (stub, gateway)
    }

    async fn reply(State(stub): State<Stub>, headers: HeaderMap, body: String) -> (StatusCode, String) {
        let key = headers["authorization"].to_str().unwrap().to_owned();
        stub.seen.lock().unwrap().push((key, serde_json::from_str(&body).unwrap()));
        let (status, body) = stub.answer.lock().unwrap().clone();
        (StatusCode::from_u16(status).unwrap(), body)
    }
}

fn gateway(base_url: &str) -> AnyGateway {
    let timeouts = Timeouts { connect: Duration::from_secs(2), answer: Duration::from_millis(400) };
    AnyGateway::KakaoPay(KakaoPay::new(base_url, timeouts).unwrap())
}

fn merchant() -> Merchant {
    Merchant { id: "TC0ONETIME".into(), key: "sim-secret".into() }
}

fn order() -> Order {
    Order {
        order_id: "order-1".into(),
        user_id: "shopper-1".into(),
        item_name: "커".repeat(120),
        quantity: 2,
        amount: Won(25_800),
        approval_url: "http://shop.test/approve".into(),
        cancel_url: "http://shop.test/cancel".into(),
        fail_url: "http://shop.test/fail".into(),
        window_url: String::new(),
        asked_at: "2026-11-24T01:00:00Z".parse().unwrap(),
    }
}

fn confirm() -> Confirm {
    Confirm {
        payment_ref: "T1234567890123456789".into(),
        order_id: "order-1".into(),
        user_id: "shopper-1".into(),
        proof: "token".into(),
        amount: Won(25_800),
        asked_at: "2026-11-24T01:01:00Z".parse().unwrap(),
    }
}

fn cancel() -> Cancel {
    Cancel {
        payment_ref: "T1234567890123456789".into(),
        amount: Won(25_800),
        cancellable_before: Won(25_800),
        asked_at: "2026-11-24T01:02:00Z".parse().unwrap(),
    }
}

fn amount(total: i64) -> Value {
    json!({"total": total, "tax_free": 0, "vat": 2345, "point": 0, "discount": 0, "green_deposit": 0})
}

fn approved() -> Value {
    json!({
        "aid": "A1", "tid": "T1234567890123456789", "cid": "TC0ONETIME",
        "partner_order_id": "order-1", "partner_user_id": "shopper-1",
        "payment_method_type": "MONEY", "item_name": "커피", "quantity": 2,
        "amount": amount(25_800), "created_at": "2026-11-24T10:00:00",
        "approved_at": "2026-11-24T10:00:30", "a_field_of_tomorrow": {"x": [1, 2]},
    })
}

fn looked_up(status: &str) -> Value {
    json!({
        "tid": "T1234567890123456789", "cid": "TC0ONETIME", "status": status,
        "partner_order_id": "order-1", "partner_user_id": "shopper-1", "payment_method_type": "CARD",
        "amount": amount(25_800), "created_at": "2026-11-24T10:00:00",
    })
}

#[tokio::test]
async fn ready_sends_what_is_required_and_gives_the_redirect() {
    let body = json!({
        "tid": "T1234567890123456789", "next_redirect_app_url": "http://k/app",
        "next_redirect_mobile_url": "http://k/mobile", "next_redirect_pc_url": "http://k/pc",
        "created_at": "2026-11-24T10:00:00", "android_app_scheme": "kakaotalk://x",
    });
    let (stub, gateway) = Stub::start(200, body.to_string()).await;
    let begun = gateway.begin(&merchant(), &order()).await.unwrap();
    assert_eq!(begun.payment_ref, "T1234567890123456789");
    assert_eq!(begun.redirect.pc, "http://k/pc");
    assert_eq!(begun.redirect.mobile, "http://k/mobile");
    assert_eq!(begun.redirect.app, "http://k/app");
    assert_eq!(begun.expires_at, "2026-11-24T01:15:00Z".parse().unwrap());

    let seen = stub.seen.lock().unwrap();
    let (key, sent) = &seen[0];
    assert_eq!(key, "SECRET_KEY sim-secret");
    assert_eq!(sent["cid"], "TC0ONETIME");
    assert_eq!(sent["total_amount"], 25_800);
    assert_eq!(sent["tax_free_amount"], 0);
    assert_eq!(sent["item_name"].as_str().unwrap().chars().count(), 100);
    assert_eq!(sent["approval_url"], "http://shop.test/approve");
}

#[tokio::test]
async fn approve_is_done_only_for_what_was_asked() {
    let (stub, gateway) = Stub::start(200, approved().to_string()).await;
    let Outcome::Done(done) = gateway.confirm(&merchant(), &confirm()).await else { panic!("not done") };
    assert_eq!((done.amount, done.method.as_str()), (Won(25_800), "MONEY"));
    assert_eq!(stub.seen.lock().unwrap()[0].1["total_amount"], 25_800);

    for (field, value) in
        [("tid", json!("T2")), ("partner_order_id", json!("order-2")), ("amount", amount(25_801))]
    {
        let mut other = approved();
        other[field] = value;
        *stub.answer.lock().unwrap() = (200, other.to_string());
        let outcome = gateway.confirm(&merchant(), &confirm()).await;
        assert!(matches!(outcome, Outcome::Unknown(Doubt::Different(_))), "{field}: {outcome:?}");
    }
}

/// What an error answer to `approve` and to `cancel` counts as: `None` is a doubt.
const ERRORS: &[(u16, i64, Option<DeclineKind>, Option<DeclineKind>)] = {
    use DeclineKind::{Expired, Merchant, Mismatch, ProofRejected, UnknownPayment};
    &[
        (400, -701, Some(ProofRejected), None),
        (400, -702, None, None),
        (400, -703, Some(Mismatch), None),
        (400, -704, Some(Mismatch), None),
        (400, -705, Some(Mismatch), None),
        (400, -706, Some(ProofRejected), None),
        (400, -707, Some(ProofRejected), None),
        (400, -708, Some(ProofRejected), None),
        (400, -710, None, None),
        (400, -711, None, None),
        (400, -721, Some(UnknownPayment), Some(UnknownPayment)),
        (400, -722, Some(Mismatch), None),
        (400, -723, Some(Expired), None),
        (400, -724, Some(Mismatch), None),
        (400, -725, Some(Mismatch), None),
        (400, -726, Some(Mismatch), None),
        (400, -730, Some(Merchant), Some(Merchant)),
        (400, -731, Some(Merchant), Some(Merchant)),
        (400, -732, Some(Merchant), Some(Merchant)),
        (400, -733, Some(Merchant), Some(Merchant)),
        (400, -780, None, None),
        (400, -781, None, None),
        (400, -783, None, None),
        (400, -784, None, None),
        (400, -785, None, None),
        (400, -797, None, None),
        (400, -798, Some(Merchant), Some(Merchant)),
        (400, -799, Some(Merchant), Some(Merchant)),
        (400, -400, None, None),
        (401, -401, Some(Merchant), Some(Merchant)),
        (403, -403, Some(Merchant), Some(Merchant)),
        (404, -404, None, None),
        (429, -429, None, None),
        (500, -500, None, None),
        (503, -503, None, None),
        (400, -99_999, None, None),
    ]
};

fn verdict<T>(outcome: Outcome<T>) -> Option<DeclineKind> {
    match outcome {
        Outcome::Done(_) => panic!("an error answer is never a success"),
        Outcome::Declined(decline) => Some(decline.kind),
        Outcome::Unknown(_) => None,
    }
}

#[tokio::test]
async fn every_error_code_is_a_certain_no_or_a_doubt() {
    let (stub, gateway) = Stub::start(400, "").await;
    for &(status, code, of_confirm, of_cancel) in ERRORS {
        let bodies = [
            json!({"error_code": code, "error_message": "approval failure!",
                   "extras": {"method_result_code": "USER_LOCKED", "method_result_message": "x"}}),
            json!({"code": code, "msg": "approval failure!"}),
            json!({"error_code": code.to_string()}),
        ];
        for body in bodies {
            *stub.answer.lock().unwrap() = (status, body.to_string());
            assert_eq!(verdict(gateway.confirm(&merchant(), &confirm()).await), of_confirm, "approve {body}");
            assert_eq!(verdict(gateway.cancel(&merchant(), &cancel()).await), of_cancel, "cancel {body}");
            let begun = gateway.begin(&merchant(), &order()).await.unwrap_err();
            assert_eq!(matches!(begun, BeginError::Declined(_)), of_confirm.is_some(), "ready {body}");
            let looked = gateway.lookup(&merchant(), "T1").await.unwrap_err();
            assert_eq!(matches!(looked, LookupError::UnknownPayment), code == -721, "order {body}");
        }
    }
}

#[tokio::test]
async fn the_reason_of_a_refusal_is_kept_for_the_log() {
    let body = json!({"error_code": -780, "error_message": "approval failure!",
                      "extras": {"method_result_code": "BANK_FIRM_UNKNOWN"}});
    let (_stub, gateway) = Stub::start(400, body.to_string()).await;
    let Outcome::Unknown(doubt) = gateway.confirm(&merchant(), &confirm()).await else { panic!() };
    assert_eq!(doubt.to_string(), "the gateway answered 400: -780 approval failure! / BANK_FIRM_UNKNOWN");
}

#[tokio::test]
async fn unreadable_answers_are_doubts() {
    let too_long = format!("{}{}", " ".repeat(70_000), approved());
    for (status, body) in [
        (200, String::new()),
        (200, "<html>".to_owned()),
        (200, too_long),
        (502, "bad gateway".to_owned()),
        (302, "{}".to_owned()),
        (400, "{}".to_owned()),
    ] {
        let (_stub, gateway) = Stub::start(status, body).await;
        let outcome = gateway.confirm(&merchant(), &confirm()).await;
        assert!(matches!(outcome, Outcome::Unknown(Doubt::Unreadable { .. })), "{status}: {outcome:?}");
    }
}

#[tokio::test]
async fn silence_is_a_doubt() {
    // Nobody there at all.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = gateway(&format!("http://{}", free.local_addr().unwrap()));
    drop(free);
    // Takes the request and hangs up; takes the request and says nothing.
    let (hangs_up, listener) = silent().await;
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _read = socket.read(&mut [0; 4096]).await;
        }
    });
    let (mute, listener) = silent().await;
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            kept.push(socket);
        }
    });
    for (name, gateway) in [("nobody", nobody), ("hangs up", hangs_up), ("mute", mute)] {
        let confirmed = gateway.confirm(&merchant(), &confirm()).await;
        assert!(matches!(confirmed, Outcome::Unknown(Doubt::Silent(_))), "{name}: {confirmed:?}");
        let cancelled = gateway.cancel(&merchant(), &cancel()).await;
        assert!(matches!(cancelled, Outcome::Unknown(Doubt::Silent(_))), "{name}: {cancelled:?}");
        let begun = gateway.begin(&merchant(), &order()).await;
        assert!(matches!(begun, Err(BeginError::Unavailable(_))), "{name}: {begun:?}");
        let looked = gateway.lookup(&merchant(), "T1").await;
        assert!(matches!(looked, Err(LookupError::Unavailable(_))), "{name}: {looked:?}");
    }
}

async fn silent() -> (AnyGateway, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (gateway(&format!("http://{}", listener.local_addr().unwrap())), listener)
}

#[tokio::test]
async fn look_up_reads_every_status() {
    use PaymentState::{Cancelled, Failed, InProgress, Paid, PartCancelled};
    let (stub, gateway) = Stub::start(200, "").await;
    for (status, state, cancellable) in [
        ("READY", InProgress, 0),
        ("SEND_TMS", InProgress, 0),
        ("OPEN_PAYMENT", InProgress, 0),
        ("SELECT_METHOD", InProgress, 0),
        ("ARS_WAITING", InProgress, 0),
        ("AUTH_PASSWORD", InProgress, 0),
        ("SUCCESS_PAYMENT", Paid, 25_800),
        ("PART_CANCEL_PAYMENT", PartCancelled, 25_800),
        ("CANCEL_PAYMENT", Cancelled, 0),
        ("FAIL_AUTH_PASSWORD", Failed, 0),
        ("QUIT_PAYMENT", Failed, 0),
        ("FAIL_PAYMENT", Failed, 0),
    ] {
        *stub.answer.lock().unwrap() = (200, looked_up(status).to_string());
        let lookup = gateway.lookup(&merchant(), "T1234567890123456789").await.unwrap();
        assert_eq!(lookup.state, state, "{status}");
        assert_eq!(lookup.cancellable, Won(cancellable), "{status}");
        assert_eq!((lookup.amount, lookup.cancelled), (Won(25_800), Won(0)), "{status}");
        assert_eq!((lookup.order_id.as_str(), lookup.user_id.as_deref()), ("order-1", Some("shopper-1")));
        assert_eq!(lookup.method, "CARD");
    }
    let mut part = looked_up("PART_CANCEL_PAYMENT");
    part["canceled_amount"] = amount(5_800);
    part["cancel_available_amount"] = amount(20_000);
    *stub.answer.lock().unwrap() = (200, part.to_string());
    let lookup = gateway.lookup(&merchant(), "T1234567890123456789").await.unwrap();
    assert_eq!((lookup.cancelled, lookup.cancellable), (Won(5_800), Won(20_000)));
    // A status that nobody knows yet decides nothing.
    *stub.answer.lock().unwrap() = (200, looked_up("NEW_STATUS").to_string());
    assert!(matches!(
        gateway.lookup(&merchant(), "T1234567890123456789").await,
        Err(LookupError::Unavailable(_))
    ));
}

#[tokio::test]
async fn cancel_says_what_it_expects_and_checks_what_it_gets() {
    let body = json!({
        "aid": "A2", "tid": "T1234567890123456789", "status": "CANCEL_PAYMENT",
        "amount": amount(25_800), "approved_cancel_amount": amount(25_800),
        "canceled_amount": amount(25_800), "cancel_available_amount": amount(0),
    });
    let (stub, gateway) = Stub::start(200, body.to_string()).await;
    let Outcome::Done(done) = gateway.cancel(&merchant(), &cancel()).await else { panic!("not done") };
    assert_eq!((done.amount, done.remaining), (Won(25_800), Won(0)));
    assert_eq!(stub.seen.lock().unwrap()[0].1["cancel_available_amount"], 25_800);

    let mut other = body;
    other["approved_cancel_amount"] = amount(100);
    *stub.answer.lock().unwrap() = (200, other.to_string());
    let outcome = gateway.cancel(&merchant(), &cancel()).await;
    assert!(matches!(outcome, Outcome::Unknown(Doubt::Different(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_moves_nothing() {
    let (stub, gateway) = Stub::start(200, approved().to_string()).await;
    let merchant = Merchant { id: "TC0ONETIME".into(), key: "line\nbreak".into() };
    assert_eq!(verdict(gateway.confirm(&merchant, &confirm()).await), Some(DeclineKind::Merchant));
    assert!(stub.seen.lock().unwrap().is_empty());
}

#[test]
fn a_base_url_without_a_host_is_refused() {
    for url in ["", "open-api.kakaopay.com", "file:///etc"] {
        assert!(KakaoPay::new(url, Timeouts::default()).is_err(), "{url}");
    }
}
