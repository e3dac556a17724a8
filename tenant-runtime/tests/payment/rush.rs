//! Everybody pays at the same moment, and the gateway takes its time: nobody waits for anybody else's
//! payment, and whoever is told something is told the truth.

use axum::http::StatusCode;
use futures_util::future::join_all;
use tenant_runtime::payment;
use uuid::Uuid;

use crate::bank::Fault;
use crate::deal::{Answer, COFFEE, Deal, Plan, until};

/// Holds a piece for each of so many shoppers at once.
async fn hold(deal: &Deal, shoppers: usize) -> Vec<Answer> {
    let holds = (0..shoppers).map(|_| async {
        let pass = deal.let_in(Uuid::new_v4()).await;
        deal.hold(&pass, "k", COFFEE, 1).await
    });
    join_all(holds).await
}

/// Announces a payment for each order and has its shopper agree to it; the gateway keeps them all waiting.
async fn agree(deal: &Deal, orders: &[String]) -> Vec<String> {
    let mut tokens = Vec::new();
    for order in orders {
        let shopper = deal.shopper_of(order).await;
        let ready = deal
            .post(&format!("/payment/orders/{order}/ready"), &deal.signed_in(shopper), &serde_json::json!({}))
            .await;
        assert_eq!(ready.status, StatusCode::OK, "{}", ready.body);
        tokens.push(deal.bank.agree(order));
        deal.bank.fail("approve", Fault::Hold);
    }
    tokens
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_want_it_at_once_and_each_is_told_the_truth() {
    const STOCK: u32 = 150;
    let deal = Deal::open(Plan { stock: STOCK, ..Plan::default() }).await;
    let answers = hold(&deal, 200).await;
    let (held, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == StatusCode::CREATED);
    assert_eq!((held.len(), refused.len()), (150, 50));
    assert!(refused.iter().all(|answer| answer.code() == "sold_out"), "before anybody pays");

    let orders: Vec<String> = held.iter().map(Answer::id).collect();
    let tokens = agree(&deal, &orders).await;
    let paying = join_all(orders.iter().zip(&tokens).map(|(order, token)| deal.approve(order, token)));
    let gateway = async {
        until("all are at the gateway at once", || async { deal.bank.calls("approve") == STOCK }).await;
        (0..STOCK).for_each(|_| deal.bank.let_go());
    };
    let (told, ()) = tokio::join!(paying, gateway);
    for (order, told) in orders.iter().zip(told) {
        assert_eq!(told.location, format!("/orders/{order}"), "not told that it failed");
        assert_eq!((deal.state(order).await.as_str(), deal.bank.payment_of(order).times_taken), ("paid", 1));
    }
    assert_eq!(deal.stock().await, (0, 0, i64::from(STOCK)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_slower_than_a_hold_sells_no_piece_twice() {
    let deal = Deal::open(Plan { stock: 5, hold_seconds: 30, ..Plan::default() }).await;
    let orders: Vec<String> = hold(&deal, 5).await.iter().map(Answer::id).collect();
    let tokens = agree(&deal, &orders).await;
    let paying = join_all(orders.iter().zip(&tokens).map(|(order, token)| deal.approve(order, token)));
    let meanwhile = async {
        until("all are at the gateway", || async { deal.bank.calls("approve") == 5 }).await;
        // By every clock the holds are over long before the gateway answers; recovery looks at them.
        deal.wait(60).await;
        assert!(payment::recover::sweep(&deal.runtime).await.unwrap() > 0);
        let late = hold(&deal, 1).await;
        assert_eq!(late[0].code(), "sold_out");
        (0..10).for_each(|_| deal.bank.let_go());
    };
    tokio::join!(paying, meanwhile);
    until("all are decided", || async {
        deal.recover().await;
        deal.stock().await == (0, 0, 5)
    })
    .await;
    for order in &orders {
        assert_eq!((deal.state(order).await.as_str(), deal.bank.payment_of(order).times_taken), ("paid", 1));
    }
}
