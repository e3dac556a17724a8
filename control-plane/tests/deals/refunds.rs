//! Refunds and the settlement: one owner at any time, and the money goes back once.

use axum::http::StatusCode;
use control_plane::companies::Provider;
use control_plane_core::ledger::OrderEvent;
use crds::{PaymentProvider, Phase, Settlement, TimeDealStatus, Won};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ledger::{Runtime, paid, refunded};
use crate::support::gateway::Fault;
use crate::support::{Owner, Person, Platform, platform};

struct Sold {
    owner: Owner,
    shopper: Person,
    rental: String,
    runtime: Runtime,
}

/// A deal with three paid orders of 1,000 won, whose payments the gateway knows.
async fn sold(platform: &Platform) -> Sold {
    let owner = platform.seller("hanbit").await;
    let shopper = platform.shopper("박지민").await;
    let (rental, name) = platform.deal(&owner, 7_200).await;
    let mut runtime = Runtime::of(platform, &name);
    for order in 1..=3 {
        runtime.push(&paid(order, &shopper, platform.now(), 1_000));
        platform.pay.put_paid(&format!("T-{order}"), &Uuid::from_u128(order).to_string(), 1_000);
    }
    assert_eq!(runtime.send(platform, 0..3).await.0, StatusCode::OK);
    Sold { owner, shopper, rental, runtime }
}

/// The operator says that the deal is settled, and with what.
async fn settle(platform: &Platform, sold: &Sold, gross: i64, refunds: i64) {
    let head = sold.runtime.head();
    let settlement = Settlement {
        events: head.count,
        digest: head.digest,
        gross: Won(gross),
        refunds: Won(refunds),
        net: Won(gross - refunds),
    };
    let status = TimeDealStatus {
        phase: Phase::TearingDown,
        settlement: Some(settlement),
        ..TimeDealStatus::default()
    };
    platform.cluster.set_status(&sold.runtime.deal, status);
    platform.work().await;
}

async fn ask(platform: &Platform, sold: &Sold, order: u128) -> (StatusCode, Value) {
    let shopper = platform.again(&sold.shopper);
    let path = format!("/me/orders/{}/refund", Uuid::from_u128(order));
    platform.post(&shopper, &path, json!({"reason": "마음이 바뀌었어요"})).await
}

async fn order(platform: &Platform, sold: &Sold, order: u128) -> Value {
    let shopper = platform.again(&sold.shopper);
    platform.get(&shopper, &format!("/me/orders/{}", Uuid::from_u128(order))).await.1
}

async fn report(platform: &Platform, sold: &Sold) -> (StatusCode, Value) {
    let person = platform.again(&sold.owner.person);
    let path = format!("/companies/{}/rentals/{}/settlement", sold.owner.company, sold.rental);
    platform.get(&person, &path).await
}

#[tokio::test]
async fn during_the_deal_the_runtime_is_asked() {
    let platform = platform().await;
    let mut sold = sold(&platform).await;
    let (status, answer) = ask(&platform, &sold, 2).await;
    assert_eq!((status, &answer["state"]), (StatusCode::ACCEPTED, &json!("refunding")), "{answer}");
    assert_eq!(ask(&platform, &sold, 2).await.0, StatusCode::ACCEPTED, "asking again changes nothing");
    platform.work().await;
    assert_eq!(platform.pay.payment("T-2").returned, 0, "the platform leaves it to the runtime");
    for _ in 0..2 {
        let (_, news) = sold.runtime.send(&platform, 0..0).await;
        let expected = json!([{"order": Uuid::from_u128(2), "reason": "마음이 바뀌었어요"}]);
        assert_eq!(news["refunds"], expected, "repeated until it is done");
    }
    sold.runtime.push(&refunded(2, platform.now(), 1_000));
    let (_, news) = sold.runtime.send(&platform, 3..4).await;
    assert_eq!(news["refunds"], json!([]));
    assert_eq!(order(&platform, &sold, 2).await["state"], "refunded");
    let (status, problem) = ask(&platform, &sold, 2).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("already_refunded")));
}

