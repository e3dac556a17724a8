//! A process dies at every point at which an approval or a refund waits for something: before its
//! question arrives, and before it hears the answer. There are two questions to Redis around the one to
//! the gateway, and some more; the list of points is whatever a process that lives to the end goes through.

use std::sync::Arc;
use std::sync::mpsc::channel;

use jiff::SignedDuration;

use crate::deal::{Deal, Plan, Shoppers};
use crate::line::{self, Cut};

/// At least: the order is read, moved, the gateway is asked, and its answer is written down; each of them
/// is asked and answered.
const POINTS_MIN: i64 = 8;

#[derive(Debug, Clone)]
enum Act {
    Approve { token: String },
    Refund { cookie: String },
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_that_dies_anywhere_takes_the_money_once_or_not_at_all() {
    let mut released = 0;
    let mut points = 0;
    loop {
        let deal = Deal::open(Plan::default()).await;
        // Whoever loads the page again, at a process that lives.
        let (order, _) = deal.ready(1).await;
        let token = deal.bank.agree(&order);
        die_after(&deal, points, &order, Act::Approve { token: token.clone() }).await;
        deal.approve(&order, &token).await;
        decided(&deal, &order).await;
        assert_eq!(deal.state(&order).await, "paid", "point {points}");
        assert_eq!(deal.bank.payment_of(&order).times_taken, 1, "point {points}");

        // Whoever closes the page: recovery alone decides, once the hold is over.
        let (order, _) = deal.ready(1).await;
        let token = deal.bank.agree(&order);
        let survived = die_after(&deal, points, &order, Act::Approve { token }).await;
        deal.hand.advance(SignedDuration::from_secs(700));
        decided(&deal, &order).await;
        let sold = match (deal.state(&order).await.as_str(), deal.bank.payment_of(&order).times_taken) {
            ("paid", 1) => 2,
            ("released", 0) => 1,
            (state, taken) => panic!("point {points}: {state}, and money was taken {taken} times"),
        };
        released += 2 - sold;
        assert_eq!(deal.stock().await, (10 - sold, 0, sold), "point {points}");
        audit(&deal, sold).await;
        if survived {
            break;
        }
        points += 1;
    }
    println!("an approval has {points} points to die at; {released} of them cost nothing");
    assert!(points >= POINTS_MIN && released > 0, "{points} points, {released} released");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_dies_anywhere_gives_the_money_back_once_or_not_at_all() {
    let mut points = 0;
    loop {
        let deal = Deal::open(Plan::default()).await;
        let (order, cookie) = deal.paid(1).await;
        let survived = die_after(&deal, points, &order, Act::Refund { cookie: cookie.clone() }).await;
        decided(&deal, &order).await;
        let payment = deal.bank.payment_of(&order);
        match (deal.state(&order).await.as_str(), payment.cancelled) {
            ("refunded", cancelled) if cancelled == payment.amount => {}
            ("paid", 0) => {
                deal.refund(&order, &cookie).await;
                assert_eq!(deal.state(&order).await, "refunded", "point {points}");
                assert_eq!(deal.bank.payment_of(&order).cancelled, payment.amount, "point {points}");
            }
            (state, cancelled) => panic!("point {points}: {state}, and {cancelled} won went back"),
        }
        assert_eq!(deal.stock().await, (10, 0, 0), "point {points}");
        audit(&deal, 2).await;
        if survived {
            break;
        }
        points += 1;
    }
    println!("a refund has {points} points to die at");
    assert!(points >= POINTS_MIN, "{points} points");
}

/// Does it in a process of its own, which is no more once so many messages have passed between it and
/// Redis or the gateway. Returns whether it came to its end before.
async fn die_after(deal: &Deal, messages: i64, order: &str, act: Act) -> bool {
    let (cut, reached) = Cut::new();
    let redis = line::to(&deal.redis.address(), &cut).await;
    let bank = line::to(deal.bank.url.trim_start_matches("http://"), &cut).await;
    let (shoppers, order) = (deal.shoppers(), order.to_owned());
    let doomed = move || {
        let world =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (ended, ends) = channel();
        let armed = Arc::clone(&cut);
        world.spawn(async move {
            let process = shoppers.process_behind(&redis, &format!("http://{bank}")).await;
            armed.after(messages);
            act_at(&shoppers.at(&process), &order, &act).await;
            armed.after(i64::MAX);
            let _ = ended.send(());
        });
        let survived = loop {
            if reached.try_recv().is_ok() {
                break false;
            }
            if ends.recv_timeout(std::time::Duration::from_millis(2)).is_ok() {
                break true;
            }
        };
        world.shutdown_background();
        survived
    };
    tokio::task::spawn_blocking(doomed).await.unwrap()
}

async fn act_at(shoppers: &Shoppers, order: &str, act: &Act) {
    match act {
        Act::Approve { token } => shoppers.approve(order, token).await,
        Act::Refund { cookie } => shoppers.refund(order, cookie).await,
    };
}

/// Recovery looks until the order is where it stays.
async fn decided(deal: &Deal, order: &str) {
    for _ in 0..40 {
        if !matches!(deal.state(order).await.as_str(), "approving" | "refunding" | "ready") {
            return;
        }
        deal.wait(21).await;
        deal.recover().await;
    }
    panic!("order {order} is still {}", deal.state(order).await);
}

async fn audit(deal: &Deal, events: i64) {
    deal.export().await;
    let figures = deal.figures().await;
    assert_eq!((figures.open_holds, figures.open_refunds), (0, 0));
    assert_eq!(i64::try_from(figures.head.count).unwrap(), events);
    assert_eq!(figures.head, deal.ledger.head(&deal.runtime.config.deal));
    let kept: i64 = deal
        .bank
        .payments()
        .iter()
        .map(|payment| match payment.times_taken {
            0 => 0,
            times => payment.amount * i64::from(times) - payment.cancelled,
        })
        .sum();
    assert_eq!(figures.gross.0 - figures.refunds.0, kept, "the books are what the bank has");
}
