//! `/_sim`: merchants, payments and people.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Server, answer, cancel_body};

async fn get(server: &Server, path: &str) -> (u16, Value) {
    answer(server.caller.get(path).await).await
}

#[tokio::test]
async fn payments_tell_the_truth_page_by_page() {
    let server = Server::start().await;
    let caller = &server.caller;
    let mut tids = Vec::new();
    for number in 0..7 {
        tids.push(caller.ready(json!({ "partner_order_id": format!("order-{}", number % 2) })).await);
    }
    let paid = caller.paid(json!({})).await;
    caller.pay("cancel", &cancel_body(&paid, 1_000)).await;
    tids.push(paid.clone());

    let (mut seen, mut cursor) = (Vec::new(), Some("0".to_owned()));
    while let Some(at) = cursor {
        let (_, page) = get(&server, &format!("/_sim/payments?limit=3&cursor={at}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|p| p["tid"].as_str().unwrap().to_owned()));
        cursor = page["nextCursor"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, tids);

    let (_, page) = get(&server, "/_sim/payments?cid=TC0ONETIME&order=order-0").await;
    assert_eq!(page["items"].as_array().map(Vec::len), Some(4));
    let (_, page) = get(&server, "/_sim/payments?cid=OTHER").await;
    assert_eq!(page, json!({ "items": [], "nextCursor": null }));
    let (_, page) = get(&server, "/_sim/payments?cursor=7").await;
    let last = &page["items"][0];
    assert_eq!(last["tid"], paid.as_str());
    assert_eq!(last["status"], "PART_CANCEL_PAYMENT");
    assert_eq!((last["total"].as_i64(), last["cancelled"].as_i64()), (Some(11_000), Some(1_000)));
    assert_eq!((last["order"].as_str(), last["user"].as_str()), (Some("order-1"), Some("user-1")));

    for query in ["limit=0", "limit=1001", "limit=x", "cursor=x", "cursor=-1", "colour=red"] {
        let (status, problem) = get(&server, &format!("/_sim/payments?{query}")).await;
        assert_eq!((status, problem["code"].as_str()), (400, Some("invalid_query")), "{query}");
    }
}

#[tokio::test]
async fn people_are_listed_by_id() {
    let server = Server::start().await;
    server.caller.code("crowd-3", &[]).await;
    let (_, page) = get(&server, "/_sim/people?limit=8").await;
    let ids: Vec<_> = page["items"].as_array().unwrap().iter().map(|p| p["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [1001, 1002, 1003, 1004, 1005, 1011, 1012, 1013]);
    let cursor = page["nextCursor"].as_str().unwrap();
    let (_, page) = get(&server, &format!("/_sim/people?cursor={cursor}")).await;
    assert_eq!(page["items"][0]["nickname"], "손님 3");
    assert_eq!(page["nextCursor"], Value::Null);
}

#[tokio::test]
async fn a_merchant_needs_a_cid_and_a_test_key() {
    let server = Server::start().await;
    let register = async |body: Value| server.caller.json(Method::POST, "/_sim/merchants", &body).await;
    for body in [
        json!({ "cid": "SHORT", "key": "sim-a" }),
        json!({ "cid": "HANBIT-001", "key": "sim-a" }),
        json!({ "cid": "HANBIT0001", "key": "PRD0123" }),
        json!({ "cid": "HANBIT0001", "key": "sim-has space" }),
        json!({ "cid": "HANBIT0001", "key": format!("sim-{}", "k".repeat(100)) }),
        json!({ "cid": "HANBIT0001", "key": "sim-a", "name": " " }),
        json!({ "cid": "HANBIT0001", "key": "sim-a", "extra": 1 }),
        json!({ "cid": "HANBIT0001" }),
    ] {
        let (status, problem) = register(body.clone()).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some("invalid_body")), "{body}");
    }
    for key in ["sim-a", "DEV0123456789", "sim-a", "sim-a"] {
        assert_eq!(register(json!({ "cid": "HANBIT0001", "key": key })).await.0, 204, "{key}");
    }
}
