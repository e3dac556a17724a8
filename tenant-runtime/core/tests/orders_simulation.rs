//! Thousands of random histories of one deal: shoppers who hold, pay, give up and refund, a gateway
//! that answers late, twice or never, and processes that die between any two steps. Only the order
//! rules of this crate decide; an auditor who knows none of them checks the books after every step.

use std::collections::{BTreeMap, BTreeSet};

use control_plane_core::ledger::{Delivery, OrderEvent};
use crds::{PaymentProvider, Won};
use jiff::{SignedDuration, Timestamp};
use tenant_runtime_core::ids::{OrderId, ProductId, ShopperId};
use tenant_runtime_core::orders::{Announced, Decision, Item, Order, ReleaseReason, Sighting, State, decide};
use tenant_runtime_core::stock::Stock;
use uuid::Uuid;

const HISTORIES: u64 = 2_000;
const STEPS: usize = 120;
const STOCK: u32 = 6;
const PRICE: i64 = 10_000;
/// What only a shopper who has agreed brings back.
const GENUINE: &str = "genuine";

/// SplitMix64: the same seed, the same history, on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn pick(&mut self, from: usize) -> Option<usize> {
        (from > 0).then(|| usize::try_from(self.roll(from as u64)).unwrap())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Money {
    Open { agreed: bool },
    Taken,
    GivenBack,
    Dead,
}

/// The gateway's own truth.
#[derive(Debug)]
struct Payment {
    order: usize,
    expires_at: Timestamp,
    money: Money,
    times_taken: u32,
}

/// A process on its way to the gateway; whatever it learns it learns only if it lives.
#[derive(Debug, Clone)]
enum Call {
    Confirm { order: usize, payment_ref: String, proof: String },
    Cancel { order: usize, payment_ref: String },
}

type Rule = fn(&Order, &Sighting, Timestamp) -> Decision;

struct World {
    dice: Dice,
    rule: Rule,
    now: Timestamp,
    orders: Vec<Order>,
    stock: Stock,
    payments: BTreeMap<String, Payment>,
    calls: Vec<Call>,
    ledger: Vec<OrderEvent>,
    /// Released orders whose money turned up.
    strays: Vec<usize>,
    /// What this history has shown: states reached and recovery's decisions.
    seen: BTreeSet<String>,
}

