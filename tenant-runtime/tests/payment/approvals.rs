//! Approvals that come back together: one call for all of them, an answer for each.

use std::collections::HashSet;

use control_plane_core::ledger::OrderEvent;
use futures_util::future::join_all;
use jiff::SignedDuration;
use tenant_runtime::orders::steps::{self, Moved};
use tenant_runtime::orders::{self, approval};
use tenant_runtime::redis::StoreError;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::{Order, ReleaseReason};

use crate::deal::{Deal, Plan};

/// Orders whose shoppers are at the gateway.
async fn announced(deal: &Deal, count: usize) -> Vec<OrderId> {
    let mut orders = Vec::new();
    for _ in 0..count {
        orders.push(deal.ready(1).await.0.parse().unwrap());
    }
    orders
}

async fn approving(deal: &Deal, orders: &[OrderId]) -> Vec<Result<Moved, StoreError>> {
    join_all(orders.iter().map(|order| approval::approving(&deal.runtime, *order, "proof"))).await
}

async fn order(deal: &Deal, id: OrderId) -> Order {
    orders::find(&deal.runtime, id).await.unwrap().unwrap()
}

/// What is written where the gateway says that the money was taken.
async fn as_paid(deal: &Deal, id: OrderId) -> Order {
    order(deal, id).await.paid("MONEY".into(), deal.runtime.now()).unwrap()
}

fn paid_order(event: &OrderEvent) -> Option<OrderId> {
    match event {
        OrderEvent::Paid { order, .. } => Some(OrderId(*order)),
        OrderEvent::Refunded { .. } => None,
    }
}

async fn break_key(deal: &Deal, key: &str) {
    let _: i64 = deal.read(&["DEL", key]).await;
    let _: String = deal.read(&["SET", key, "nonsense"]).await;
}

fn is_broken(answer: &Result<Moved, StoreError>, step: &str) -> bool {
    matches!(answer, Err(StoreError::Unexpected { step: of, what }) if *of == step && what.contains("WRONGTYPE"))
}

#[tokio::test]
async fn a_crowd_that_comes_back_shares_its_calls_and_each_is_paid_once() {
    const CROWD: usize = 60;
    let deal = Deal::open(Plan { stock: 60, ..Plan::default() }).await;
    let orders = announced(&deal, CROWD).await;
    // The first use of a script is refused and repeated with its text.
    let (first, crowd) = orders.split_first().unwrap();
    assert!(approving(&deal, &[*first]).await[0].as_ref().unwrap().is_yes());
    assert!(approval::paid(&deal.runtime, &as_paid(&deal, *first).await).await.unwrap().is_yes());

    let before = deal.script_calls().await;
    let moved = approving(&deal, crowd).await;
    assert_eq!(deal.script_calls().await - before, 1, "all in one call");
    assert!(moved.into_iter().all(|moved| moved.unwrap().is_yes()));
    // Whoever loads the page again, and whoever does it twice at once, may not ask for money.
    let again = approving(&deal, &[crowd[0], crowd[1], crowd[1]]).await;
    assert!(again.into_iter().all(|moved| moved.unwrap() == Moved::No("approving".into())));

    let written = join_all(crowd.iter().map(|id| as_paid(&deal, *id))).await;
    let before = deal.script_calls().await;
    let twice = written.iter().chain(&written[..9]);
    let moved = join_all(twice.map(|order| approval::paid(&deal.runtime, order))).await;
    assert_eq!(deal.script_calls().await - before, 1, "all in one call");
    let moved: Vec<bool> = moved.into_iter().map(|moved| moved.unwrap().is_yes()).collect();
    assert!(moved[..CROWD - 1].iter().all(|moved| *moved) && moved[CROWD - 1..].iter().all(|moved| !moved));
    assert_eq!(deal.stock().await, (0, 0, 60));

    // The ledger is told of each once, in one row.
    deal.export().await;
    let told: Vec<OrderId> = deal.ledger.events().iter().filter_map(paid_order).collect();
    let once: HashSet<OrderId> = told.iter().copied().collect();
    assert_eq!((told.len(), once.len(), deal.figures().await.open_holds), (CROWD, CROWD, 0));
}

#[tokio::test]
async fn one_that_cannot_be_moved_spoils_no_other() {
    let deal = Deal::open(Plan::default()).await;
    let orders = announced(&deal, 4).await;
    break_key(&deal, &deal.runtime.keys.order(orders[1])).await;
    let released = order(&deal, orders[2]).await;
    assert!(steps::release(&deal.runtime, &released, ReleaseReason::Abandoned).await.unwrap().is_yes());
    let moved = approving(&deal, &orders).await;
    assert_eq!(moved[2].as_ref().unwrap(), &Moved::No("released".into()));
    assert!(is_broken(&moved[1], "approving"), "{:?}", moved[1]);
    assert!(moved[0].as_ref().unwrap().is_yes() && moved[3].as_ref().unwrap().is_yes());

    let written = [
        as_paid(&deal, orders[0]).await,
        Order { id: orders[1], ..as_paid(&deal, orders[0]).await },
        Order { id: orders[2], ..as_paid(&deal, orders[0]).await },
        as_paid(&deal, orders[3]).await,
    ];
    let moved = join_all(written.iter().map(|order| approval::paid(&deal.runtime, order))).await;
    assert_eq!(moved[2].as_ref().unwrap(), &Moved::No("stray".into()));
    assert!(is_broken(&moved[1], "paid"), "{:?}", moved[1]);
    assert!(moved[0].as_ref().unwrap().is_yes() && moved[3].as_ref().unwrap().is_yes());
    // The broken one's piece is still held.
    assert_eq!(deal.stock().await, (7, 1, 2));
}

#[tokio::test]
async fn whoever_comes_back_too_late_is_told_so_and_nobody_else() {
    let deal = Deal::open(Plan::default()).await;
    let late = announced(&deal, 1).await;
    let until = order(&deal, late[0]).await.held_until;
    let key = deal.runtime.keys.order(late[0]);
    // Redis' own clock cannot be moved; the end of the hold can.
    let over = (until - SignedDuration::from_hours(1)).as_millisecond().to_string();
    let _: i64 = deal.read(&["HSET", &key, "until", &over]).await;
    let fresh = announced(&deal, 1).await;
    let moved = approving(&deal, &[late[0], fresh[0]]).await;
    assert_eq!(moved[0].as_ref().unwrap(), &Moved::No("late".into()));
    assert!(moved[1].as_ref().unwrap().is_yes());
}
