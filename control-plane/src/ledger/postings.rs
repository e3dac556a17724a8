//! What new events make of a deal's orders, worked out before anything is written.

use std::collections::BTreeMap;

use control_plane_core::ledger::OrderEvent;
use crds::Won;
use uuid::Uuid;

use super::entity::order;
use crate::ids::OrderId;

/// The longest texts that the columns take, in characters. The event itself is kept whole.
const PRODUCT_NAME_LENGTH_MAX: usize = 200;
const PAYMENT_REF_LENGTH_MAX: usize = 100;
const METHOD_LENGTH_MAX: usize = 20;

/// Why an event cannot follow those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    #[error("the order was paid before")]
    PaidTwice,
    #[error("the order was never paid in this deal")]
    NeverPaid,
    #[error("more goes back than was paid")]
    TooMuch,
    #[error("the amount or the quantity is not a positive number that can be kept")]
    Amount,
}

/// The orders that a batch touches.
#[derive(Default)]
pub struct Postings {
    orders: BTreeMap<Uuid, (order::Model, Change)>,
    /// What the batch adds to the ledger's totals, in won.
    pub gross: i64,
    pub refunds: i64,
    /// In the order of their events.
    pub refunded: Vec<Refunded>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    New,
    Changed,
}

pub struct Refunded {
    pub order: Uuid,
    pub amount: i64,
    pub reason: String,
    pub at: jiff::Timestamp,
}

impl Postings {
    /// Begins with the orders that there are, of whatever deal.
    pub fn on(orders: Vec<order::Model>) -> Postings {
        let orders = orders.into_iter().map(|order| (order.id.0, (order, Change::None))).collect();
        Postings { orders, ..Postings::default() }
    }

    /// One event more of `ledger`'s deal.
    pub fn post(
        &mut self,
        ledger: &super::entity::ledger::Model,
        event: &OrderEvent,
    ) -> Result<(), Contradiction> {
        match event {
            OrderEvent::Paid { order, amount, .. } => {
                if self.orders.contains_key(order) {
                    return Err(Contradiction::PaidTwice);
                }
                let new = paid(ledger, event).ok_or(Contradiction::Amount)?;
                self.gross = self.gross.checked_add(amount.0).ok_or(Contradiction::Amount)?;
                self.orders.insert(*order, (new, Change::New));
            }
            OrderEvent::Refunded { order, at, amount, reason } => {
                let (known, change) = self.orders.get_mut(order).ok_or(Contradiction::NeverPaid)?;
                if known.deal != ledger.deal {
                    return Err(Contradiction::NeverPaid);
                }
                if *amount <= Won::ZERO {
                    return Err(Contradiction::Amount);
                }
                if amount.0 > known.amount - known.refunded {
                    return Err(Contradiction::TooMuch);
                }
                known.refunded += amount.0;
                if known.refunded == known.amount {
                    known.state = order::State::Refunded;
                    known.refunded_at = Some((*at).into());
                }
                if *change == Change::None {
                    *change = Change::Changed;
                }
                self.refunds = self.refunds.checked_add(amount.0).ok_or(Contradiction::Amount)?;
                self.refunded.push(Refunded {
                    order: *order,
                    amount: amount.0,
                    reason: reason.clone(),
                    at: *at,
                });
            }
        }
        Ok(())
    }

    pub fn new_orders(&self) -> impl Iterator<Item = &order::Model> {
        self.with(Change::New)
    }

    pub fn changed_orders(&self) -> impl Iterator<Item = &order::Model> {
        self.with(Change::Changed)
    }

    fn with(&self, wanted: Change) -> impl Iterator<Item = &order::Model> {
        self.orders.values().filter(move |(_, change)| *change == wanted).map(|(order, _)| order)
    }
}

/// The order that a `Paid` event makes; nothing where its numbers cannot be kept.
fn paid(ledger: &super::entity::ledger::Model, event: &OrderEvent) -> Option<order::Model> {
    let OrderEvent::Paid {
        order,
        at,
        shopper,
        product,
        product_name,
        quantity,
        amount,
        payment_ref,
        provider,
        method,
        delivery,
    } = event
    else {
        return None;
    };
    let quantity = i32::try_from(*quantity).ok().filter(|quantity| *quantity > 0)?;
    (*amount > Won::ZERO).then(|| order::Model {
        id: OrderId(*order),
        deal: ledger.deal.clone(),
        company_id: ledger.company_id,
        shopper_id: (*shopper).into(),
        product_id: *product,
        product_name: cut(product_name, PRODUCT_NAME_LENGTH_MAX),
        quantity,
        amount: amount.0,
        refunded: 0,
        payment_ref: cut(payment_ref, PAYMENT_REF_LENGTH_MAX),
        method: cut(method, METHOD_LENGTH_MAX),
        state: order::State::Paid,
        paid_at: (*at).into(),
        refunded_at: None,
        delivery: serde_json::to_string(delivery).expect("a delivery is plain data"),
        provider: (*provider).into(),
    })
}

/// As much of a text as its column takes, without the one sign that PostgreSQL keeps in no text.
pub fn cut(text: &str, length_max: usize) -> String {
    text.chars().filter(|sign| *sign != '\0').take(length_max).collect()
}
