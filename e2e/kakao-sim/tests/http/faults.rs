//! Every fault that can be switched on, and what is true behind its answer.

use std::time::{Duration, Instant};

use e2e_kakao_sim::TEST_CID;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, Server, approve_body, cancel_body, ready_body};

const KEY: Option<&str> = Some("SECRET_KEY sim-secret");

/// A payment that waits for its approve: the TID and the body of the approve.
async fn authenticated(caller: &Caller) -> (String, Value) {
    let tid = caller.ready(json!({})).await;
    let token = caller.authenticate(&tid).await;
    let body = approve_body(&tid, &token);
    (tid, body)
}

#[tokio::test]
async fn a_dropped_reply_leaves_the_money_taken() {
    let server = Server::start().await;
    let caller = &server.caller;
    let (tid, body) = authenticated(caller).await;
    caller.fault(json!({ "target": "approve", "fault": "dropReply", "times": 1 })).await;
    assert!(caller.pay_as(KEY, "approve", &body).await.is_err());
    assert_eq!(caller.status(&tid).await, "SUCCESS_PAYMENT");
    assert_eq!(caller.refusal("approve", &body).await, (400, -702));

    caller.fault(json!({ "target": "cancel", "fault": "dropReply", "times": 1 })).await;
    assert!(caller.pay_as(KEY, "cancel", &cancel_body(&tid, 11_000)).await.is_err());
    assert_eq!(caller.status(&tid).await, "CANCEL_PAYMENT");

    caller.fault(json!({ "target": "ready", "fault": "dropReply", "times": 1 })).await;
    assert!(caller.pay_as(KEY, "ready", &ready_body(json!({}))).await.is_err());
    caller.fault(json!({ "target": "order", "fault": "dropReply", "times": 1 })).await;
    let look = json!({ "cid": TEST_CID, "tid": tid });
    assert!(caller.pay_as(KEY, "order", &look).await.is_err());
    assert_eq!(caller.pay("order", &look).await.0, 200);
}

#[tokio::test]
async fn a_dropped_request_leaves_everything_as_it_was() {
    let server = Server::start().await;
    let caller = &server.caller;
    let (tid, body) = authenticated(caller).await;
    let switch = json!({ "target": "approve", "fault": "dropReply", "times": 1, "applied": false });
    caller.fault(switch).await;
    assert!(caller.pay_as(KEY, "approve", &body).await.is_err());
    assert_eq!(caller.status(&tid).await, "AUTH_PASSWORD");
    assert_eq!(caller.pay("approve", &body).await.0, 200);
}

