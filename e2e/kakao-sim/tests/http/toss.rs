//! Toss Payments: the window, the idempotency keys and the journal. What the calls mean to a shop is tested with the
//! platform's own client.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use e2e_kakao_sim::{TOSS_CLIENT_KEY, TOSS_SECRET_KEY};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, Hands, Server, answer, location, query};

const ORDER: &str = "order-0001";
const SUCCESS: &str = "http://hanbit.ddib.localhost:8080/payment/orders/1/approve";

fn opening() -> Vec<(&'static str, &'static str)> {
    vec![
        ("clientKey", TOSS_CLIENT_KEY),
        ("orderId", ORDER),
        ("orderName", "드립백 <세트>"),
        ("amount", "11000"),
        ("successUrl", SUCCESS),
        ("failUrl", "http://hanbit.ddib.localhost:8080/payment/orders/1/fail"),
    ]
}

/// Agrees in the window; the key of the payment.
async fn agree(caller: &Caller) -> String {
    let reply = caller.form("/toss/window", &opening()).await;
    assert_eq!(reply.status(), 303);
    query(&location(&reply), "paymentKey").unwrap()
}

async fn call(caller: &Caller, path: &str, idempotency_key: &str, body: &Value) -> (u16, Value) {
    let request = reqwest::Client::new()
        .post(format!("{}/toss/v1/payments/{path}", caller.base))
        .header("authorization", format!("Basic {}", STANDARD.encode(format!("{TOSS_SECRET_KEY}:"))))
        .header("idempotency-key", idempotency_key)
        .json(body);
    answer(request.send().await.unwrap()).await
}

fn confirm_body(key: &str) -> Value {
    json!({ "paymentKey": key, "orderId": ORDER, "amount": 11_000 })
}

async fn payments(caller: &Caller) -> Value {
    answer(caller.get("/_sim/toss/payments").await).await.1["items"].clone()
}

#[tokio::test]
async fn the_window_shows_the_bill_and_leads_back() {
    let server = Server::start().await;
    let caller = &server.caller;
    let address: String =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(opening()).finish();
    let page = caller.get(&format!("/toss/window?{address}")).await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("11,000") && page.contains("드립백 &#60;세트&#62;"), "{page}");
    assert_eq!(payments(caller).await, json!([]), "looking makes no payment");

    let quit = location(&caller.form("/toss/window/quit", &opening()).await);
    assert_eq!(query(&quit, "code").as_deref(), Some("PAY_PROCESS_CANCELED"));
    assert_eq!(query(&quit, "orderId").as_deref(), Some(ORDER));
    let back = location(&caller.form("/toss/window", &opening()).await);
    assert!(back.as_str().starts_with(SUCCESS));
    assert_eq!(
        (query(&back, "orderId").as_deref(), query(&back, "amount").as_deref()),
        (Some(ORDER), Some("11000"))
    );
    assert_eq!(payments(caller).await[0]["status"], "IN_PROGRESS");

    for (field, value) in [
        ("clientKey", "test_ck_nobody"),
        ("orderId", "a b c d e f"),
        ("amount", "0"),
        ("amount", "1.5"),
        ("orderName", ""),
        ("successUrl", "javascript:alert(1)"),
        ("failUrl", "/relative"),
    ] {
        let mut fields = opening();
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        assert_eq!(caller.form("/toss/window", &fields).await.status(), 400, "{field}={value}");
    }
}

