//! The steps in Redis against the rules in core: the same random operations on both must leave the
//! same order and the same stock.

use axum::http::StatusCode;
use jiff::SignedDuration;
use tenant_runtime::orders::{self, approval, steps};
use tenant_runtime_core::ids::{OrderId, ProductId};
use tenant_runtime_core::orders::{Announced, Order, Refused, ReleaseReason, State};
use tenant_runtime_core::stock::Stock;
use uuid::Uuid;

use crate::deal::{COFFEE, Deal, Plan};

const STEPS: usize = 600;
const SEED: u64 = 20_261_124;

pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

#[tokio::test]
async fn redis_and_the_rules_agree() {
    let deal = Deal::open(Plan { stock: 12, per_shopper_max: 3, ..Plan::default() }).await;
    let runtime = &deal.runtime;
    let mut dice = Dice(SEED);
    let mut stock = Stock::of(12);
    let mut model: Vec<Order> = Vec::new();
    for step in 0..STEPS {
        let what = dice.roll(11);
        if model.is_empty() || what == 0 {
            let quantity = 1 + u32::try_from(dice.roll(3)).unwrap();
            let pass = deal.let_in(Uuid::new_v4()).await;
            let answer = deal.hold(&pass, "k", COFFEE, quantity).await;
            match stock.hold(quantity) {
                Some(held) => {
                    assert_eq!(answer.status, StatusCode::CREATED, "step {step}, seed {SEED}");
                    stock = held;
                    model.push(stored(&deal, answer.id().parse().unwrap()).await);
                }
                None => assert_eq!(answer.status, StatusCode::CONFLICT, "step {step}, seed {SEED}"),
            }
        } else {
            let index = dice.roll(model.len());
            let order = model[index].clone();
            let now = runtime.now();
            let pieces = order.item.quantity;
            let (expected, moved) = match what {
                1 | 2 => {
                    let payment = announced(step, now);
                    let moved =
                        steps::ready(runtime, order.id, &payment).await.unwrap() == steps::Readied::Now;
                    (order.clone().ready(payment, now), moved)
                }
                3 => {
                    let payment_ref = order.payment_ref().unwrap_or("none").to_owned();
                    let moved = steps::withdraw(runtime, order.id, &payment_ref).await.unwrap().is_yes();
                    (order.clone().withdraw(), moved)
                }
                4 | 5 => {
                    let moved = approval::approving(runtime, order.id, "proof").await.unwrap().is_yes();
                    (order.clone().approve("proof".into(), now), moved)
                }
                6 => {
                    let moved = steps::reopen(runtime, order.id, "proof").await.unwrap().is_yes();
                    (order.clone().reopen(), moved)
                }
                7 => {
                    let expected = order.clone().paid("MONEY".into(), now);
                    let written = expected.clone().unwrap_or_else(|_| as_if_paid(&order, now));
                    // Money for a released order is another story, told in recovery.
                    let moved = !matches!(order.state, State::Released { .. })
                        && approval::paid(runtime, &written).await.unwrap().is_yes();
                    (expected, moved)
                }
                8 => {
                    let moved =
                        steps::release(runtime, &order, ReleaseReason::Abandoned).await.unwrap().is_yes();
                    (order.clone().release(ReleaseReason::Abandoned, now), moved)
                }
                9 => {
                    let moved = steps::refunding(runtime, order.id, "reason").await.unwrap().is_yes();
                    (order.clone().refund("reason".into(), now), moved)
                }
                _ => {
                    let expected = order.clone().refunded(now);
                    let written = expected.clone().unwrap_or_else(|_| as_if_refunded(&order, now));
                    let moved = steps::refunded(runtime, &written).await.unwrap().is_yes();
                    (expected, moved)
                }
            };
            assert_eq!(moved, expected.is_ok(), "step {step}, seed {SEED}: {what} on {}", order.state.name());
            let kept = stored(&deal, order.id).await;
            match expected {
                Err(refused) => {
                    assert_eq!(refused, Refused::State(order.state.name()));
                    assert_eq!(kept, order, "a refused step changes nothing (step {step}, seed {SEED})");
                }
                Ok(expected) => {
                    assert_eq!(kept.state.name(), expected.state.name(), "step {step}, seed {SEED}");
                    assert_eq!(kept.payment_ref(), expected.payment_ref(), "step {step}, seed {SEED}");
                    stock = match &kept.state {
                        State::Paid { .. } => stock.sell(pieces).unwrap(),
                        State::Released { .. } => stock.release(pieces).unwrap(),
                        State::Refunded { .. } => stock.restock(pieces).unwrap(),
                        _ => stock,
                    };
                    model[index] = kept;
                }
            }
        }
        let left: Vec<u32> = steps::stock_left(runtime, std::iter::once(ProductId(COFFEE))).await.unwrap();
        assert_eq!(left, [stock.left], "step {step}, seed {SEED}");
        let expected = (i64::from(stock.left), i64::from(stock.held), i64::from(stock.sold));
        assert_eq!(deal.stock().await, expected, "step {step}, seed {SEED}");
    }
    let reached = |state| model.iter().any(|order| order.state.name() == state);
    assert!(["paid", "refunded", "released"].into_iter().all(reached), "the dice went everywhere");
    let open = model.iter().filter(|o| matches!(o.state.name(), "held" | "ready" | "approving")).count();
    let refunding = model.iter().filter(|order| order.state.name() == "refunding").count();
    let figures = deal.figures().await;
    assert_eq!((figures.open_holds, figures.open_refunds), (open as u64, refunding as u64));
}

async fn stored(deal: &Deal, order: OrderId) -> Order {
    orders::find(&deal.runtime, order).await.unwrap().unwrap()
}

fn announced(step: usize, now: jiff::Timestamp) -> Announced {
    Announced {
        payment_ref: format!("T{step}"),
        pc: "http://bank/pc".into(),
        mobile: "http://bank/mobile".into(),
        app: "http://bank/app".into(),
        expires_at: now + SignedDuration::from_mins(15),
    }
}

/// What a confused process would write.
fn as_if_paid(order: &Order, now: jiff::Timestamp) -> Order {
    let receipt =
        tenant_runtime_core::orders::Receipt { payment_ref: "T".into(), method: "MONEY".into(), at: now };
    Order { state: State::Paid { receipt }, ..order.clone() }
}

fn as_if_refunded(order: &Order, now: jiff::Timestamp) -> Order {
    let State::Paid { receipt } = as_if_paid(order, now).state else { unreachable!("just made") };
    Order { state: State::Refunded { receipt, reason: "reason".into(), at: now }, ..order.clone() }
}
