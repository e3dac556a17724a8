//! The four calls of a shop.

use std::collections::BTreeMap;

use e2e_kakao_sim::{TEST_CID, TEST_KEY, TOTAL_MAX};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Server, approve_body, cancel_body, ready_body, with};

#[tokio::test]
async fn a_payment_goes_from_ready_to_cancelled() {
    let server = Server::start().await;
    let caller = &server.caller;
    let (_, ready) = caller.pay("ready", &ready_body(json!({ "item_code": "C1" }))).await;
    let tid = ready["tid"].as_str().unwrap().to_owned();
    assert_eq!(tid.len(), 20);
    assert_eq!(ready["created_at"], "2026-11-24T09:50:00");
    assert_eq!(ready["next_redirect_pc_url"], format!("{}/pay/{tid}/pc", caller.base));
    assert_eq!(ready["next_redirect_mobile_url"], format!("{}/pay/{tid}/mobile", caller.base));
    let order = caller.order(&tid).await;
    assert_eq!(order["status"], "READY");
    assert_eq!(order["cancel_available_amount"]["total"], 0);
    assert_eq!(order["payment_action_details"], json!([]));
    assert!(order.get("approved_at").is_none());

    assert_eq!(caller.get(&format!("/pay/{tid}/pc")).await.status(), 200);
    assert_eq!(caller.status(&tid).await, "OPEN_PAYMENT");
    let token = caller.authenticate(&tid).await;
    assert_eq!(caller.status(&tid).await, "AUTH_PASSWORD");

    server.clock.advance(SignedDuration::from_secs(60));
    let (status, approved) =
        caller.pay("approve", &with(approve_body(&tid, &token), json!({ "payload": "메모" }))).await;
    assert_eq!(status, 200, "{approved}");
    let amount = json!({
        "total": 11_000, "tax_free": 0, "vat": 1_000, "point": 0, "discount": 0, "green_deposit": 0,
    });
    assert_eq!(approved["amount"], amount);
    assert_eq!(approved["item_code"], "C1");
    assert_eq!(approved["payload"], "메모");
    assert_eq!(approved["payment_method_type"], "MONEY");
    assert_eq!(approved["approved_at"], "2026-11-24T09:51:00");
    assert!(approved.get("status").is_none() && approved.get("card_info").is_none());

    let (_, part) = caller.pay("cancel", &cancel_body(&tid, 1_100)).await;
    assert_eq!(part["status"], "PART_CANCEL_PAYMENT");
    assert_eq!(part["approved_cancel_amount"]["vat"], 100);
    assert_eq!(part["canceled_amount"]["total"], 1_100);
    assert_eq!(part["cancel_available_amount"]["total"], 9_900);
    let rest = with(cancel_body(&tid, 9_900), json!({ "cancel_available_amount": 9_900 }));
    let (_, whole) = caller.pay("cancel", &rest).await;
    assert_eq!(whole["status"], "CANCEL_PAYMENT");
    assert_eq!(whole["canceled_amount"], amount);
    assert_eq!(whole["cancel_available_amount"]["vat"], 0);

    let order = caller.order(&tid).await;
    assert_eq!(order["status"], "CANCEL_PAYMENT");
    assert_eq!(order["canceled_at"], "2026-11-24T09:51:00");
    let actions = order["payment_action_details"].as_array().unwrap();
    let kinds: Vec<_> =
        actions.iter().map(|a| (a["payment_action_type"].as_str().unwrap(), &a["amount"])).collect();
    assert_eq!(kinds, [("PAYMENT", &json!(11_000)), ("CANCEL", &json!(1_100)), ("CANCEL", &json!(9_900))]);
}

#[tokio::test]
async fn a_card_payment_names_the_card() {
    let server = Server::start().await;
    let caller = &server.caller;
    let tid = caller.ready(json!({ "payment_method_type": "CARD", "install_month": 3 })).await;
    let token = caller.authenticate(&tid).await;
    let (_, approved) = caller.pay("approve", &approve_body(&tid, &token)).await;
    assert_eq!(approved["payment_method_type"], "CARD");
    assert_eq!(approved["card_info"]["install_month"], "03");
    assert_eq!(caller.order(&tid).await["selected_card_info"]["install_month"], 3);
}

#[tokio::test]
async fn numbers_may_come_as_strings_and_fields_nobody_knows_are_ignored() {
    let server = Server::start().await;
    let changes = json!({ "quantity": "2", "total_amount": "11000", "vat_amount": "0", "x_field": [1] });
    let tid = server.caller.paid(changes).await;
    let order = server.caller.order(&tid).await;
    assert_eq!((order["quantity"].as_i64(), order["amount"]["vat"].as_i64()), (Some(2), Some(0)));
}

