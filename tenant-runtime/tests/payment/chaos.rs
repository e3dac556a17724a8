//! Everything at once: shoppers who pay and refund while the gateway drops calls and answers, whole
//! processes die in the middle, Redis is killed, and its clock jumps by an hour. Afterwards recovery alone
//! has to make the books agree, and an auditor who knows only the bank, the ledger and the stored orders
//! checks them.

use std::collections::HashMap;
use std::time::Duration;

use control_plane_core::ledger::OrderEvent;
use jiff::SignedDuration;
use serde_json::json;
use tenant_runtime::payment;
use uuid::Uuid;

use crate::bank::Fault;
use crate::deal::{COFFEE, Deal, Plan, Shoppers};

const SEED: u64 = 7;
const ROUNDS: usize = 4;
const SHOPPERS: usize = 40;
const STOCK: u32 = 100;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_the_books_agree() {
    let deal = Deal::open(Plan { stock: STOCK, ..Plan::default() }).await;
    let mut dice = Dice(SEED);
    for round in 0..ROUNDS {
        for _ in 0..12 {
            let call = ["ready", "approve", "order", "cancel"][usize::try_from(dice.roll(4)).unwrap()];
            let fault = match dice.roll(4) {
                0 => Fault::DropReply,
                1 => Fault::DropRequest,
                2 => Fault::ErrorAfter(-780),
                _ => Fault::Error(-500),
            };
            deal.bank.fail(call, fault);
        }
        let lives_for = Duration::from_millis(150 + dice.roll(500));
        let process = deal.shoppers();
        // A process of its own: nothing of it survives, wherever it is.
        let doomed = std::thread::spawn(move || live_and_die(process, lives_for));
        tokio::time::sleep(lives_for / 2).await;
        match round {
            0 => deal.redis.clock.is_wrong_by(HOUR),
            2 => deal.redis.clock.is_wrong_by(-HOUR),
            _ => deal.redis.kill_and_restart().await,
        }
        tokio::task::spawn_blocking(move || doomed.join().unwrap()).await.unwrap();
    }
    deal.bank.heal();
    let survivor = deal.shoppers().process().await;
    for _ in 0..40 {
        deal.wait(120).await;
        while payment::recover::sweep(&survivor).await.unwrap() > 0 {}
        let figures = payment::figures(&survivor).await.unwrap();
        if figures.open_holds + figures.open_refunds == 0 {
            break;
        }
    }
    while payment::figures(&survivor).await.unwrap().unexported > 0 {
        payment::export_once(&survivor).await.unwrap();
    }
    assert!(payment::seal(&survivor).await.unwrap(), "seed {SEED}: nothing is open");
    let sales = audit(&deal, &payment::figures(&survivor).await.unwrap(), STOCK).await;
    assert!(sales > 5, "seed {SEED}: the test has sold something ({sales} orders)");
}

fn live_and_die(shoppers: Shoppers, lives_for: Duration) {
    let world = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    world.spawn(async move {
        let process = shoppers.process().await;
        tokio::spawn(payment::run(process.clone()));
        for n in 0..SHOPPERS {
            let (shoppers, process) = (shoppers.clone(), process.clone());
            tokio::spawn(async move { buy(&shoppers.at(&process), n).await });
        }
    });
    std::thread::sleep(lives_for);
    world.shutdown_background();
}

/// A shopper who does not care what the answers are.
async fn buy(deal: &Shoppers, n: usize) {
    let shopper = Uuid::new_v4();
    let Ok(pass) = deal.try_let_in(shopper).await else { return };
    let held = deal.hold(&pass, "k", COFFEE, 1 + u32::from(n.is_multiple_of(4))).await;
    let Some(order) = held.body["id"].as_str() else { return };
    let ready = deal.post(&format!("/payment/orders/{order}/ready"), &pass, &json!({})).await;
    let Some(paying_at) = ready.body["pc"].as_str() else { return };
    if n.is_multiple_of(7) {
        return;
    }
    let token = deal.bank.agree_at(paying_at);
    deal.get(&format!("/payment/orders/{order}/approve?pg_token={token}"), "").await;
    if n.is_multiple_of(3) {
        let path = format!("/payment/orders/{order}/refund");
        deal.post(&path, &deal.signed_in(shopper), &json!({"reason": "마음이 바뀌었어요"})).await;
    }
}

/// Compares a deal at its end, which began with so many pieces, with what bank and ledger have; returns
/// how many orders were ever paid.
pub async fn audit(deal: &Deal, figures: &payment::Figures, stock: u32) -> usize {
    let ids: Vec<Vec<u8>> = deal.read(&["HKEYS", &deal.runtime.keys.orders()]).await;
    let mut by_ref: HashMap<String, (String, String, i64)> = HashMap::new();
    let mut states: HashMap<String, String> = HashMap::new();
    let mut sold = 0;
    for id in ids {
        let id = Uuid::from_slice(&id).unwrap().to_string();
        let order = deal.order(&id).await;
        let state = order.state.name().to_owned();
        assert!(matches!(state.as_str(), "paid" | "refunded" | "released"), "{id} ended as {state}");
        if state == "paid" {
            sold += i64::from(order.item.quantity);
        }
        let key = deal.runtime.keys.order(order.id);
        if let Some(payment_ref) = deal.read::<Option<String>>(&["HGET", &key, "ref"]).await {
            by_ref.insert(payment_ref, (id.clone(), state.clone(), order.item.amount.0));
        }
        states.insert(id, state);
    }
    // I1
    let (left, held, counted) = deal.stock().await;
    assert_eq!((held, counted, left), (0, sold, i64::from(stock) - sold), "I1");
    // I2: what the bank has belongs to exactly one paid order.
    let mut taken = 0;
    for (payment_ref, payment) in deal.bank.books() {
        assert!(payment.times_taken <= 1, "I2: {payment_ref} was taken twice");
        let order = by_ref.get(&payment_ref);
        match payment.status {
            "SUCCESS_PAYMENT" => {
                let (id, state, amount) = order.expect("I2: money for nobody");
                assert_eq!((state.as_str(), *amount, id), ("paid", payment.amount, &payment.order), "I2");
                taken += payment.amount;
            }
            "CANCEL_PAYMENT" => {
                let (_, state, _) = order.expect("a payment that was given back had an order");
                assert!(matches!(state.as_str(), "refunded" | "released"), "I2: {state}");
            }
            _ => assert!(order.is_none_or(|(_, state, _)| state == "released"), "I2: paid without money"),
        }
    }
    // I3
    let mut paid: HashMap<String, u32> = HashMap::new();
    let mut refunded: HashMap<String, u32> = HashMap::new();
    for event in deal.ledger.events() {
        match event {
            OrderEvent::Paid { order, .. } => *paid.entry(order.to_string()).or_default() += 1,
            OrderEvent::Refunded { order, .. } => *refunded.entry(order.to_string()).or_default() += 1,
        }
    }
    for (id, state) in &states {
        let expected = match state.as_str() {
            "paid" => (1, 0),
            "refunded" => (1, 1),
            _ => (0, 0),
        };
        let found = (paid.get(id).copied().unwrap_or(0), refunded.get(id).copied().unwrap_or(0));
        assert_eq!(found, expected, "I3: {id} is {state}");
    }
    assert_eq!(figures.head, deal.ledger.head(&deal.runtime.config.deal), "I3");
    assert_eq!(figures.gross.0 - figures.refunds.0, taken, "the books are what the bank has");
    assert_eq!(figures.sold, u64::try_from(sold).unwrap());
    paid.len()
}
