//! An order, from the hold to the refund: its states, the arrows between them, and what recovery
//! decides once it knows how the gateway sees the payment.
//!
//! ```text
//! Held -> Ready -> Approving -> Paid -> Refunding -> Refunded
//!   \       \          \-> Released
//!    \-------\-----------> Released
//! ```
//! Money moves only for an order that is `Approving`; whoever has moved it there may ask the
//! gateway for it. Transitions consume the order. They decide nothing about stock and they are not
//! atomic: the Redis step of the same name is, and it must agree with the one here.

use control_plane_core::ledger::{Delivery, OrderEvent};
use crds::{PaymentProvider, Won};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{OrderId, ProductId, ShopperId};

/// How long an approval or a cancellation may be on its way before recovery asks the gateway. The
/// gateway gives up after 11 seconds, and we wait for it for 15.
pub const RECOVER_AFTER: SignedDuration = SignedDuration::from_secs(20);
/// How long after its deadline an order waits for a gateway that does not answer. Nothing is
/// guessed after that: in `Held` and `Ready` nobody has asked for money.
pub const LOOKUP_PATIENCE: SignedDuration = SignedDuration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub shopper: ShopperId,
    pub item: Item,
    pub delivery: Delivery,
    pub created_at: Timestamp,
    /// Until when the pieces are kept for an order that nobody pays for. An approval that has
    /// begun before is finished after it.
    pub held_until: Timestamp,
    pub state: State,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    pub product: ProductId,
    pub name: String,
    pub image_url: String,
    pub quantity: u32,
    /// For all pieces, as agreed when they were held.
    pub amount: Won,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The pieces are kept; no payment is announced.
    Held,
    /// A payment is announced and waits for the shopper.
    Ready {
        payment: Announced,
    },
    /// The gateway is being asked for the money, or was and has not been heard.
    Approving {
        payment: Announced,
        proof: String,
        since: Timestamp,
    },
    Paid {
        receipt: Receipt,
    },
    /// The gateway is being asked to give the money back.
    Refunding {
        receipt: Receipt,
        reason: String,
        since: Timestamp,
    },
    Refunded {
        receipt: Receipt,
        reason: String,
        at: Timestamp,
    },
    /// The pieces are back in stock.
    Released {
        reason: ReleaseReason,
        at: Timestamp,
        payment_ref: Option<String>,
    },
}

impl State {
    /// The word on the wire and in Redis.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            State::Held => "held",
            State::Ready { .. } => "ready",
            State::Approving { .. } => "approving",
            State::Paid { .. } => "paid",
            State::Refunding { .. } => "refunding",
            State::Refunded { .. } => "refunded",
            State::Released { .. } => "released",
        }
    }
}

/// A payment that the gateway knows and that the shopper can agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Announced {
    pub payment_ref: String,
    pub pc: String,
    pub mobile: String,
    pub app: String,
    pub expires_at: Timestamp,
}

/// Money that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub payment_ref: String,
    pub method: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReleaseReason {
    /// Nobody paid in time.
    Expired,
    /// The shopper gave the pieces back.
    Abandoned,
    /// The gateway said for certain that it will not take the money.
    PaymentFailed,
    /// Another amount than the order's was paid under its name, and has gone back.
    AmountDiffered,
}

/// Why an arrow cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the order is {0}")]
    State(&'static str),
    #[error("the hold is over")]
    TooLate,
}

impl Order {
    fn refused<T>(self) -> Result<T, Refused> {
        Err(Refused::State(self.state.name()))
    }

    /// Held -> Ready.
    ///
    /// # Errors
    /// Where the order is not held, or no longer.
    pub fn ready(self, payment: Announced, now: Timestamp) -> Result<Order, Refused> {
        match self.state {
            State::Held if now >= self.held_until => Err(Refused::TooLate),
            State::Held => Ok(Order { state: State::Ready { payment }, ..self }),
            _ => self.refused(),
        }
    }

    /// Ready -> Held: the announced payment is dead, another may be announced.
    ///
    /// # Errors
    /// Where the order is not ready.
    pub fn withdraw(self) -> Result<Order, Refused> {
        match self.state {
            State::Ready { .. } => Ok(Order { state: State::Held, ..self }),
            _ => self.refused(),
        }
    }

    /// Ready -> Approving, with what the shopper brought back from the gateway.
    ///
    /// # Errors
    /// Where the order is not ready, or the hold is over: then no money may be asked for.
    pub fn approve(self, proof: String, now: Timestamp) -> Result<Order, Refused> {
        match self.state {
            State::Ready { .. } if now >= self.held_until => Err(Refused::TooLate),
            State::Ready { payment } => {
                Ok(Order { state: State::Approving { payment, proof, since: now }, ..self })
            }
            _ => self.refused(),
        }
    }

    /// Approving -> Ready: the gateway said for certain that this proof is worthless, and took nothing.
    ///
    /// # Errors
    /// Where the order is not approving.
    pub fn reopen(self) -> Result<Order, Refused> {
        match self.state {
            State::Approving { payment, .. } => Ok(Order { state: State::Ready { payment }, ..self }),
            _ => self.refused(),
        }
    }

