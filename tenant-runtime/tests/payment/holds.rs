//! Keeping pieces: never more than there are, never more than a shopper may have, once for each key.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use control_plane_telemetry::problem::Problem;
use futures_util::future::join_all;
use serde_json::json;
use tenant_runtime::payment;
use uuid::Uuid;

use crate::deal::{COFFEE, CUP, Deal, PRICE, Plan, wish};

#[tokio::test]
async fn a_hold_keeps_pieces_and_says_until_when() {
    let deal = Deal::open(Plan::default()).await;
    let shopper = Uuid::new_v4();
    let pass = deal.let_in(shopper).await;
    let held = deal.hold(&pass, "a", COFFEE, 2).await;
    assert_eq!(held.status, StatusCode::CREATED, "{}", held.body);
    assert_eq!(held.body["state"], "held");
    assert_eq!(held.body["amount"], 2 * PRICE);
    assert_eq!(held.body["product"]["name"], "예가체프 200g");
    assert_eq!(held.body["delivery"]["phone"], "+821012345678");
    assert!(held.body["heldUntil"].as_str() > held.body["createdAt"].as_str());
    assert_eq!(deal.stock().await, (8, 2, 0));
    assert_eq!(deal.figures().await.open_holds, 1);

    // With the pass, with the shopper token, and in the list it is the same order.
    for cookie in [pass, deal.signed_in(shopper)] {
        let read = deal.get(&format!("/shop/orders/{}", held.id()), &cookie).await;
        assert_eq!(read.body, held.body);
        let listed = deal.get("/shop/orders", &cookie).await;
        assert_eq!(listed.body, json!({"items": [held.body], "nextCursor": null}));
    }
    let shown = deal.get("/shop/deal", "").await;
    assert_eq!(
        (&shown.body["products"][0]["stock"], &shown.body["products"][0]["left"]),
        (&json!(10), &json!(8))
    );
}

#[tokio::test]
async fn three_hundred_at_once_cannot_oversell() {
    let deal = Deal::open(Plan { stock: 40, per_shopper_max: 2, ..Plan::default() }).await;
    let passes = join_all((0..300).map(|_| deal.let_in(Uuid::new_v4()))).await;
    let holds = passes.iter().enumerate().map(|(n, pass)| {
        let quantity = u32::from(n.is_multiple_of(3)) + 1;
        deal.hold(pass, "a", COFFEE, quantity)
    });
    let answers = join_all(holds).await;
    let mut kept = 0;
    for answer in answers {
        match answer.status {
            StatusCode::CREATED => kept += answer.body["quantity"].as_i64().unwrap(),
            StatusCode::CONFLICT => assert!(matches!(answer.code(), "sold_out" | "stock_short")),
            other => panic!("{other}: {}", answer.body),
        }
    }
    assert_eq!(kept, 40, "everything is kept, and nothing twice");
    assert_eq!(deal.stock().await, (0, 40, 0));
}

