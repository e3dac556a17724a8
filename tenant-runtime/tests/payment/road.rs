//! From the hold to the paid order, and every way in which the gateway can be unhelpful on it.

use axum::http::StatusCode;
use control_plane_core::ledger::OrderEvent;
use crds::Won;
use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::bank::Fault;
use crate::deal::{COFFEE, Deal, PRICE, Plan, until};

#[tokio::test]
async fn a_shopper_pays() {
    let deal = Deal::open(Plan::default()).await;
    let shopper = Uuid::new_v4();
    let pass = deal.let_in(shopper).await;
    let order = deal.hold(&pass, "a", COFFEE, 2).await.id();
    let ready = deal.post(&format!("/payment/orders/{order}/ready"), &pass, &json!({})).await;
    assert_eq!(ready.status, StatusCode::OK, "{}", ready.body);
    assert!(ready.body["pc"].as_str().unwrap().ends_with("/pc"));
    assert!(ready.body["expiresAt"].is_string());
    let announced = deal.bank.payment_of(&order);
    assert_eq!((announced.amount, announced.user.as_str()), (2 * PRICE, shopper.to_string().as_str()));

    let token = deal.bank.agree(&order);
    let back = deal.approve(&order, &token).await;
    assert_eq!(
        (back.status, back.location.as_str()),
        (StatusCode::SEE_OTHER, format!("/orders/{order}").as_str())
    );
    let shown = deal.get(&format!("/shop/orders/{order}"), &deal.signed_in(shopper)).await;
    assert_eq!(shown.body["state"], "paid");
    assert!(shown.body["paidAt"].is_string());
    assert_eq!(deal.stock().await, (8, 0, 2));
    // The place inside is free again.
    assert_eq!(deal.hold(&pass, "b", COFFEE, 1).await.code(), "pass_expired");

    deal.export().await;
    let events = deal.ledger.events();
    let [OrderEvent::Paid { order: paid, amount, quantity, delivery, .. }] = events.as_slice() else {
        panic!("one event, not {events:?}")
    };
    assert_eq!((paid.to_string(), *amount, *quantity), (order, Won(2 * PRICE), 2));
    assert_eq!(delivery.phone, "+821012345678");
    let figures = deal.figures().await;
    assert_eq!((figures.open_holds, figures.sold, figures.gross), (0, 2, Won(2 * PRICE)));
}

#[tokio::test]
async fn the_same_payment_is_announced_once_and_anew_only_when_it_is_dead() {
    let deal = Deal::open(Plan::default()).await;
    let (order, cookie) = deal.held(1).await;
    let path = format!("/payment/orders/{order}/ready");
    let body = json!({});
    let answers = join_all((0..8).map(|_| deal.post(&path, &cookie, &body))).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (StatusCode::OK, &answers[0].body));
    }
    // The shopper gives up at the gateway, and tries again.
    deal.bank.set_status(&order, "QUIT_PAYMENT");
    let back = deal.get(&format!("/payment/orders/{order}/cancel"), "").await;
    assert_eq!(back.location, format!("/orders/{order}?result=cancelled"));
    assert_eq!(deal.state(&order).await, "ready", "nothing is released on a guess");
    let another = deal.post(&path, &cookie, &body).await;
    assert_ne!(another.body["pc"], answers[0].body["pc"]);
    assert_eq!(deal.stock().await, (9, 1, 0));
}