    /// Approving -> Paid. A Ready order may be found paid too (by a look-up), and is then kept.
    ///
    /// # Errors
    /// Where the order is in another state.
    pub fn paid(self, method: String, at: Timestamp) -> Result<Order, Refused> {
        match self.state {
            State::Approving { payment, .. } | State::Ready { payment } => {
                let receipt = Receipt { payment_ref: payment.payment_ref, method, at };
                Ok(Order { state: State::Paid { receipt }, ..self })
            }
            _ => self.refused(),
        }
    }

    /// Held, Ready or Approving -> Released.
    ///
    /// # Errors
    /// Where the order is in another state.
    pub fn release(self, reason: ReleaseReason, at: Timestamp) -> Result<Order, Refused> {
        let payment_ref = match self.state {
            State::Held => None,
            State::Ready { payment } | State::Approving { payment, .. } => Some(payment.payment_ref),
            _ => return self.refused(),
        };
        Ok(Order { state: State::Released { reason, at, payment_ref }, ..self })
    }

    /// Paid -> Refunding.
    ///
    /// # Errors
    /// Where the order is not paid.
    pub fn refund(self, reason: String, now: Timestamp) -> Result<Order, Refused> {
        match self.state {
            State::Paid { receipt } => {
                Ok(Order { state: State::Refunding { receipt, reason, since: now }, ..self })
            }
            _ => self.refused(),
        }
    }

    /// Refunding -> Refunded.
    ///
    /// # Errors
    /// Where the order is not refunding.
    pub fn refunded(self, at: Timestamp) -> Result<Order, Refused> {
        match self.state {
            State::Refunding { receipt, reason, .. } => {
                Ok(Order { state: State::Refunded { receipt, reason, at }, ..self })
            }
            _ => self.refused(),
        }
    }

    /// Refunding -> Paid: the gateway said for certain that it will not give the money back.
    ///
    /// # Errors
    /// Where the order is not refunding.
    pub fn keep(self) -> Result<Order, Refused> {
        match self.state {
            State::Refunding { receipt, .. } => Ok(Order { state: State::Paid { receipt }, ..self }),
            _ => self.refused(),
        }
    }

    /// The gateway's reference of the order's payment, where there is one.
    #[must_use]
    pub fn payment_ref(&self) -> Option<&str> {
        match &self.state {
            State::Held => None,
            State::Ready { payment } | State::Approving { payment, .. } => Some(&payment.payment_ref),
            State::Paid { receipt } | State::Refunding { receipt, .. } | State::Refunded { receipt, .. } => {
                Some(&receipt.payment_ref)
            }
            State::Released { payment_ref, .. } => payment_ref.as_deref(),
        }
    }

    /// What the ledger is told about an order that has just been paid or refunded.
    #[must_use]
    pub fn event(&self, provider: PaymentProvider) -> Option<OrderEvent> {
        match &self.state {
            State::Paid { receipt } => Some(OrderEvent::Paid {
                order: self.id.0,
                at: receipt.at,
                shopper: self.shopper.0,
                product: self.item.product.0,
                product_name: self.item.name.clone(),
                quantity: self.item.quantity,
                amount: self.item.amount,
                payment_ref: receipt.payment_ref.clone(),
                provider,
                method: receipt.method.clone(),
                delivery: self.delivery.clone(),
            }),
            State::Refunded { reason, at, .. } => Some(OrderEvent::Refunded {
                order: self.id.0,
                at: *at,
                amount: self.item.amount,
                reason: reason.clone(),
            }),
            _ => None,
        }
    }
}

/// A payment as the gateway sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sighting {
    /// The gateway gave no usable answer.
    Unreachable,
    /// The gateway answers that it does not know the payment.
    Missing,
    /// What the gateway has under our reference, or under what was brought back, is not this order's
    /// payment.
    Foreign,
    /// It is of this order, but of another amount: one that somebody's browser made up.
    OtherAmount(Misfit),
    /// No money has moved, but it still could.
    InProgress,
    /// No money has moved and none ever will.
    Failed,
    Paid {
        method: String,
    },
    /// Some of the money was given back.
    PartCancelled {
        cancellable: Won,
    },
    /// All of the money was given back.
    Cancelled,
}

/// What became of the money of a payment that is not of the order's amount. No order stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// No money has moved. Our confirmation, which names the order's amount, is refused for it.
    Open,
    /// It was taken, and this much of it has not gone back.
    Taken { cancellable: Won },
    /// All of it has gone back.
    Returned,
}

/// What recovery does with an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The money was taken: the order is paid.
    Commit { method: String },
    /// No money was taken and none can be: the pieces go back.
    Release(ReleaseReason),
    /// No money was taken yet and the shopper has agreed: ask for it again with the same proof.
    Confirm,
    /// This proof is worthless and no money was taken: the shopper may pay again while the hold lasts.
    Reopen,
    /// Money is at the gateway that no order stands for, or that is owed back.
    CancelAtGateway { cancellable: Won },
    /// The money is back: the order is refunded.
    CommitRefund,
    /// Nothing can be known yet: look again later.
    Wait,
    /// Nothing is left to be done, and nobody needs to look again.
    Settled,
}