#[tokio::test]
async fn an_idempotency_key_gives_the_first_answer_again() {
    let server = Server::start().await;
    let caller = &server.caller;
    let key = agree(caller).await;
    // A refusal too.
    let wrong = json!({ "paymentKey": key, "orderId": ORDER, "amount": 1 });
    let refused = call(caller, "confirm", "a", &wrong).await;
    assert_eq!((refused.0, refused.1["code"].as_str()), (403, Some("FORBIDDEN_REQUEST")));
    assert_eq!(call(caller, "confirm", "a", &confirm_body(&key)).await, refused);

    let done = call(caller, "confirm", "b", &confirm_body(&key)).await;
    assert_eq!((done.0, done.1["status"].as_str()), (200, Some("DONE")));
    assert_eq!(call(caller, "confirm", "b", &confirm_body(&key)).await, done);
    let again = call(caller, "confirm", "c", &confirm_body(&key)).await;
    assert_eq!((again.0, again.1["code"].as_str()), (400, Some("ALREADY_PROCESSED_PAYMENT")));

    let part = json!({ "cancelReason": "변심", "cancelAmount": 1_000 });
    let path = format!("{key}/cancel");
    let cancelled = call(caller, &path, "d", &part).await;
    assert_eq!((cancelled.0, cancelled.1["balanceAmount"].as_i64()), (200, Some(10_000)));
    assert_eq!(call(caller, &path, "d", &part).await, cancelled, "given back once");
    assert_eq!(call(caller, &path, "e", &part).await.1["balanceAmount"], 9_000);
    assert_eq!(call(caller, &path, &"x".repeat(301), &part).await.1["code"], "INVALID_IDEMPOTENCY_KEY");
    assert_eq!(payments(caller).await[0]["cancelled"], 2_000);
}

#[tokio::test]
async fn a_second_confirmation_at_the_same_moment_takes_nothing_more() {
    let server = Server::start().await;
    let caller = &server.caller;
    let key = agree(caller).await;
    caller.fault(json!({ "target": "tossConfirm", "fault": "delayMs", "ms": 200, "times": 2 })).await;
    let body = confirm_body(&key);
    let (first, second) =
        tokio::join!(call(caller, "confirm", "a", &body), call(caller, "confirm", "b", &body));
    let mut statuses = [first.0, second.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{first:?} {second:?}");
    assert_eq!(payments(caller).await[0]["status"], "DONE");
}

#[tokio::test]
async fn keys_and_shops_are_checked() {
    let server = Server::start().await;
    let caller = &server.caller;
    let key = agree(caller).await;
    let url = format!("{}/toss/v1/payments/confirm", caller.base);
    for authorization in
        ["", "Basic !", "Basic c3RyYW5nZXI6", "Basic dGVzdF9za19zaW0=", "SECRET_KEY test_sk_sim"]
    {
        let request = reqwest::Client::new().post(&url).header("authorization", authorization);
        let (status, body) = answer(request.json(&confirm_body(&key)).send().await.unwrap()).await;
        assert_eq!((status, body["code"].as_str()), (401, Some("UNAUTHORIZED_KEY")), "{authorization:?}");
    }
    for merchant in [
        json!({ "clientKey": "live_ck_1", "secretKey": "test_sk_1" }),
        json!({ "clientKey": "test_ck_1", "secretKey": "sk" }),
        json!({ "clientKey": "test_ck_1", "secretKey": "test_sk_1", "name": " " }),
    ] {
        assert_eq!(caller.json(Method::POST, "/_sim/toss/merchants", &merchant).await.0, 422, "{merchant}");
    }
    let switch = json!({ "target": "tossConfirm", "fault": "error702" });
    assert_eq!(caller.json(Method::PUT, "/_sim/faults", &switch).await.0, 422);
}

#[tokio::test]
async fn payments_and_answers_survive_a_restart() {
    let server = Server::start().await;
    let caller = &server.caller;
    let key = agree(caller).await;
    let done = call(caller, "confirm", "a", &confirm_body(&key)).await;
    let before = payments(caller).await;
    let copy = tempfile::tempdir().unwrap();
    let journal = server.dir.as_ref().unwrap().path().join("journal.jsonl");
    std::fs::copy(journal, copy.path().join("journal.jsonl")).unwrap();
    let again = Server::on(copy.path(), Hands::new()).await;
    assert_eq!(payments(&again.caller).await, before);
    assert_eq!(call(&again.caller, "confirm", "a", &confirm_body(&key)).await, done);
}