#[tokio::test]
async fn a_gateway_that_announces_nothing_leaves_the_hold() {
    let deal = Deal::open(Plan::default()).await;
    let (order, cookie) = deal.held(1).await;
    let path = format!("/payment/orders/{order}/ready");
    for (fault, code) in [
        (Fault::DropReply, "gateway_unavailable"),
        (Fault::DropRequest, "gateway_unavailable"),
        (Fault::Error(-500), "gateway_unavailable"),
        (Fault::Error(-731), "payment_refused"),
    ] {
        deal.bank.fail("ready", fault);
        let answer = deal.post(&path, &cookie, &json!({})).await;
        assert_eq!(answer.code(), code, "{fault:?}");
        assert_eq!(deal.state(&order).await, "held");
    }
    assert_eq!(deal.post(&path, &cookie, &json!({})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn two_approvals_at_once_take_the_money_once() {
    let deal = Deal::open(Plan::default()).await;
    let (order, _) = deal.ready(1).await;
    let token = deal.bank.agree(&order);
    let answers = join_all((0..16).map(|_| deal.approve(&order, &token))).await;
    assert!(answers.iter().all(|answer| answer.status == StatusCode::SEE_OTHER));
    assert_eq!(deal.state(&order).await, "paid");
    assert_eq!(deal.bank.payment_of(&order).times_taken, 1);
    assert_eq!(deal.bank.calls("approve"), 1, "only the one who moved the order asks for money");
    // The page is loaded again.
    assert_eq!(deal.approve(&order, &token).await.location, format!("/orders/{order}"));
    deal.export().await;
    assert_eq!(deal.ledger.entries().len(), 1);
}

/// Errors after which only the gateway's own books tell whether the money was taken.
#[tokio::test]
async fn uncertain_answers_are_looked_up() {
    for code in [-702, -780, -783, -785, -500, -429] {
        let deal = Deal::open(Plan::default()).await;
        // It was taken: the order is paid at once.
        let (taken, _) = deal.ready(1).await;
        let token = deal.bank.agree(&taken);
        deal.bank.fail("approve", Fault::ErrorAfter(code));
        deal.approve(&taken, &token).await;
        assert_eq!(deal.state(&taken).await, "paid", "{code}");
        // It was not: nobody guesses, and recovery asks again for the money.
        let (open, _) = deal.ready(1).await;
        let token = deal.bank.agree(&open);
        deal.bank.fail("approve", Fault::Error(code));
        deal.approve(&open, &token).await;
        assert_eq!(deal.state(&open).await, "approving", "{code}");
        deal.wait(21).await;
        deal.recover().await;
        assert_eq!(deal.state(&open).await, "paid", "{code}");
        // It failed for good: the pieces go back.
        let (failed, _) = deal.ready(1).await;
        let token = deal.bank.agree(&failed);
        deal.bank.fail("approve", Fault::Error(code));
        deal.bank.set_status(&failed, "FAIL_PAYMENT");
        deal.approve(&failed, &token).await;
        assert_eq!(deal.state(&failed).await, "released", "{code}");
        assert_eq!(deal.stock().await, (8, 0, 2), "{code}");
        assert!(deal.bank.payments().iter().all(|payment| payment.times_taken <= 1));
        deal.export().await;
        assert_eq!(deal.ledger.entries().len(), 2, "{code}");
    }
}

#[tokio::test]
async fn a_made_up_token_takes_nothing_and_spoils_nothing() {
    let deal = Deal::open(Plan::default()).await;
    let (order, _) = deal.ready(1).await;
    // Before the shopper has agreed, and after.
    let early = deal.approve(&order, "made-up").await;
    assert_eq!(early.location, format!("/orders/{order}?result=failed"));
    assert_eq!(deal.state(&order).await, "ready");
    let token = deal.bank.agree(&order);
    deal.approve(&order, "made-up").await;
    assert_eq!(deal.state(&order).await, "ready");
    // Of another order.
    let (other, _) = deal.ready(1).await;
    let foreign = deal.bank.agree(&other);
    deal.approve(&order, &foreign).await;
    assert_eq!((deal.state(&order).await, deal.state(&other).await), ("ready".into(), "ready".into()));
    deal.approve(&order, &token).await;
    assert_eq!(deal.state(&order).await, "paid");

    let none = deal.get(&format!("/payment/orders/{other}/approve"), "").await;
    assert_eq!(none.location, format!("/orders/{other}?result=failed"));
    let unknown = Uuid::new_v4().to_string();
    assert_eq!(deal.approve(&unknown, "t").await.location, format!("/orders/{unknown}?result=failed"));
    assert_eq!(
        deal.get("/payment/orders/nonsense/approve?pg_token=t", "").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn coming_back_too_late_takes_no_money() {
    let deal = Deal::open(Plan { hold_seconds: 1, ..Plan::default() }).await;
    let (order, cookie) = deal.ready(2).await;
    let token = deal.bank.agree(&order);
    deal.approve(&order, &token).await;
    assert_eq!(deal.state(&order).await, "paid", "this one comes well within the second");

    let (late, _) = deal.ready(2).await;
    let token = deal.bank.agree(&late);
    deal.hand.advance(jiff::SignedDuration::from_secs(2));
    until("recovery releases it", || async {
        deal.recover().await;
        deal.state(&late).await == "released"
    })
    .await;
    let back = deal.approve(&late, &token).await;
    assert_eq!(back.location, format!("/orders/{late}?result=failed"));
    assert_eq!(deal.bank.payment_of(&late).times_taken, 0);
    assert_eq!(deal.stock().await, (8, 0, 2));
    let shown = deal.get(&format!("/shop/orders/{order}"), &cookie).await;
    assert_eq!(shown.body["state"], "paid");
}

#[tokio::test]
async fn an_approval_on_its_way_outlives_the_deadline() {
    let deal = Deal::open(Plan { hold_seconds: 1, ..Plan::default() }).await;
    let (order, _) = deal.ready(1).await;
    let token = deal.bank.agree(&order);
    deal.bank.fail("approve", Fault::Hold);
    let approval = deal.approve(&order, &token);
    let meanwhile = async {
        until("the gateway is being asked", || async { deal.bank.calls("approve") == 1 }).await;
        // Long after the deadline the pieces are still kept: the gateway has not answered.
        deal.hand.advance(jiff::SignedDuration::from_secs(5));
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        deal.recover().await;
        assert_eq!(deal.stock().await, (9, 1, 0));
        deal.bank.let_go();
    };
    tokio::join!(approval, meanwhile);
    assert_eq!(deal.state(&order).await, "paid");
}