/// What becomes of an order, given how the gateway sees its payment. Stock is given back only
/// where it is certain that no money was taken and that nobody will ask for it.
#[must_use]
pub fn decide(order: &Order, seen: &Sighting, now: Timestamp) -> Decision {
    match &order.state {
        State::Held if now >= order.held_until => Decision::Release(ReleaseReason::Expired),
        State::Ready { .. } => decide_ready(order, seen, now),
        State::Approving { payment, since, .. } => {
            decide_approving(order.item.amount, payment, *since, seen, now)
        }
        State::Refunding { .. } => match seen {
            Sighting::Cancelled => Decision::CommitRefund,
            Sighting::Paid { .. } => Decision::CancelAtGateway { cancellable: order.item.amount },
            Sighting::PartCancelled { cancellable } => {
                Decision::CancelAtGateway { cancellable: *cancellable }
            }
            _ => Decision::Wait,
        },
        State::Released { .. } => match seen {
            Sighting::Paid { .. } => Decision::CancelAtGateway { cancellable: order.item.amount },
            Sighting::PartCancelled { cancellable }
            | Sighting::OtherAmount(Misfit::Taken { cancellable }) => {
                Decision::CancelAtGateway { cancellable: *cancellable }
            }
            Sighting::Cancelled | Sighting::Failed | Sighting::OtherAmount(Misfit::Returned) => {
                Decision::Settled
            }
            _ => Decision::Wait,
        },
        State::Held => Decision::Wait,
        State::Paid { .. } | State::Refunded { .. } => Decision::Settled,
    }
}

/// In `Ready` nobody has asked for money, so the deadline decides; the look-up is the second lock
/// on the door.
fn decide_ready(order: &Order, seen: &Sighting, now: Timestamp) -> Decision {
    let overdue = now.duration_since(order.held_until);
    if overdue.is_negative() {
        return Decision::Wait;
    }
    match seen {
        Sighting::Paid { method } => Decision::Commit { method: method.clone() },
        Sighting::PartCancelled { cancellable } | Sighting::OtherAmount(Misfit::Taken { cancellable }) => {
            Decision::CancelAtGateway { cancellable: *cancellable }
        }
        Sighting::OtherAmount(Misfit::Returned) => Decision::Release(ReleaseReason::AmountDiffered),
        Sighting::InProgress
        | Sighting::Failed
        | Sighting::Cancelled
        | Sighting::Missing
        | Sighting::OtherAmount(Misfit::Open) => Decision::Release(ReleaseReason::Expired),
        Sighting::Unreachable | Sighting::Foreign if overdue >= LOOKUP_PATIENCE => {
            Decision::Release(ReleaseReason::Expired)
        }
        Sighting::Unreachable | Sighting::Foreign => Decision::Wait,
    }
}

/// In `Approving` an approval may still be on its way: only an answer that is final at the gateway
/// releases, and a payment that is still open is asked for again until the gateway itself ends it.
fn decide_approving(
    amount: Won,
    payment: &Announced,
    since: Timestamp,
    seen: &Sighting,
    now: Timestamp,
) -> Decision {
    match seen {
        Sighting::Paid { method } => Decision::Commit { method: method.clone() },
        Sighting::PartCancelled { cancellable } => {
            Decision::CancelAtGateway { cancellable: (*cancellable).min(amount) }
        }
        Sighting::Failed | Sighting::Cancelled => Decision::Release(ReleaseReason::PaymentFailed),
        // Its money is no order's. Once it is back the gateway takes no other under the order's name.
        Sighting::OtherAmount(Misfit::Taken { cancellable }) => {
            Decision::CancelAtGateway { cancellable: *cancellable }
        }
        Sighting::OtherAmount(Misfit::Returned) => Decision::Release(ReleaseReason::AmountDiffered),
        // No confirmation of ours takes money by such a proof.
        Sighting::OtherAmount(Misfit::Open) | Sighting::Foreign
            if now.duration_since(since) >= RECOVER_AFTER =>
        {
            Decision::Reopen
        }
        Sighting::InProgress if now.duration_since(since) >= RECOVER_AFTER => Decision::Confirm,
        Sighting::Missing if now.duration_since(payment.expires_at) >= LOOKUP_PATIENCE => {
            Decision::Release(ReleaseReason::PaymentFailed)
        }
        Sighting::InProgress
        | Sighting::Missing
        | Sighting::Foreign
        | Sighting::Unreachable
        | Sighting::OtherAmount(Misfit::Open) => Decision::Wait,
    }
}

/// How long until an undecided order is looked at again: half of the time that it has been waiting,
/// so that the waits grow, but between 2 and 30 seconds.
#[must_use]
pub fn look_again_after(waiting: SignedDuration) -> SignedDuration {
    (waiting / 2).clamp(SignedDuration::from_secs(2), SignedDuration::from_secs(30))
}

#[cfg(test)]
#[path = "orders_tests.rs"]
mod tests;
