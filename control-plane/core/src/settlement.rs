//! What a deal brought in, counted from its events alone: gross, refunds and net, by product and by
//! hour. The same fold is what the ledger uses to refuse events that contradict one another.

use std::collections::BTreeMap;

use crds::Won;
use jiff::Timestamp;
use uuid::Uuid;

use crate::ledger::OrderEvent;

/// The totals of one deal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    pub gross: Won,
    pub refunds: Won,
    /// Paid orders, refunded ones included.
    pub orders: u64,
    pub refunded_orders: u64,
    pub by_product: BTreeMap<Uuid, ProductTotals>,
    /// By the instant at which the hour begins. Korean time is a whole number of hours ahead of
    /// UTC, so the hours are the same.
    pub by_hour: BTreeMap<Timestamp, HourTotals>,
    paid: BTreeMap<Uuid, PaidOrder>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductTotals {
    pub name: String,
    /// Pieces paid for, refunded ones included.
    pub quantity: u64,
    pub gross: Won,
    pub refunds: Won,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HourTotals {
    pub orders: u64,
    pub gross: Won,
    pub refunds: Won,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PaidOrder {
    product: Uuid,
    left: Won,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    #[error("order {0} was paid twice")]
    PaidTwice(Uuid),
    #[error("order {0} was refunded and never paid")]
    RefundWithoutPayment(Uuid),
    #[error("order {0} was refunded by more than was paid")]
    RefundTooLarge(Uuid),
    #[error("an amount is zero or negative")]
    Amount,
    #[error("a total does not fit")]
    Overflow,
}

impl Books {
    /// One event more.
    ///
    /// # Errors
    /// Where the event contradicts those before it; the books are then as they were.
    pub fn post(&mut self, event: &OrderEvent) -> Result<(), Contradiction> {
        match event {
            OrderEvent::Paid { order, at, product, product_name, quantity, amount, .. } => {
                if *amount <= Won::ZERO {
                    return Err(Contradiction::Amount);
                }
                if self.paid.contains_key(order) {
                    return Err(Contradiction::PaidTwice(*order));
                }
                // Parts never exceed the whole, so one check covers them all.
                self.gross = self.gross.plus(*amount).ok_or(Contradiction::Overflow)?;
                self.orders += 1;
                let totals = self.by_product.entry(*product).or_default();
                totals.name.clone_from(product_name);
                totals.quantity += u64::from(*quantity);
                totals.gross = Won(totals.gross.0 + amount.0);
                let hour = self.by_hour.entry(hour_of(*at)).or_default();
                hour.orders += 1;
                hour.gross = Won(hour.gross.0 + amount.0);
                self.paid.insert(*order, PaidOrder { product: *product, left: *amount });
            }
            OrderEvent::Refunded { order, at, amount, .. } => {
                if *amount <= Won::ZERO {
                    return Err(Contradiction::Amount);
                }
                let paid = self.paid.get_mut(order).ok_or(Contradiction::RefundWithoutPayment(*order))?;
                if *amount > paid.left {
                    return Err(Contradiction::RefundTooLarge(*order));
                }
                paid.left = Won(paid.left.0 - amount.0);
                self.refunds = Won(self.refunds.0 + amount.0);
                self.refunded_orders += 1;
                let totals = self.by_product.entry(paid.product).or_default();
                totals.refunds = Won(totals.refunds.0 + amount.0);
                let hour = self.by_hour.entry(hour_of(*at)).or_default();
                hour.refunds = Won(hour.refunds.0 + amount.0);
            }
        }
        Ok(())
    }

    /// What stays with the company.
    #[must_use]
    pub fn net(&self) -> Won {
        // Refunds never exceed what was paid: `post` refuses that.
        Won(self.gross.0 - self.refunds.0)
    }
}

/// The instant at which the hour of `at` begins.
fn hour_of(at: Timestamp) -> Timestamp {
    let second = at.as_second().div_euclid(3_600) * 3_600;
    Timestamp::from_second(second).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::Delivery;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a second of our time")
    }

    fn paid(order: u128, product: u128, second: i64, quantity: u32, amount: i64) -> OrderEvent {
        OrderEvent::Paid {
            order: Uuid::from_u128(order),
            at: at(second),
            shopper: Uuid::from_u128(9),
            product: Uuid::from_u128(product),
            product_name: format!("product {product}"),
            quantity,
            amount: Won(amount),
            payment_ref: format!("T{order}"),
            provider: crds::PaymentProvider::KakaoPay,
            method: "MONEY".to_owned(),
            delivery: Delivery {
                recipient: "박지민".to_owned(),
                phone: "+821012345678".to_owned(),
                postcode: "04524".to_owned(),
                line1: "서울 중구 세종대로 110".to_owned(),
                line2: String::new(),
                note: String::new(),
            },
        }
    }

    fn refunded(order: u128, second: i64, amount: i64) -> OrderEvent {
        OrderEvent::Refunded {
            order: Uuid::from_u128(order),
            at: at(second),
            amount: Won(amount),
            reason: String::new(),
        }
    }

    #[test]
    fn totals_by_product_and_by_hour() {
        let mut books = Books::default();
        for event in [paid(1, 1, 10, 2, 2_000), paid(2, 2, 3_601, 1, 500), refunded(1, 3_700, 2_000)] {
            books.post(&event).expect("the events agree");
        }
        assert_eq!((books.gross, books.refunds, books.net()), (Won(2_500), Won(2_000), Won(500)));
        assert_eq!((books.orders, books.refunded_orders), (2, 1));
        let first = &books.by_product[&Uuid::from_u128(1)];
        assert_eq!((first.quantity, first.gross, first.refunds), (2, Won(2_000), Won(2_000)));
        let hours: Vec<_> =
            books.by_hour.iter().map(|(h, t)| (h.as_second(), t.orders, t.gross.0, t.refunds.0)).collect();
        assert_eq!(hours, [(0, 1, 2_000, 0), (3_600, 1, 500, 2_000)]);
    }

    #[test]
    fn contradictions_change_nothing() {
        let mut books = Books::default();
        books.post(&paid(1, 1, 10, 1, 1_000)).expect("the first event");
        let before = books.clone();
        let order = Uuid::from_u128(1);
        for (event, expected) in [
            (paid(1, 1, 11, 1, 1_000), Contradiction::PaidTwice(order)),
            (paid(2, 1, 11, 1, 0), Contradiction::Amount),
            (paid(3, 1, 11, 1, i64::MAX), Contradiction::Overflow),
            (refunded(2, 11, 1), Contradiction::RefundWithoutPayment(Uuid::from_u128(2))),
            (refunded(1, 11, 1_001), Contradiction::RefundTooLarge(order)),
            (refunded(1, 11, -1), Contradiction::Amount),
        ] {
            assert_eq!(books.post(&event), Err(expected));
            assert_eq!(books, before);
        }
    }

    proptest! {
        /// Whatever is posted, the parts add up to the whole and the net is never negative.
        #[test]
        fn parts_add_up(events in prop::collection::vec((0_u128..20, 0_u128..4, 0_i64..9_000, 1_i64..900, any::<bool>()), 0..80)) {
            let mut books = Books::default();
            for (order, product, second, amount, pays) in events {
                let event = if pays { paid(order, product, second, 1, amount) } else { refunded(order, second, amount) };
                // A contradiction is left out; the books go on.
                let _refused = books.post(&event);
            }
            let gross: i64 = books.by_product.values().map(|t| t.gross.0).sum();
            let refunds: i64 = books.by_product.values().map(|t| t.refunds.0).sum();
            prop_assert_eq!(gross, books.gross.0);
            prop_assert_eq!(refunds, books.refunds.0);
            prop_assert_eq!(books.by_hour.values().map(|t| t.gross.0).sum::<i64>(), gross);
            prop_assert_eq!(books.by_hour.values().map(|t| t.refunds.0).sum::<i64>(), refunds);
            prop_assert!(books.net() >= Won::ZERO);
        }
    }
}
