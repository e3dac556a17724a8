//! The payer's pages.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{Server, answer, approve_body, location, query};

const CANCEL: &str = "http://hanbit.ddib.localhost:8080/payment/orders/1/cancel";
const FAIL: &str = "http://hanbit.ddib.localhost:8080/payment/orders/1/fail";

async fn state(server: &Server, tid: &str) -> Value {
    answer(server.caller.get(&format!("/pay/{tid}/state")).await).await.1
}

#[tokio::test]
async fn a_payer_scans_confirms_and_the_computer_follows() {
    let server = Server::start().await;
    let caller = &server.caller;
    let tid = caller.ready(json!({ "total_amount": 1_234_000, "item_name": "<i>의자</i>" })).await;
    let page = caller.get(&format!("/pay/{tid}/pc")).await.text().await.unwrap();
    for text in [
        "1,234,000",
        "&#60;i&#62;의자",
        "시험 가맹점",
        "카카오톡으로 결제하기",
        "15분 00초",
        "오전 10:05까지",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let alone = r#"<noscript><meta http-equiv="refresh" content="3"></noscript>"#;
    assert!(page.contains(alone), "without JavaScript the page follows by coming again");
    assert!(!page.contains("<script>") && !page.contains("style=") && !page.contains("onclick"));
    let picture = caller.get(&format!("/pay/{tid}/qr.svg")).await;
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    assert!(picture.text().await.unwrap().contains("<svg"));
    assert_eq!(state(&server, &tid).await, json!({ "state": "waiting", "next": null }));

    let phone = caller.get(&format!("/pay/{tid}/mobile?via=qr")).await.text().await.unwrap();
    assert!(phone.contains("1,234,000원 결제하기") && phone.contains("value=\"qr\""));
    let done = caller.form(&format!("/pay/{tid}/authenticate"), &[("via", "qr"), ("method", "CARD")]).await;
    assert_eq!(done.status(), 200);
    assert!(done.text().await.unwrap().contains("결제를 확인했어요"));

    let state = state(&server, &tid).await;
    assert_eq!(state["state"], "paid");
    let next = state["next"].as_str().unwrap();
    assert!(next.contains("/payment/orders/1/approve?from=sim&pg_token=P"), "{next}");
    assert_eq!(location(&caller.get(&format!("/pay/{tid}/pc")).await).as_str(), next);
    assert_eq!(caller.order(&tid).await["payment_method_type"], "CARD");
}

#[tokio::test]
async fn confirming_twice_leads_to_the_same_place() {
    let server = Server::start().await;
    let caller = &server.caller;
    let tid = caller.ready(json!({})).await;
    let first = caller.authenticate(&tid).await;
    assert_eq!(caller.authenticate(&tid).await, first);
    assert_eq!(caller.pay("approve", &approve_body(&tid, &first)).await.0, 200);
    assert_eq!(caller.authenticate(&tid).await, first);
    let late = caller.form(&format!("/pay/{tid}/quit"), &[]).await;
    assert_eq!(query(&location(&late), "pg_token"), Some(first), "too late to give up");
    assert_eq!(caller.status(&tid).await, "SUCCESS_PAYMENT");
}

#[tokio::test]
async fn giving_up_and_running_out_of_time_lead_back_to_the_shop() {
    let server = Server::start().await;
    let caller = &server.caller;
    let tid = caller.ready(json!({})).await;
    let reply = caller.form(&format!("/pay/{tid}/quit"), &[]).await;
    assert_eq!((reply.status().as_u16(), location(&reply).as_str()), (303, CANCEL));
    assert_eq!(state(&server, &tid).await, json!({ "state": "quit", "next": CANCEL }));
    let reply = caller.form(&format!("/pay/{tid}/authenticate"), &[]).await;
    assert_eq!(location(&reply).as_str(), CANCEL, "no way back");
    assert_eq!(caller.status(&tid).await, "QUIT_PAYMENT");

    let tid = caller.ready(json!({})).await;
    server.clock.advance(SignedDuration::from_mins(15));
    for path in ["pc", "mobile"] {
        assert_eq!(location(&caller.get(&format!("/pay/{tid}/{path}")).await).as_str(), FAIL);
    }
    for path in ["authenticate", "quit"] {
        let reply = caller.form(&format!("/pay/{tid}/{path}"), &[]).await;
        assert_eq!(location(&reply).as_str(), FAIL, "{path}");
    }
    let phone = caller.get(&format!("/pay/{tid}/mobile?via=qr")).await.text().await.unwrap();
    assert!(phone.contains("결제 시간이 지났어요"));
    assert_eq!(state(&server, &tid).await, json!({ "state": "failed", "next": FAIL }));
}

#[tokio::test]
async fn a_shop_may_limit_the_method() {
    let server = Server::start().await;
    let caller = &server.caller;
    let tid = caller.ready(json!({ "payment_method_type": "MONEY" })).await;
    let page = caller.get(&format!("/pay/{tid}/mobile")).await.text().await.unwrap();
    assert!(page.contains("카카오페이머니") && !page.contains("비씨카드"));
    caller.form(&format!("/pay/{tid}/authenticate"), &[("method", "CARD")]).await;
    assert_eq!(caller.order(&tid).await["payment_method_type"], "MONEY");
}

#[tokio::test]
async fn unknown_payments_and_pages_say_so() {
    let server = Server::start().await;
    let caller = &server.caller;
    for path in ["/pay/T0/pc", "/pay/T0/mobile", "/pay/T0/qr.svg", "/pay/T0/state", "/nowhere"] {
        let reply = caller.get(path).await;
        assert_eq!(reply.status(), 404, "{path}");
        assert!(reply.text().await.unwrap().contains("찾을 수 없어요"), "{path}");
    }
    assert_eq!(caller.form("/pay/T0/authenticate", &[]).await.status(), 404);
    let tid = caller.ready(json!({})).await;
    let reply = caller.form(&format!("/pay/{tid}/authenticate"), &[("method", "GOLD")]).await;
    assert_eq!(reply.status(), 400);
    for path in ["/", "/_static/sim.css", "/_static/pay.js", "/_static/icon.svg", "/toss/script.js"] {
        assert_eq!(caller.get(path).await.status(), 200, "{path}");
    }
}
