//! The steps that change an order, one function for each `.lua` file. Those that a crowd takes at one
//! moment share their calls, and have files of their own. A step changes nothing unless the order is still
//! in the state that its caller decided on, so all of them can be repeated.

use jiff::SignedDuration;
use tenant_runtime_core::ids::{OrderId, ProductId};
use tenant_runtime_core::orders::{Announced, Order, RECOVER_AFTER, ReleaseReason, State};
use uuid::Uuid;

use crate::redis::StoreError;
use crate::state::Runtime;
use crate::step;

step!(READY, "ready");
step!(WITHDRAW, "withdraw");
step!(REOPEN, "reopen");
step!(RELEASE, "release", after "purchases");
step!(REFUNDING, "refunding");
step!(KEEP, "keep");
step!(REFUNDED, "refunded", after "purchases");
step!(STRAY_RETURNED, "stray_returned");
step!(DUE, "due");
step!(POSTPONE, "postpone");

/// What Redis said to one of those who share a call, word by word.
pub(super) type Words = Vec<String>;

/// Whether a step changed the order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Moved {
    Yes,
    /// The order was already elsewhere; the word is its state.
    No(String),
}

impl Moved {
    /// Reads a step's answer, and counts it where it was taken.
    pub(super) fn read(runtime: &Runtime, step: &'static str, word: String) -> Moved {
        if word != "moved" {
            return Moved::No(word);
        }
        runtime.meter.moved(step);
        Moved::Yes
    }

    #[must_use]
    pub fn is_yes(&self) -> bool {
        *self == Moved::Yes
    }
}

/// Which payment an order is ready with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readied {
    Now,
    /// Another request was faster; its payment is the one that counts.
    Already(Box<Announced>),
    TooLate,
    Refused,
}

/// Held -> Ready.
///
/// # Errors
/// Where Redis is away.
pub async fn ready(runtime: &Runtime, order: OrderId, payment: &Announced) -> Result<Readied, StoreError> {
    let answer: Vec<String> = runtime
        .step(&READY)
        .key(runtime.keys.order(order))
        .key(runtime.keys.orders())
        .arg(order.as_bytes())
        .arg(&payment.payment_ref)
        .arg(serde_json::to_string(payment).expect("an announced payment is plain data"))
        .run()
        .await?;
    let answer: Vec<&str> = answer.iter().map(String::as_str).collect();
    match answer.as_slice() {
        ["moved"] => {
            runtime.meter.moved("ready");
            Ok(Readied::Now)
        }
        ["already", announced] => serde_json::from_str(announced)
            .map(|announced| Readied::Already(Box::new(announced)))
            .map_err(|_| unexpected("ready", &answer)),
        ["late"] => Ok(Readied::TooLate),
        ["refused", _] => Ok(Readied::Refused),
        _ => Err(unexpected("ready", &answer)),
    }
}

/// Ready -> Held, where the announced payment is dead.
///
/// # Errors
/// Where Redis is away.
pub async fn withdraw(runtime: &Runtime, order: OrderId, payment_ref: &str) -> Result<Moved, StoreError> {
    let call = runtime.step(&WITHDRAW).key(runtime.keys.order(order)).arg(payment_ref);
    call.run().await.map(|word| Moved::read(runtime, "withdrawn", word))
}

/// Approving -> Ready, where the gateway declined this very proof.
///
/// # Errors
/// Where Redis is away.
pub async fn reopen(runtime: &Runtime, order: OrderId, proof: &str) -> Result<Moved, StoreError> {
    let call = runtime
        .step(&REOPEN)
        .key(runtime.keys.order(order))
        .key(runtime.keys.due())
        .arg(order.as_bytes())
        .arg(proof);
    call.run().await.map(|word| Moved::read(runtime, "reopened", word))
}

/// Held, Ready or Approving -> Released, where `order` is still as it is given.
///
/// # Errors
/// Where Redis is away.
pub async fn release(runtime: &Runtime, order: &Order, reason: ReleaseReason) -> Result<Moved, StoreError> {
    let proof = match &order.state {
        State::Approving { proof, .. } => proof.as_str(),
        _ => "",
    };
    let reason = match reason {
        ReleaseReason::Expired => "expired",
        ReleaseReason::Abandoned => "abandoned",
        ReleaseReason::PaymentFailed => "paymentFailed",
        ReleaseReason::AmountDiffered => "amountDiffered",
    };
    let keys = &runtime.keys;
    let call = runtime
        .step(&RELEASE)
        .key(keys.order(order.id))
        .key(keys.orders())
        .key(keys.due())
        .key(keys.books())
        .key(keys.stock(order.item.product.0))
        .key(keys.buyers())
        .arg(order.id.as_bytes())
        .arg(order.state.name())
        .arg(proof)
        .arg(reason)
        .arg(order.shopper.as_bytes())
        .arg(order.item.quantity);
    call.run().await.map(|word| Moved::read(runtime, "released", word))
}