#[tokio::test]
async fn one_shopper_cannot_exceed_the_limit_however_fast() {
    let deal = Deal::open(Plan { per_shopper_max: 3, ..Plan::default() }).await;
    let shopper = Uuid::new_v4();
    let pass = deal.let_in(shopper).await;
    let keys: Vec<String> = (0..30).map(|n| format!("key-{n}")).collect();
    let answers = join_all(keys.iter().map(|key| deal.hold(&pass, key, COFFEE, 1))).await;
    let kept = answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count();
    assert_eq!(kept, 3);
    assert!(
        answers.iter().all(|answer| answer.status == StatusCode::CREATED || answer.code() == "limit_reached")
    );
    // Another product has a limit of its own; a piece given back may be taken again.
    assert_eq!(deal.hold(&pass, "cup", CUP, 1).await.status, StatusCode::CREATED);
    let first = answers.iter().find(|answer| answer.status == StatusCode::CREATED).unwrap().id();
    let gone = deal.delete(&format!("/shop/orders/{first}"), &pass).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(deal.hold(&pass, "again", COFFEE, 1).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn the_same_key_is_the_same_order() {
    let deal = Deal::open(Plan::default()).await;
    let pass = deal.let_in(Uuid::new_v4()).await;
    let answers = join_all((0..20).map(|_| deal.hold(&pass, "one", COFFEE, 1))).await;
    let made = answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count();
    assert_eq!(made, 1);
    assert!(answers.iter().all(|answer| answer.status.is_success() && answer.id() == answers[0].id()));
    assert_eq!(deal.stock().await, (9, 1, 0));
    let other = deal.hold(&pass, "one", COFFEE, 2).await;
    assert_eq!((other.status, other.code()), (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"));
    // Another shopper's key is another key.
    let another = deal.let_in(Uuid::new_v4()).await;
    assert_eq!(deal.hold(&another, "one", COFFEE, 1).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn giving_pieces_back_is_only_for_the_unpaid() {
    let deal = Deal::open(Plan::default()).await;
    for ready in [false, true] {
        let (order, cookie) = if ready { deal.ready(2).await } else { deal.held(2).await };
        let path = format!("/shop/orders/{order}");
        for _ in 0..2 {
            assert_eq!(deal.delete(&path, &cookie).await.status, StatusCode::NO_CONTENT);
        }
        let read = deal.get(&path, &cookie).await;
        assert_eq!(
            (&read.body["state"], &read.body["releasedReason"]),
            (&json!("released"), &json!("abandoned"))
        );
        assert_eq!(deal.stock().await, (10, 0, 0));
    }
    let (order, cookie) = deal.paid(1).await;
    let kept = deal.delete(&format!("/shop/orders/{order}"), &cookie).await;
    assert_eq!((kept.status, kept.code()), (StatusCode::CONFLICT, "order_state"));
    assert_eq!(deal.figures().await.open_holds, 0);
}

#[tokio::test]
async fn the_window_the_seal_and_the_place_inside_are_kept() {
    let early = Deal::open(Plan { window: (60, 3_600), ..Plan::default() }).await;
    let pass = early.let_in(Uuid::new_v4()).await;
    assert_eq!(early.hold(&pass, "a", COFFEE, 1).await.code(), "not_open");

    let late = Deal::open(Plan { window: (-3_600, -1), ..Plan::default() }).await;
    let pass = late.let_in(Uuid::new_v4()).await;
    assert_eq!(late.hold(&pass, "a", COFFEE, 1).await.code(), "closed");

    let deal = Deal::open(Plan::default()).await;
    let shopper = Uuid::new_v4();
    let pass = deal.let_in(shopper).await;
    tenant_runtime::queue::steps::leave(&deal.runtime, shopper).await.unwrap();
    let outside = deal.hold(&pass, "a", COFFEE, 1).await;
    assert_eq!((outside.status, outside.code()), (StatusCode::FORBIDDEN, "pass_expired"));

    assert!(payment::seal(&deal.runtime).await.unwrap());
    let pass = deal.let_in(Uuid::new_v4()).await;
    assert_eq!(deal.hold(&pass, "a", COFFEE, 1).await.code(), "sealed");
    assert_eq!(deal.stock().await, (10, 0, 0));
}

#[tokio::test]
async fn a_pause_lets_those_inside_finish_and_a_closed_sale_does_not() {
    let deal = Deal::open(Plan::default()).await;
    let mut settings = deal.runtime.config.settings.clone();
    (settings.generation, settings.paused) = (2, true);
    tenant_runtime::queue::apply_settings(&deal.runtime, &settings).await.unwrap();
    let pass = deal.let_in(Uuid::new_v4()).await;
    assert_eq!(deal.hold(&pass, "a", COFFEE, 1).await.status, StatusCode::CREATED);
    (settings.generation, settings.closed) = (3, true);
    tenant_runtime::queue::apply_settings(&deal.runtime, &settings).await.unwrap();
    assert_eq!(deal.hold(&pass, "b", COFFEE, 1).await.code(), "closed");
}

#[tokio::test]
async fn bad_input_changes_nothing() {
    let deal = Deal::open(Plan::default()).await;
    let pass = deal.let_in(Uuid::new_v4()).await;
    let mut unknown_field = wish(COFFEE, 1);
    unknown_field["price"] = json!(1);
    let mut no_delivery = wish(COFFEE, 1);
    no_delivery.as_object_mut().unwrap().remove("delivery");
    let mut wrong_type = wish(COFFEE, 1);
    wrong_type["quantity"] = json!("two");
    for (what, body) in [("unknown", unknown_field), ("missing", no_delivery), ("wrong type", wrong_type)] {
        let answer = deal.post_with_key("/shop/holds", &pass, Some("k"), &body).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::UNPROCESSABLE_ENTITY, "invalid_body"),
            "{what}"
        );
    }
    for (quantity, status, code) in [
        (0, StatusCode::UNPROCESSABLE_ENTITY, "invalid_body"),
        (4, StatusCode::CONFLICT, "limit_reached"),
        (u32::MAX, StatusCode::CONFLICT, "limit_reached"),
    ] {
        let answer = deal.hold(&pass, "k", COFFEE, quantity).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{quantity}");
    }
    let mut fields = wish(COFFEE, 0);
    fields["delivery"]["phone"] = json!("1234");
    fields["delivery"]["postcode"] = json!("123");
    let answer = deal.post_with_key("/shop/holds", &pass, Some("k"), &fields).await;
    let problem: Problem = serde_json::from_value(answer.body).unwrap();
    let found: Vec<_> = problem.errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(found, ["quantity", "delivery.phone", "delivery.postcode"]);

    assert_eq!(deal.hold(&pass, "k", Uuid::new_v4(), 1).await.code(), "product_unknown");
    assert_eq!(deal.hold(&pass, &"k".repeat(101), COFFEE, 1).await.code(), "idempotency_key_missing");
    let without = deal.post("/shop/holds", &pass, &wish(COFFEE, 1)).await;
    assert_eq!((without.status, without.code()), (StatusCode::BAD_REQUEST, "idempotency_key_missing"));
    let large = deal.post_with_key("/shop/holds", &pass, Some("k"), &json!({"x": "y".repeat(20_000)})).await;
    assert_eq!((large.status, large.code()), (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"));
    assert_eq!(deal.stock().await, (10, 0, 0));
}

#[tokio::test]
async fn nobody_acts_for_another() {
    let deal = Deal::open(Plan::default()).await;
    let (order, _) = deal.paid(1).await;
    let stranger = deal.signed_in(Uuid::new_v4());
    let read = deal.get(&format!("/shop/orders/{order}"), &stranger).await;
    assert_eq!((read.status, read.code()), (StatusCode::NOT_FOUND, "order_unknown"));
    let gone = deal.delete(&format!("/shop/orders/{order}"), &stranger).await;
    assert_eq!(gone.code(), "order_unknown");
    assert_eq!(deal.refund(&order, &stranger).await.code(), "order_unknown");
    let ready = deal.post(&format!("/payment/orders/{order}/ready"), &stranger, &json!({})).await;
    assert_eq!(ready.code(), "order_unknown");
    assert_eq!(deal.get("/shop/orders", &stranger).await.body["items"], json!([]));

    // Without anything to show, and from another page than the deal's own.
    for path in ["/shop/orders", "/shop/orders/7a0a7e6e-2f5f-4f7e-9c0b-0d7e5d0d3f10"] {
        assert_eq!(deal.get(path, "").await.code(), "not_signed_in");
    }
    assert_eq!(deal.hold("pass=forged", "k", COFFEE, 1).await.code(), "pass_invalid");
    assert_eq!(deal.hold("", "k", COFFEE, 1).await.code(), "pass_missing");
    let request = Request::delete(format!("/shop/orders/{order}"))
        .header("cookie", &stranger)
        .header("origin", "http://other.ddib.localhost:8080");
    let foreign = deal.call(request.body(Body::empty()).unwrap()).await;
    assert_eq!((foreign.status, foreign.code()), (StatusCode::FORBIDDEN, "origin_refused"));
}