#[tokio::test]
async fn the_settlement_agrees_and_closes_the_ledger() {
    let platform = platform().await;
    let mut sold = sold(&platform).await;
    assert_eq!(report(&platform, &sold).await.1["code"], "not_settled");
    sold.runtime.push(&refunded(3, platform.now(), 1_000));
    sold.runtime.send(&platform, 0..4).await;
    settle(&platform, &sold, 3_000, 1_000).await;

    let (status, report) = report(&platform, &sold).await;
    assert_eq!(status, StatusCode::OK, "{report}");
    assert_eq!(report["agrees"], true);
    assert_eq!(
        (&report["gross"], &report["refunds"], &report["net"]),
        (&json!(3_000), &json!(1_000), &json!(2_000))
    );
    assert_eq!(
        (&report["orders"], &report["refundedOrders"], &report["events"]),
        (&json!(3), &json!(1), &json!(4))
    );
    assert_eq!(report["digest"], sold.runtime.head().digest);
    assert_eq!(report["byProduct"][0]["quantity"], 3);
    assert_eq!(report["byHour"][0]["gross"], 3_000);
    assert_eq!(report["fee"], 30_000);

    let (status, _) = sold.runtime.send(&platform, 0..4).await;
    assert_eq!(status, StatusCode::OK, "what is there may be sent again");
    sold.runtime.push(&paid(9, &sold.shopper, platform.now(), 1_000));
    let (status, problem) = sold.runtime.send(&platform, 4..5).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("ledger_closed")));
}

#[tokio::test]
async fn a_settlement_of_something_else_does_not_agree() {
    let platform = platform().await;
    let sold = sold(&platform).await;
    settle(&platform, &sold, 2_000, 0).await;
    assert_eq!(report(&platform, &sold).await.1["agrees"], false);
}

#[tokio::test]
async fn after_the_settlement_the_platform_gives_it_back() {
    let platform = platform().await;
    let sold = sold(&platform).await;
    settle(&platform, &sold, 3_000, 0).await;
    let (status, answer) = ask(&platform, &sold, 1).await;
    assert_eq!((status, &answer["state"]), (StatusCode::ACCEPTED, &json!("refunding")));
    let (_, news) = sold.runtime.send(&platform, 0..0).await;
    assert_eq!(news["refunds"], json!([]), "the runtime is not asked any more");
    platform.work().await;
    assert_eq!(order(&platform, &sold, 1).await["state"], "refunded");
    assert_eq!((platform.pay.payment("T-1").returned, platform.pay.payment("T-1").cancelled), (1, 1_000));
    let (_, report) = report(&platform, &sold).await;
    assert_eq!(report["agrees"], true, "the closed chain is not touched");
    assert_eq!(
        (&report["refunds"], &report["afterSettlement"]),
        (&json!(0), &json!({"orders": 1, "refunds": 1_000}))
    );
}

#[tokio::test]
async fn what_was_open_at_the_settlement_becomes_the_platforms() {
    let platform = platform().await;
    let sold = sold(&platform).await;
    ask(&platform, &sold, 1).await;
    settle(&platform, &sold, 3_000, 0).await;
    assert_eq!(order(&platform, &sold, 1).await["state"], "refunded");
    assert_eq!(platform.pay.payment("T-1").returned, 1);
}

#[tokio::test]
async fn a_lost_answer_gives_the_money_back_once() {
    let platform = platform().await;
    let sold = sold(&platform).await;
    settle(&platform, &sold, 3_000, 0).await;
    platform.pay.set_cancel(Fault::LoseAnswer);
    ask(&platform, &sold, 1).await;
    platform.work().await;
    assert_eq!(order(&platform, &sold, 1).await["state"], "refunding");
    platform.advance_seconds(2);
    platform.work().await;
    assert_eq!(order(&platform, &sold, 1).await["state"], "refunded");
    assert_eq!(platform.pay.payment("T-1").returned, 1);

    platform.pay.set_cancel(Fault::Down);
    ask(&platform, &sold, 2).await;
    platform.work().await;
    assert_eq!(order(&platform, &sold, 2).await["state"], "refunding");
    platform.pay.set_cancel(Fault::None);
    platform.advance_seconds(60);
    platform.work().await;
    assert_eq!(order(&platform, &sold, 2).await["state"], "refunded");
}

/// An order of 5,000 won that was paid through Toss, in a deal with three that were paid elsewhere.
async fn sold_at_toss(platform: &Platform) -> Sold {
    let mut sold = sold(platform).await;
    platform.choose(&sold.owner, Provider::Toss, "test_ck_hanbit", "test_sk_hanbit").await;
    let OrderEvent::Paid { order, at, shopper, product, product_name, quantity, amount, delivery, .. } =
        paid(9, &sold.shopper, platform.now(), 5_000)
    else {
        unreachable!("it is a payment")
    };
    sold.runtime.push(&OrderEvent::Paid {
        order,
        at,
        shopper,
        product,
        product_name,
        quantity,
        amount,
        payment_ref: order.to_string(),
        provider: PaymentProvider::Toss,
        method: "카드".to_owned(),
        delivery,
    });
    platform.pay.put_paid("key-9", &order.to_string(), 5_000);
    assert_eq!(sold.runtime.send(platform, 3..4).await.0, StatusCode::OK);
    sold
}