#[tokio::test]
async fn a_bad_ready_is_refused() {
    let server = Server::start().await;
    let check = async |changes: Value, code: i64| {
        let (status, found) = server.caller.refusal("ready", &ready_body(changes.clone())).await;
        assert_eq!((status, found), (400, code), "{changes}");
    };
    for field in ["cid", "partner_order_id", "partner_user_id", "item_name", "quantity", "total_amount"] {
        check(json!({ field: null }), -400).await;
    }
    check(json!({ "tax_free_amount": null }), -400).await;
    check(json!({ "approval_url": null }), -400).await;
    check(json!({ "total_amount": "many" }), -400).await;
    check(json!({ "total_amount": 1.5 }), -400).await;
    check(json!({ "payment_method_type": "COIN" }), -400).await;
    check(json!({ "cid": "NOSUCHCID0" }), -731).await;
    check(json!({ "cid_secret": "x" }), -733).await;
    check(json!({ "partner_order_id": "" }), -726).await;
    check(json!({ "partner_user_id": "u".repeat(101) }), -726).await;
    check(json!({ "item_name": "가".repeat(101) }), -726).await;
    check(json!({ "quantity": 0 }), -726).await;
    check(json!({ "install_month": 13 }), -726).await;
    check(json!({ "cancel_url": "/relative" }), -726).await;
    check(json!({ "approval_url": "https://shop.example/approve" }), -799).await;
    check(json!({ "total_amount": 0 }), -722).await;
    check(json!({ "total_amount": -1 }), -722).await;
    check(json!({ "tax_free_amount": 11_001 }), -722).await;
    check(json!({ "vat_amount": 11_001 }), -722).await;
    check(json!({ "green_deposit": -1 }), -722).await;
    check(json!({ "total_amount": TOTAL_MAX + 1 }), -797).await;
}

#[tokio::test]
async fn a_call_needs_the_key_of_its_cid() {
    let server = Server::start().await;
    let caller = &server.caller;
    let merchant = json!({ "cid": "HANBIT0001", "key": "sim-hanbit", "name": "한빛커피로스터스" });
    assert_eq!(caller.json(Method::POST, "/_sim/merchants", &merchant).await.0, 204);
    let hanbit = ready_body(json!({ "cid": "HANBIT0001" }));
    let check = async |authorization: Option<&str>, body: &Value, status: u16, code: Option<i64>| {
        let (found, body) = caller.pay_as(authorization, "ready", body).await.unwrap();
        assert_eq!((found, body["error_code"].as_i64()), (status, code), "{authorization:?}");
    };
    check(None, &hanbit, 400, Some(-400)).await;
    check(Some("SECRET_KEY"), &hanbit, 401, Some(-401)).await;
    check(Some("SECRET_KEY sim-nobody"), &hanbit, 401, Some(-401)).await;
    check(Some("KakaoAK sim-hanbit"), &hanbit, 401, Some(-401)).await;
    check(Some(&format!("SECRET_KEY {TEST_KEY}")), &hanbit, 400, Some(-731)).await;
    check(Some("SECRET_KEY sim-hanbit"), &hanbit, 200, None).await;
    check(Some("DEV_SECRET_KEY sim-hanbit"), &hanbit, 200, None).await;

    let tid = caller.ready(json!({})).await;
    for (call, body) in [
        ("approve", approve_body(&tid, "x")),
        ("order", json!({ "tid": tid })),
        ("cancel", cancel_body(&tid, 1)),
    ] {
        let body = with(body, json!({ "cid": "HANBIT0001" }));
        let (status, body) = caller.pay_as(Some("SECRET_KEY sim-hanbit"), call, &body).await.unwrap();
        assert_eq!((status, body["error_code"].as_i64()), (400, Some(-731)), "{call}");
    }
}

#[tokio::test]
async fn every_wrong_approve_has_its_code() {
    let server = Server::start().await;
    let caller = &server.caller;
    let tid = caller.ready(json!({})).await;
    assert_eq!(caller.refusal("approve", &approve_body(&tid, "none")).await, (400, -701));
    let token = caller.authenticate(&tid).await;
    let body = approve_body(&tid, &token);
    let check = async |changes: Value, code: i64| {
        let found = caller.refusal("approve", &with(body.clone(), changes.clone())).await;
        assert_eq!(found, (400, code), "{changes}");
    };
    check(json!({ "tid": "T0000000000000000000" }), -721).await;
    check(json!({ "cid": "NOSUCHCID0" }), -731).await;
    check(json!({ "cid_secret": "x" }), -733).await;
    check(json!({ "partner_order_id": "order-2" }), -706).await;
    check(json!({ "partner_user_id": "user-2" }), -707).await;
    check(json!({ "pg_token": "P0000000000000000000" }), -708).await;
    check(json!({ "total_amount": 10_999 }), -725).await;
    check(json!({ "payload": "p".repeat(201) }), -726).await;
    check(json!({ "pg_token": null }), -400).await;
    assert_eq!(caller.status(&tid).await, "AUTH_PASSWORD", "no refusal moved money");
    assert_eq!(caller.pay("approve", &with(body.clone(), json!({ "total_amount": null }))).await.0, 200);
    check(json!({}), -702).await;
    assert_eq!(caller.pay("cancel", &cancel_body(&tid, 11_000)).await.0, 200);
    check(json!({}), -783).await;

    let quit = caller.ready(json!({})).await;
    let token = caller.authenticate(&quit).await;
    caller.form(&format!("/pay/{quit}/quit"), &[]).await;
    assert_eq!(caller.status(&quit).await, "QUIT_PAYMENT");
    assert_eq!(caller.refusal("approve", &approve_body(&quit, &token)).await, (400, -783));

    let late = caller.ready(json!({})).await;
    let token = caller.authenticate(&late).await;
    server.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(caller.refusal("approve", &approve_body(&late, &token)).await, (400, -723));
    assert_eq!(caller.status(&late).await, "FAIL_PAYMENT");
}