impl World {
    fn new(seed: u64, rule: Rule) -> World {
        World {
            dice: Dice(seed),
            rule,
            now: Timestamp::from_second(1_800_000_000).unwrap(),
            orders: Vec::new(),
            stock: Stock::of(STOCK),
            payments: BTreeMap::new(),
            calls: Vec::new(),
            ledger: Vec::new(),
            strays: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    fn wait(&mut self, seconds: u64) {
        self.now = self.now.checked_add(SignedDuration::from_secs(i64::try_from(seconds).unwrap())).unwrap();
        for payment in self.payments.values_mut() {
            if self.now >= payment.expires_at && matches!(payment.money, Money::Open { .. }) {
                payment.money = Money::Dead;
            }
        }
    }

    fn step(&mut self) {
        let order = self.dice.pick(self.orders.len());
        match (self.dice.roll(11), order) {
            (0 | 1, _) => self.hold(),
            (2, Some(order)) => self.announce(order),
            (3, Some(order)) => self.agree(order),
            (4, Some(order)) => self.approve(order),
            (5, Some(order)) => self.abandon(order),
            (6, Some(order)) => self.refund(order),
            (7, _) => {
                let seconds = [1, 5, 30, 400][self.dice.pick(4).unwrap()];
                self.wait(seconds);
            }
            (8, Some(order)) => self.recover(order),
            (9, _) => self.call(),
            // The process dies: its calls never reach the gateway.
            (10, _) => {
                if let Some(call) = self.dice.pick(self.calls.len()) {
                    self.calls.swap_remove(call);
                }
            }
            _ => {}
        }
    }

    fn hold(&mut self) {
        let quantity = 1 + u32::try_from(self.dice.roll(3)).unwrap();
        let Some(stock) = self.stock.hold(quantity) else { return };
        self.stock = stock;
        let number = self.orders.len() as u128;
        self.orders.push(Order {
            id: OrderId(Uuid::from_u128(number)),
            shopper: ShopperId(Uuid::from_u128(7)),
            item: Item {
                product: ProductId(Uuid::from_u128(9)),
                name: "커피".into(),
                image_url: String::new(),
                quantity,
                amount: Won(PRICE).times(quantity).unwrap(),
            },
            delivery: Delivery {
                recipient: "박지민".into(),
                phone: "+821012345678".into(),
                postcode: "04524".into(),
                line1: "세종대로 110".into(),
                line2: String::new(),
                note: String::new(),
            },
            created_at: self.now,
            held_until: self.now.checked_add(SignedDuration::from_secs(960)).unwrap(),
            state: State::Held,
        });
    }

    fn announce(&mut self, order: usize) {
        let payment_ref = format!("T{}", self.payments.len());
        let expires_at = self.now.checked_add(SignedDuration::from_mins(15)).unwrap();
        let announced = Announced {
            payment_ref: payment_ref.clone(),
            pc: String::new(),
            mobile: String::new(),
            app: String::new(),
            expires_at,
        };
        let money = Money::Open { agreed: false };
        self.payments.insert(payment_ref, Payment { order, expires_at, money, times_taken: 0 });
        if let Ok(ready) = self.orders[order].clone().ready(announced, self.now) {
            self.orders[order] = ready;
        }
    }

    fn agree(&mut self, order: usize) {
        let refusal = self.dice.roll(8) == 0;
        let Some(payment_ref) = self.orders[order].payment_ref().map(str::to_owned) else { return };
        let payment = self.payments.get_mut(&payment_ref).unwrap();
        if let Money::Open { .. } = payment.money {
            payment.money = if refusal { Money::Dead } else { Money::Open { agreed: true } };
        }
    }

    /// The shopper comes back from the gateway, or somebody makes a proof up.
    fn approve(&mut self, order: usize) {
        let payment = self.orders[order].payment_ref().and_then(|found| self.payments.get(found));
        let agreed = payment.is_some_and(|payment| payment.money == Money::Open { agreed: true });
        let proof = if agreed { GENUINE } else { "made up" };
        if let Ok(approving) = self.orders[order].clone().approve(proof.into(), self.now) {
            self.orders[order] = approving;
            self.ask_for_money(order);
        }
    }

    fn ask_for_money(&mut self, order: usize) {
        let State::Approving { payment, proof, .. } = &self.orders[order].state else {
            panic!("money is asked for an order that is not approving");
        };
        let (payment_ref, proof) = (payment.payment_ref.clone(), proof.clone());
        self.calls.push(Call::Confirm { order, payment_ref, proof });
    }

    fn abandon(&mut self, order: usize) {
        if matches!(self.orders[order].state, State::Held | State::Ready { .. }) {
            self.release(order, ReleaseReason::Abandoned);
        }
    }

    fn refund(&mut self, order: usize) {
        if let Ok(refunding) = self.orders[order].clone().refund("reason".into(), self.now) {
            let payment_ref = refunding.payment_ref().unwrap().to_owned();
            self.orders[order] = refunding;
            self.calls.push(Call::Cancel { order, payment_ref });
        }
    }

    /// One call reaches the gateway, perhaps long after it was meant to, perhaps for the second time.
    fn call(&mut self) {
        let Some(index) = self.dice.pick(self.calls.len()) else { return };
        let call = self.calls.swap_remove(index);
        // Two in three answers are heard.
        let heard = self.dice.roll(3) != 0;
        match call {
            Call::Confirm { order, payment_ref, proof } => {
                let payment = self.payments.get_mut(&payment_ref).unwrap();
                let open = matches!(payment.money, Money::Open { .. });
                let taken = payment.money == (Money::Open { agreed: true }) && proof == GENUINE;
                if taken {
                    payment.money = Money::Taken;
                    payment.times_taken += 1;
                }
                if heard && taken {
                    self.commit(order);
                } else if heard && open {
                    self.reopen(order, &proof);
                }
            }
            Call::Cancel { order, payment_ref } => {
                let payment = self.payments.get_mut(&payment_ref).unwrap();
                if payment.money == Money::Taken {
                    payment.money = Money::GivenBack;
                    if heard {
                        self.commit_refund(order);
                    }
                }
            }
        }
    }

    fn commit(&mut self, order: usize) {
        match self.orders[order].clone().paid("MONEY".into(), self.now) {
            Ok(paid) => {
                self.stock = self.stock.sell(paid.item.quantity).unwrap();
                self.ledger.push(paid.event(PaymentProvider::KakaoPay).unwrap());
                self.orders[order] = paid;
            }
            Err(_) if matches!(self.orders[order].state, State::Released { .. }) => self.strays.push(order),
            Err(_) => {}
        }
    }

    /// A proof was declined. Another one may be on its way by now, which is not to be disturbed.
    fn reopen(&mut self, order: usize, declined: &str) {
        if !matches!(&self.orders[order].state, State::Approving { proof, .. } if proof == declined) {
            return;
        }
        if let Ok(ready) = self.orders[order].clone().reopen() {
            self.orders[order] = ready;
        }
    }

    fn commit_refund(&mut self, order: usize) {
        let Ok(refunded) = self.orders[order].clone().refunded(self.now) else { return };
        self.stock = self.stock.restock(refunded.item.quantity).unwrap();
        self.ledger.push(refunded.event(PaymentProvider::KakaoPay).unwrap());
        self.orders[order] = refunded;
    }

    fn release(&mut self, order: usize, reason: ReleaseReason) {
        let released = self.orders[order].clone().release(reason, self.now).unwrap();
        self.stock = self.stock.release(released.item.quantity).unwrap();
        self.orders[order] = released;
    }

    fn recover(&mut self, order: usize) {
        let seen = if self.dice.roll(6) == 0 { Sighting::Unreachable } else { self.look_up(order) };
        let payment_ref = self.orders[order].payment_ref().map(str::to_owned);
        let decision = (self.rule)(&self.orders[order], &seen, self.now);
        let state = self.orders[order].state.name();
        self.seen.insert(state.to_owned());
        self.seen.insert(format!("{state}: {}", word(&decision)));
        match decision {
            Decision::Commit { .. } => self.commit(order),
            Decision::Release(reason) => self.release(order, reason),
            Decision::Confirm => self.ask_for_money(order),
            Decision::CancelAtGateway { .. } => {
                self.calls.push(Call::Cancel { order, payment_ref: payment_ref.unwrap() });
            }
            Decision::CommitRefund => self.commit_refund(order),
            Decision::Reopen => panic!("every payment here is of its order's amount"),
            Decision::Wait | Decision::Settled => {}
        }
    }

    fn look_up(&self, order: usize) -> Sighting {
        let Some(payment) = self.orders[order].payment_ref().and_then(|found| self.payments.get(found))
        else {
            return Sighting::Missing;
        };
        match payment.money {
            Money::Open { .. } => Sighting::InProgress,
            Money::Taken => Sighting::Paid { method: "MONEY".into() },
            Money::GivenBack => Sighting::Cancelled,
            Money::Dead => Sighting::Failed,
        }
    }

    /// The books, recomputed from what the gateway did and from the orders' own words.
    fn audit(&self) {
        let pieces = |wanted: &[&str]| -> u32 {
            let counted = self.orders.iter().filter(|order| wanted.contains(&order.state.name()));
            counted.map(|order| order.item.quantity).sum()
        };
        let held = pieces(&["held", "ready", "approving"]);
        let sold = pieces(&["paid", "refunding"]);
        assert!(held + sold <= STOCK, "I1: {held} held and {sold} sold of {STOCK}");
        assert_eq!((self.stock.held, self.stock.sold), (held, sold), "the counters are the orders");
        assert_eq!(self.stock.total(), u64::from(STOCK));
        for (payment_ref, payment) in &self.payments {
            let order = &self.orders[payment.order];
            assert!(payment.times_taken <= 1, "I2: {payment_ref} was taken twice");
            if payment.money == Money::Taken {
                assert_eq!(order.payment_ref(), Some(payment_ref.as_str()), "I2: money for nobody");
                assert_ne!(order.state.name(), "released", "I2: money for a released order");
            }
        }
        for order in &self.orders {
            let mut paid = 0;
            let mut refunded = 0;
            for event in &self.ledger {
                match event {
                    OrderEvent::Paid { order: of, .. } => paid += u32::from(*of == order.id.0),
                    OrderEvent::Refunded { order: of, .. } => refunded += u32::from(*of == order.id.0),
                }
            }
            let expected = match order.state.name() {
                "paid" | "refunding" => (1, 0),
                "refunded" => (1, 1),
                _ => (0, 0),
            };
            assert_eq!((paid, refunded), expected, "I3: {} is {}", order.id, order.state.name());
        }
    }

    /// Everything works again: recovery alone must bring every order to its end.
    fn settle(&mut self) {
        for _ in 0..400 {
            for order in 0..self.orders.len() {
                self.recover(order);
            }
            while !self.calls.is_empty() {
                self.call();
            }
            self.wait(30);
            self.audit();
        }
        for order in &self.orders {
            let payment = order.payment_ref().and_then(|found| self.payments.get(found));
            let taken = payment.is_some_and(|payment| payment.money == Money::Taken);
            let expected = order.state.name() == "paid";
            assert_eq!(taken, expected, "I2: {} is {}", order.id, order.state.name());
            assert!(
                matches!(order.state.name(), "paid" | "refunded" | "released"),
                "{} never ends: {}",
                order.id,
                order.state.name()
            );
        }
        assert!(self.strays.is_empty(), "money for orders that had been released: {:?}", self.strays);
        assert_eq!(self.stock.held, 0);
    }
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Commit { .. } => "commit",
        Decision::Release(_) => "release",
        Decision::Confirm => "confirm",
        Decision::Reopen => "reopen",
        Decision::CancelAtGateway { .. } => "cancel at the gateway",
        Decision::CommitRefund => "commit the refund",
        Decision::Wait => "wait",
        Decision::Settled => "settled",
    }
}

/// What one history has shown, or `None` where it broke an invariant.
fn history(seed: u64, rule: Rule) -> Option<BTreeSet<String>> {
    std::panic::catch_unwind(|| {
        let mut world = World::new(seed, rule);
        for _ in 0..STEPS {
            world.step();
            world.audit();
        }
        world.settle();
        world.seen
    })
    .ok()
}

#[test]
fn no_history_oversells_loses_money_or_forgets_an_order() {
    let mut seen = BTreeSet::new();
    for seed in 0..HISTORIES {
        let Some(history) = history(seed, decide) else {
            panic!("the history of seed {seed} broke an invariant")
        };
        seen.extend(history);
    }
    // The dice have been everywhere that matters.
    for situation in [
        "held: release",
        "ready: release",
        "approving: commit",
        "approving: confirm",
        "approving: release",
        "refunding: commit the refund",
        "refunding: cancel at the gateway",
    ] {
        assert!(seen.contains(situation), "no history has shown: {situation}");
    }
}

/// The auditor is worth something: a rule that gives stock back on a guess does not get past it.
#[test]
fn a_guess_is_noticed() {
    fn careless(order: &Order, seen: &Sighting, now: Timestamp) -> Decision {
        match decide(order, seen, now) {
            Decision::Confirm => Decision::Release(ReleaseReason::PaymentFailed),
            decision => decision,
        }
    }
    assert!((0..HISTORIES).any(|seed| history(seed, careless).is_none()));
}