#[tokio::test]
async fn the_money_goes_back_where_it_was_paid_whoever_the_company_is_with_by_now() {
    let platform = platform().await;
    let sold = sold_at_toss(&platform).await;
    settle(&platform, &sold, 8_000, 0).await;
    let shown = order(&platform, &sold, 9).await;
    assert_eq!((&shown["provider"], &shown["method"]), (&json!("toss"), &json!("카드")));
    assert_eq!(order(&platform, &sold, 1).await["provider"], "kakaoPay");
    // The company is with Toss: what was paid through KakaoPay goes back through KakaoPay.
    for id in [1, 9] {
        ask(&platform, &sold, id).await;
    }
    platform.work().await;
    for (id, payment, amount) in [(1, "T-1", 1_000), (9, "key-9", 5_000)] {
        assert_eq!(order(&platform, &sold, id).await["state"], "refunded", "{id}");
        let payment = platform.pay.payment(payment);
        assert_eq!((payment.returned, payment.cancelled), (1, amount), "{id}");
    }
    let (_, report) = report(&platform, &sold).await;
    assert_eq!(report["afterSettlement"], json!({"orders": 2, "refunds": 6_000}));
}

#[tokio::test]
async fn a_lost_answer_of_toss_gives_the_money_back_once() {
    let platform = platform().await;
    let sold = sold_at_toss(&platform).await;
    settle(&platform, &sold, 8_000, 0).await;
    platform.set_merchant_key(&sold.owner).await;
    platform.pay.set_cancel(Fault::LoseAnswer);
    ask(&platform, &sold, 9).await;
    platform.work().await;
    assert_eq!(order(&platform, &sold, 9).await["state"], "refunding");
    platform.advance_seconds(2);
    platform.work().await;
    assert_eq!(order(&platform, &sold, 9).await["state"], "refunded");
    assert_eq!(platform.pay.payment("key-9").returned, 1);
}

#[tokio::test]
async fn a_payment_that_the_gateway_does_not_know_is_a_persons_work() {
    let platform = platform().await;
    let mut sold = sold(&platform).await;
    let event = paid(7, &sold.shopper, platform.now(), 1_000);
    assert!(matches!(event, OrderEvent::Paid { .. }));
    sold.runtime.push(&event);
    sold.runtime.send(&platform, 3..4).await;
    settle(&platform, &sold, 4_000, 0).await;
    ask(&platform, &sold, 7).await;
    platform.work().await;
    assert_eq!(order(&platform, &sold, 7).await["state"], "refundFailed");
}

#[tokio::test]
async fn the_shoppers_right_ends_and_the_companys_does_not() {
    let platform = platform().await;
    let sold = sold(&platform).await;
    settle(&platform, &sold, 3_000, 0).await;
    platform.advance_seconds(7 * 86_400);
    let (status, problem) = ask(&platform, &sold, 1).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("refund_period_over")));
    let person = platform.again(&sold.owner.person);
    let path = format!("/companies/{}/orders/{}/refund", sold.owner.company, Uuid::from_u128(1));
    let (status, answer) = platform.post(&person, &path, json!({"reason": ""})).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    platform.work().await;
    assert_eq!(order(&platform, &sold, 1).await["state"], "refunded");
}

#[tokio::test]
async fn orders_are_ones_own() {
    let platform = platform().await;
    let sold = sold(&platform).await;
    let stranger = platform.shopper("최유나").await;
    let other = platform.seller("other").await;
    let id = Uuid::from_u128(1);
    assert_eq!(platform.get(&stranger, &format!("/me/orders/{id}")).await.0.as_u16(), 404);
    assert_eq!(platform.get(&stranger, "/me/orders").await.1["items"], json!([]));
    let reason = json!({"reason": ""});
    let (status, _) = platform.post(&stranger, &format!("/me/orders/{id}/refund"), reason.clone()).await;
    assert_eq!(status.as_u16(), 404);
    for company in [other.company, sold.owner.company] {
        let path = format!("/companies/{company}/orders/{id}/refund");
        assert_eq!(platform.post(&other.person, &path, reason.clone()).await.0.as_u16(), 404);
    }
    let long = json!({"reason": "가".repeat(201)});
    let (status, _) = platform.post(&sold.shopper, &format!("/me/orders/{id}/refund"), long).await;
    assert_eq!(status.as_u16(), 422);
    assert_eq!(order(&platform, &sold, 1).await["state"], "paid");
    let orders = format!("/companies/{}/rentals/{}/orders", sold.owner.company, sold.rental);
    let (_, list) = platform.get(&sold.owner.person, &orders).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    assert_eq!(list["items"][0]["title"], "가을 원두");
}