#[tokio::test]
async fn every_wrong_cancel_has_its_code() {
    let server = Server::start().await;
    let caller = &server.caller;
    let open = caller.ready(json!({})).await;
    assert_eq!(caller.refusal("cancel", &cancel_body(&open, 1)).await, (400, -784));
    let tid = caller.paid(json!({})).await;
    let check = async |amount: i64, changes: Value, code: i64| {
        let found = caller.refusal("cancel", &with(cancel_body(&tid, amount), changes.clone())).await;
        assert_eq!(found, (400, code), "{amount} {changes}");
    };
    check(0, json!({}), -722).await;
    check(11_001, json!({}), -711).await;
    check(1_100, json!({ "cancel_available_amount": 1_100 }), -722).await;
    check(1_100, json!({ "cancel_tax_free_amount": 1 }), -722).await;
    check(1_100, json!({ "cancel_vat_amount": 1_101 }), -722).await;
    check(1_100, json!({ "payload": "p".repeat(201) }), -726).await;
    check(1_100, json!({ "tid": "T0" }), -721).await;
    check(1_100, json!({ "cancel_amount": null }), -400).await;
    assert_eq!(caller.pay("cancel", &cancel_body(&tid, 1_100)).await.0, 200);
    check(9_901, json!({}), -710).await;
    // A retry that says what it believed to be left does no harm.
    check(1_100, json!({ "cancel_available_amount": 11_000 }), -722).await;
    assert_eq!(caller.order(&tid).await["canceled_amount"]["total"], 1_100);
    assert_eq!(caller.pay("cancel", &cancel_body(&tid, 9_900)).await.0, 200);
    check(1, json!({}), -784).await;
}

#[tokio::test]
async fn of_many_approves_at_once_one_takes_the_money() {
    let server = Server::start().await;
    let caller = &server.caller;
    let tid = caller.ready(json!({})).await;
    let token = caller.authenticate(&tid).await;
    caller.fault(json!({ "target": "approve", "fault": "delayMs", "ms": 300, "times": null })).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (caller, body) = (caller.clone(), approve_body(&tid, &token));
        tries.spawn(async move { caller.pay("approve", &body).await.1["error_code"].as_i64().unwrap_or(0) });
    }
    let mut codes = BTreeMap::new();
    for code in tries.join_all().await {
        *codes.entry(code).or_insert(0) += 1;
    }
    assert_eq!(codes.get(&0), Some(&1), "{codes:?}");
    assert!(codes.contains_key(&-785), "{codes:?}");
    assert_eq!(codes.keys().filter(|code| ![0, -702, -785].contains(code)).count(), 0, "{codes:?}");
    let order = caller.order(&tid).await;
    assert_eq!(order["payment_action_details"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn of_many_cancels_at_once_no_more_than_the_payment_goes_back() {
    let server = Server::start().await;
    let caller = &server.caller;
    let tid = caller.paid(json!({})).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (caller, tid) = (caller.clone(), tid.clone());
        tries.spawn(async move { caller.pay("cancel", &cancel_body(&tid, 5_500)).await.0 });
    }
    let done = tries.join_all().await.into_iter().filter(|status| *status == 200).count();
    let order = caller.order(&tid).await;
    assert!((1..=2).contains(&done));
    assert_eq!(order["canceled_amount"]["total"], 5_500 * i64::try_from(done).unwrap());
    assert_eq!(order["payment_action_details"].as_array().map(Vec::len), Some(1 + done));
}

#[tokio::test]
async fn a_body_that_is_no_json_or_too_large_is_refused() {
    let server = Server::start().await;
    assert_eq!(server.caller.refusal("ready", &json!("text")).await, (400, -400));
    assert_eq!(server.caller.refusal("order", &json!([])).await, (400, -400));
    let large = json!({ "cid": TEST_CID, "tid": "T".repeat(70_000) });
    assert_eq!(server.caller.refusal("order", &large).await, (400, -400));
}
