//! A gateway that fails again and again is left alone: nobody new is sent to it, nobody loses what is
//! held, and recovery goes on.

use axum::http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::json;
use tenant_runtime_core::breaker::{EXCESS_MAX, PAUSE_MIN};

use crate::bank::Fault;
use crate::deal::{Answer, Deal, Plan};

async fn ready(deal: &Deal, (order, cookie): &(String, String)) -> Answer {
    deal.post(&format!("/payment/orders/{order}/ready"), cookie, &json!({})).await
}

/// A deal whose gateway has just failed too often.
async fn resting() -> Deal {
    let deal = Deal::open(Plan { stock: 100, ..Plan::default() }).await;
    fail(&deal).await;
    deal
}

async fn fail(deal: &Deal) {
    for n in 0..EXCESS_MAX {
        deal.bank.fail("ready", if n % 2 == 0 { Fault::DropRequest } else { Fault::Error(-500) });
        let held = deal.held(1).await;
        assert_eq!(ready(deal, &held).await.code(), "gateway_unavailable");
    }
}

async fn metric(deal: &Deal, name: &str) -> String {
    let page = deal.runtime.metrics.page().into_body().collect().await.unwrap().to_bytes();
    let page = String::from_utf8(page.to_vec()).unwrap();
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in {page}")).to_owned()
}

fn pause(deal: &Deal) {
    deal.hand.advance(PAUSE_MIN);
}

#[tokio::test]
async fn who_wants_to_pay_is_told_at_once_and_keeps_the_pieces() {
    let deal = resting().await;
    let held = deal.held(2).await;
    let calls = deal.bank.calls("ready");
    let answer = ready(&deal, &held).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "gateway_resting"));
    assert!(answer.body["detail"].as_str().unwrap().contains("맡아 두었으니 잠시 뒤에"));
    assert_eq!(deal.bank.calls("ready"), calls, "the gateway is left alone");
    assert_eq!(deal.state(&held.0).await, "held");
    assert_eq!(metric(&deal, "gateway_resting").await, "1");
    assert_eq!(metric(&deal, "gateway_turned_away_total{call=\"ready\"}").await, "1");

    // After the pause one is sent, and while it fails nobody else.
    pause(&deal);
    deal.bank.fail("ready", Fault::DropRequest);
    assert_eq!(ready(&deal, &held).await.code(), "gateway_unavailable");
    pause(&deal);
    assert_eq!(ready(&deal, &held).await.code(), "gateway_resting", "the second pause is longer");
    pause(&deal);
    assert_eq!(ready(&deal, &held).await.status, StatusCode::OK);
    assert_eq!(metric(&deal, "gateway_resting").await, "0");
    assert_eq!(metric(&deal, "gateway_rests_total").await, "1");
    let other = deal.held(1).await;
    assert_eq!(ready(&deal, &other).await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_has_agreed_to_pay_finishes_a_moment_later() {
    let deal = Deal::open(Plan { stock: 100, ..Plan::default() }).await;
    let (order, _) = deal.ready(1).await;
    let token = deal.bank.agree(&order);
    fail(&deal).await;
    let back = deal.approve(&order, &token).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(back.location, format!("/orders/{order}?result=busy&pg_token={token}"));
    assert_eq!((deal.state(&order).await.as_str(), deal.bank.calls("approve")), ("ready", 0));
    // What comes along is nothing but a value, whatever it is.
    let odd = deal.approve(&order, "a%26result%3Dfailed%23").await;
    assert_eq!(odd.location, format!("/orders/{order}?result=busy&pg_token=a%26result%3Dfailed%23"));

    pause(&deal);
    assert_eq!(deal.approve(&order, &token).await.location, format!("/orders/{order}"));
    assert_eq!(deal.state(&order).await, "paid");
    assert_eq!(deal.bank.payment_of(&order).times_taken, 1);
    // The page is loaded again while the gateway rests: what is paid is paid.
    fail(&deal).await;
    assert_eq!(deal.approve(&order, &token).await.location, format!("/orders/{order}"));
}

#[tokio::test]
async fn recovery_and_refunds_go_on() {
    let deal = Deal::open(Plan { stock: 100, ..Plan::default() }).await;
    let (paid, cookie) = deal.paid(1).await;
    let (taken, _) = deal.ready(1).await;
    let (asked, _) = deal.ready(1).await;
    for (order, fault) in [(&taken, Fault::DropReply), (&asked, Fault::DropRequest)] {
        let token = deal.bank.agree(order);
        deal.bank.fail("approve", fault);
        deal.bank.fail("order", Fault::DropRequest);
        deal.approve(order, &token).await;
        assert_eq!(deal.state(order).await, "approving");
    }
    deal.wait(21).await;
    for _ in 2..EXCESS_MAX {
        deal.bank.fail("ready", Fault::DropRequest);
        let held = deal.held(1).await;
        ready(&deal, &held).await;
    }
    assert_eq!(metric(&deal, "gateway_resting").await, "1");
    deal.recover().await;
    assert_eq!((deal.state(&taken).await, deal.state(&asked).await), ("paid".into(), "paid".into()));
    assert_eq!(deal.bank.payment_of(&asked).times_taken, 1);
    assert_eq!(deal.refund(&paid, &cookie).await.status, StatusCode::OK);
    assert_eq!(deal.state(&paid).await, "refunded");
    assert_eq!(metric(&deal, "gateway_resting").await, "1", "what recovery hears opens it for nobody");
}

#[tokio::test]
async fn a_gateway_that_refuses_single_payments_is_not_left_alone() {
    let deal = Deal::open(Plan { stock: 100, ..Plan::default() }).await;
    for _ in 0..EXCESS_MAX * 2 {
        let (order, _) = deal.ready(1).await;
        let token = deal.bank.agree(&order);
        deal.bank.fail("approve", Fault::Error(-780));
        deal.approve(&order, &token).await;
        assert_eq!(deal.state(&order).await, "approving");
    }
    assert_eq!(metric(&deal, "gateway_resting").await, "0");
}

#[tokio::test]
async fn an_attempt_that_comes_to_nothing_is_left_to_the_next() {
    let deal = resting().await;
    let (order, cookie) = deal.held(1).await;
    let held = deal.held(1).await;
    assert_eq!(deal.delete(&format!("/shop/orders/{order}"), &cookie).await.status, StatusCode::NO_CONTENT);
    pause(&deal);
    // Leave is given for an order for which nothing can be asked any more.
    assert_eq!(ready(&deal, &(order, cookie)).await.code(), "order_state");
    assert_eq!(ready(&deal, &held).await.status, StatusCode::OK);
}