/// Paid -> Refunding.
///
/// # Errors
/// Where Redis is away.
pub async fn refunding(runtime: &Runtime, order: OrderId, reason: &str) -> Result<Moved, StoreError> {
    let call = runtime
        .step(&REFUNDING)
        .key(runtime.keys.order(order))
        .key(runtime.keys.due())
        .key(runtime.keys.books())
        .key(runtime.keys.sealed())
        .arg(order.as_bytes())
        .arg(reason)
        .arg(millis(RECOVER_AFTER));
    call.run().await.map(|word| Moved::read(runtime, "refunding", word))
}

/// Refunding -> Paid, where the gateway will not give the money back.
///
/// # Errors
/// Where Redis is away.
pub async fn keep(runtime: &Runtime, order: OrderId) -> Result<Moved, StoreError> {
    let call = runtime
        .step(&KEEP)
        .key(runtime.keys.order(order))
        .key(runtime.keys.due())
        .key(runtime.keys.books())
        .arg(order.as_bytes());
    call.run().await.map(|word| Moved::read(runtime, "kept", word))
}

/// Refunding -> Refunded. `refunded` is the order as it will be.
///
/// # Errors
/// Where Redis is away.
pub async fn refunded(runtime: &Runtime, refunded: &Order) -> Result<Moved, StoreError> {
    let State::Refunded { at, .. } = &refunded.state else {
        panic!("order {} is written as refunded and is not", refunded.id);
    };
    let keys = &runtime.keys;
    let call = runtime
        .step(&REFUNDED)
        .key(keys.order(refunded.id))
        .key(keys.due())
        .key(keys.books())
        .key(keys.events())
        .key(keys.stock(refunded.item.product.0))
        .key(keys.buyers())
        .key(keys.settings())
        .arg(refunded.id.as_bytes())
        .arg(at.as_millisecond())
        .arg(event_text(runtime, refunded))
        .arg(u8::from(runtime.config.restock_on_refund))
        .arg(runtime.config.closes_at.as_millisecond())
        .arg(refunded.shopper.as_bytes())
        .arg(refunded.item.quantity)
        .arg(refunded.item.amount.0);
    call.run().await.map(|word| Moved::read(runtime, "refunded", word))
}

/// The money of a released order is back with the shopper.
///
/// # Errors
/// Where Redis is away.
pub async fn stray_returned(runtime: &Runtime, order: OrderId) -> Result<bool, StoreError> {
    runtime
        .step(&STRAY_RETURNED)
        .key(runtime.keys.order(order))
        .key(runtime.keys.due())
        .key(runtime.keys.books())
        .arg(order.as_bytes())
        .run()
        .await
}

/// Up to `most` orders that must be looked at, for this caller alone until the lease is over.
///
/// # Errors
/// Where Redis is away.
pub async fn due(runtime: &Runtime, most: usize, lease: SignedDuration) -> Result<Vec<OrderId>, StoreError> {
    let orders: Vec<Vec<u8>> =
        runtime.step(&DUE).key(runtime.keys.due()).arg(most).arg(millis(lease)).run().await?;
    let id = |order: &Vec<u8>| Uuid::from_slice(order).map(OrderId);
    orders.iter().map(|order| id(order).map_err(|_| unexpected("due", &["not an order's id"]))).collect()
}

/// Looks at an undecided order again later.
///
/// # Errors
/// Where Redis is away.
pub async fn postpone(runtime: &Runtime, order: OrderId, by: SignedDuration) -> Result<(), StoreError> {
    let call = runtime.step(&POSTPONE).key(runtime.keys.due());
    call.arg(order.as_bytes()).arg(millis(by)).run().await
}

/// Pieces left of each product, in the order given.
///
/// # Errors
/// Where Redis is away.
pub async fn stock_left(
    runtime: &Runtime,
    products: impl Iterator<Item = ProductId>,
) -> Result<Vec<u32>, StoreError> {
    step!(STOCK_LEFT, "stock_left");
    let call = runtime.step(&STOCK_LEFT);
    products.fold(call, |call, product| call.key(runtime.keys.stock(product.0))).run().await
}

pub(super) fn event_text(runtime: &Runtime, order: &Order) -> String {
    let event = order.event(runtime.config.payment.provider).expect("paid and refunded orders have an event");
    serde_json::to_string(&event).expect("an event is plain data")
}

pub(super) fn millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).expect("waits are seconds, not ages")
}

pub(super) fn unexpected(step: &'static str, answer: &[&str]) -> StoreError {
    StoreError::Unexpected { step, what: answer.join(" ") }
}