#[tokio::test]
async fn a_delayed_approve_finishes_although_the_shop_has_gone() {
    let server = Server::start().await;
    let caller = &server.caller;
    let (tid, body) = authenticated(caller).await;
    caller.fault(json!({ "target": "approve", "fault": "delayMs", "ms": 600, "times": 1 })).await;
    let given_up = tokio::time::timeout(Duration::from_millis(150), caller.pay("approve", &body)).await;
    assert!(given_up.is_err());
    assert_eq!(caller.status(&tid).await, "AUTH_PASSWORD", "still under way");
    assert_eq!(caller.refusal("approve", &body).await, (400, -785));
    let reply = caller.form(&format!("/pay/{tid}/quit"), &[]).await;
    assert!(
        reply.headers()["location"].to_str().unwrap().contains("/approve?from=sim&pg_token="),
        "too late"
    );
    let deadline = Instant::now() + Duration::from_secs(10);
    while caller.status(&tid).await != "SUCCESS_PAYMENT" {
        assert!(Instant::now() < deadline, "the approve never finished");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_delay_hits_every_call() {
    let server = Server::start().await;
    let caller = &server.caller;
    let (tid, body) = authenticated(caller).await;
    for target in ["ready", "approve", "order", "cancel"] {
        caller.fault(json!({ "target": target, "fault": "delayMs", "ms": 80, "times": 1 })).await;
        let started = Instant::now();
        let call = match target {
            "ready" => ready_body(json!({})),
            "approve" => body.clone(),
            "order" => json!({ "cid": TEST_CID, "tid": tid }),
            _ => cancel_body(&tid, 11_000),
        };
        assert_eq!(caller.pay(target, &call).await.0, 200, "{target}");
        assert!(started.elapsed() >= Duration::from_millis(80), "{target}");
    }
}

#[tokio::test]
async fn errors_lie_or_tell_the_truth_as_asked() {
    let server = Server::start().await;
    let caller = &server.caller;
    let check = async |fault: &str, applied: Option<bool>, status: u16, code: i64, after: &str| {
        let (tid, body) = authenticated(caller).await;
        let mut switch = json!({ "target": "approve", "fault": fault, "times": 1 });
        if let Some(applied) = applied {
            switch["applied"] = json!(applied);
        }
        caller.fault(switch).await;
        let (found, answer) = caller.pay("approve", &body).await;
        assert_eq!((found, answer["error_code"].as_i64()), (status, Some(code)), "{fault} {applied:?}");
        assert_eq!(caller.status(&tid).await, after, "{fault} {applied:?}");
        if code == -780 {
            assert_eq!(answer["extras"]["method_result_code"], "USER_LOCKED");
        }
    };
    check("error780", None, 400, -780, "AUTH_PASSWORD").await;
    check("error780", Some(true), 400, -780, "SUCCESS_PAYMENT").await;
    check("error785", None, 400, -785, "SUCCESS_PAYMENT").await;
    check("error785", Some(false), 400, -785, "AUTH_PASSWORD").await;
    check("error702", None, 400, -702, "SUCCESS_PAYMENT").await;
    check("error702", Some(false), 400, -702, "AUTH_PASSWORD").await;
    check("429", None, 429, -429, "AUTH_PASSWORD").await;
    check("503", None, 503, -503, "AUTH_PASSWORD").await;
}

#[tokio::test]
async fn the_old_style_has_another_shape() {
    let server = Server::start().await;
    let caller = &server.caller;
    let tid = caller.paid(json!({})).await;
    caller.fault(json!({ "target": "cancel", "fault": "oldStyle", "times": 1, "applied": true })).await;
    let (status, body) = caller.pay("cancel", &cancel_body(&tid, 11_000)).await;
    assert_eq!((status, body), (400, json!({ "code": -780, "msg": "approval failure!" })));
    assert_eq!(caller.status(&tid).await, "CANCEL_PAYMENT");
}

#[tokio::test]
async fn replies_may_carry_fields_of_a_later_version() {
    let server = Server::start().await;
    let caller = &server.caller;
    caller.fault(json!({ "target": "ready", "fault": "unknownFields", "times": 1 })).await;
    let (status, body) = caller.pay("ready", &ready_body(json!({}))).await;
    assert_eq!(status, 200);
    assert!(body["tid"].is_string() && body["unknown_field"].is_string());
    assert!(caller.pay("ready", &ready_body(json!({}))).await.1.get("unknown_field").is_none());
}

#[tokio::test]
async fn a_call_that_would_be_refused_is_refused_under_a_fault_too() {
    let server = Server::start().await;
    let caller = &server.caller;
    caller.fault(json!({ "target": "approve", "fault": "error702", "times": 1 })).await;
    assert_eq!(caller.refusal("approve", &approve_body("T0", "x")).await, (400, -721));
}

#[tokio::test]
async fn faults_are_listed_replaced_and_cleared() {
    let server = Server::start().await;
    let caller = &server.caller;
    caller.fault(json!({ "target": "order", "fault": "503" })).await;
    caller.fault(json!({ "target": "order", "fault": "503", "times": 2 })).await;
    let (_, on) = caller.json(Method::GET, "/_sim/faults", &json!({})).await;
    assert_eq!(on, json!([{ "target": "order", "fault": "503", "times": 2 }]));
    assert_eq!(caller.json(Method::DELETE, "/_sim/faults", &json!({})).await.0, 204);
    let tid = caller.ready(json!({})).await;
    assert_eq!(caller.status(&tid).await, "READY");

    for switch in [
        json!({ "target": "refund", "fault": "503" }),
        json!({ "target": "order", "fault": "fire" }),
        json!({ "target": "order", "fault": "503", "times": 0 }),
        json!({ "target": "order", "fault": "delayMs" }),
        json!({ "target": "order", "fault": "delayMs", "ms": 999_999 }),
        json!({ "target": "order", "fault": "503", "often": 1 }),
        json!({ "fault": "503" }),
        json!([]),
    ] {
        let (status, problem) = caller.json(Method::PUT, "/_sim/faults", &switch).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some("invalid_body")), "{switch}");
    }
}
