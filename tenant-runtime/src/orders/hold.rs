//! Keeping pieces. Shoppers who order at the same time share a call of the step, and with it one sync
//! of Redis' disk; each has an answer of their own.

use control_plane_core::ledger::Delivery;
use jiff::Timestamp;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::Item;
use uuid::Uuid;

use super::record::Facts;
use super::steps::{Words, unexpected};
use crate::redis::StoreError;
use crate::redis::together::Together;
use crate::state::Runtime;
use crate::step;

step!(begins HOLD, "hold", after "each");

/// How many orders one shopper may make in a deal, released ones included: each stays in Redis until
/// the deal is torn down.
const ORDERS_PER_SHOPPER_MAX: u32 = 50;

/// What is asked for when pieces are to be held.
#[derive(Debug)]
pub struct Wish<'a> {
    pub order: OrderId,
    pub shopper: Uuid,
    pub item: &'a Item,
    pub delivery: &'a Delivery,
    pub per_shopper_max: u32,
    pub idempotency_key: &'a str,
    /// Of the request's content: the same key with another content is an error.
    pub fingerprint: &'a str,
}

/// What became of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    New {
        created_at: Timestamp,
        held_until: Timestamp,
    },
    /// The request was made before; this is its order.
    Repeated(OrderId),
    KeyReused,
    Sealed,
    Closed,
    NotOpen,
    /// The shopper's place inside is gone.
    Outside,
    /// The shopper has made as many orders as anyone may.
    OrdersReached,
    ProductUnknown,
    LimitReached,
    Short {
        left: u32,
    },
}

/// A wish as it waits for the next call.
#[derive(Debug)]
pub struct Waiting {
    order: OrderId,
    shopper: Uuid,
    product: Uuid,
    pieces: u32,
    amount: i64,
    per_shopper_max: u32,
    idempotency_key: String,
    fingerprint: String,
    /// JSON.
    facts: String,
}

/// Whoever orders, gathered into calls.
pub type Holds = Together<Waiting, Words>;

/// Redis finds the next call there when it is done with one.
const CALLS_MAX: usize = 2;
/// How many holds one call makes. Such a call keeps Redis busy for a few milliseconds.
const HOLDS_MAX: usize = 256;
/// How many may wait for one: a second's worth or so.
const HOLDS_WAITING_MAX: usize = 20_000;

#[must_use]
pub fn holds() -> Holds {
    Together::new("hold", CALLS_MAX, HOLDS_MAX, HOLDS_WAITING_MAX)
}

/// Keeps pieces for a new order.
///
/// # Errors
/// Where Redis is away, or too many order at once.
pub async fn hold(runtime: &Runtime, wish: &Wish<'_>) -> Result<Held, StoreError> {
    let caller = runtime.clone();
    let call = move |wishes| hold_together(caller.clone(), wishes);
    let words = runtime.holds.ask(waiting(wish), call).await?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let held = held(&words).ok_or_else(|| unexpected("hold", &words))?;
    if matches!(held, Held::New { .. }) {
        runtime.meter.moved("held");
    }
    Ok(held)
}

fn waiting(wish: &Wish<'_>) -> Waiting {
    let Wish { order, shopper, item, delivery, per_shopper_max, idempotency_key, fingerprint } = *wish;
    let facts =
        Facts { name: item.name.clone(), image_url: item.image_url.clone(), delivery: delivery.clone() };
    Waiting {
        order,
        shopper,
        product: item.product.0,
        pieces: item.quantity,
        amount: item.amount.0,
        per_shopper_max,
        idempotency_key: idempotency_key.to_owned(),
        fingerprint: fingerprint.to_owned(),
        facts: serde_json::to_string(&facts).expect("facts are plain data"),
    }
}

async fn hold_together(runtime: Runtime, wishes: Vec<Waiting>) -> Result<Vec<Words>, StoreError> {
    let keys = &runtime.keys;
    let config = &runtime.config;
    let mut call = runtime
        .step(&HOLD)
        .key(keys.settings())
        .key(keys.sealed())
        .key(keys.passes())
        .key(keys.due())
        .key(keys.books())
        .arg(config.opens_at.as_millisecond())
        .arg(config.closes_at.as_millisecond())
        .arg(i64::from(config.hold_seconds) * 1_000)
        .arg(ORDERS_PER_SHOPPER_MAX);
    for wish in &wishes {
        call = call
            .key(keys.stock(wish.product))
            .key(keys.buyer(wish.shopper))
            .key(keys.order(wish.order))
            .arg(wish.pieces)
            .arg(wish.per_shopper_max)
            .arg(&wish.idempotency_key)
            .arg(&wish.fingerprint)
            .arg(wish.order.to_string())
            .arg(wish.product.to_string())
            .arg(wish.shopper.as_bytes().as_slice())
            .arg(wish.shopper.to_string())
            .arg(wish.amount)
            .arg(&wish.facts);
    }
    call.run().await
}

fn held(words: &[&str]) -> Option<Held> {
    let instant = |millis: &str| Timestamp::from_millisecond(millis.parse().ok()?).ok();
    Some(match words {
        ["held", created, until] => Held::New { created_at: instant(created)?, held_until: instant(until)? },
        ["repeated", order] => Held::Repeated(order.parse().ok()?),
        ["reused"] => Held::KeyReused,
        ["sealed"] => Held::Sealed,
        ["closed"] => Held::Closed,
        ["not_open"] => Held::NotOpen,
        ["outside"] => Held::Outside,
        ["orders"] => Held::OrdersReached,
        ["unknown"] => Held::ProductUnknown,
        ["limit"] => Held::LimitReached,
        ["short", left] => Held::Short { left: left.parse().ok()? },
        _ => return None,
    })
}
