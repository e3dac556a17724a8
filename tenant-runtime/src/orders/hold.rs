//! Keeping pieces. Shoppers who order at the same time share a call of the step, and with it one sync
//! of Redis' disk; each has an answer of their own.

use std::borrow::Cow;

use control_plane_core::ledger::Delivery;
use jiff::Timestamp;
use tenant_runtime_core::ids::{OrderId, ProductId, ShopperId};
use tenant_runtime_core::orders::Item;
use uuid::Uuid;

use super::purchases::{Digest, digest, entry};
use super::record::Facts;
use super::steps::unexpected;
use crate::redis::StoreError;
use crate::redis::together::Together;
use crate::state::Runtime;
use crate::step;

step!(begins HOLD, "hold", after "purchases");

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
    pub fingerprint: Digest,
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
    shopper: Uuid,
    product: ProductId,
    per_shopper_max: u32,
    /// The entry among the shopper's purchases.
    purchase: Vec<u8>,
    /// JSON.
    facts: String,
}

/// Whoever orders, gathered into calls.
pub type Holds = Together<Waiting, Result<Held, StoreError>>;

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
    let held = runtime.holds.ask(waiting(wish), call).await??;
    if matches!(held, Held::New { .. }) {
        runtime.meter.moved("held");
    }
    Ok(held)
}

fn waiting(wish: &Wish<'_>) -> Waiting {
    let Wish { order, shopper, item, delivery, per_shopper_max, idempotency_key, fingerprint } = *wish;
    let facts = Facts {
        shopper: ShopperId(shopper),
        product: item.product,
        quantity: item.quantity,
        amount: item.amount,
        name: Cow::Borrowed(&item.name),
        image_url: Cow::Borrowed(&item.image_url),
        delivery: Cow::Borrowed(delivery),
    };
    let request = digest(idempotency_key.as_bytes());
    Waiting {
        shopper,
        product: item.product,
        per_shopper_max,
        purchase: entry(&request, &fingerprint, order, item.product, item.quantity),
        facts: serde_json::to_string(&facts).expect("facts are plain data"),
    }
}

/// A product that a call wants pieces of.
struct Shelf {
    product: ProductId,
    per_shopper_max: u32,
}

/// The products of some wishes, each once.
fn shelves(wishes: &[Waiting]) -> Vec<Shelf> {
    let mut shelves: Vec<Shelf> = Vec::new();
    for Waiting { product, per_shopper_max, .. } in wishes {
        if shelves.iter().all(|shelf| shelf.product != *product) {
            shelves.push(Shelf { product: *product, per_shopper_max: *per_shopper_max });
        }
    }
    shelves
}

async fn hold_together(
    runtime: Runtime,
    wishes: Vec<Waiting>,
) -> Result<Vec<Result<Held, StoreError>>, StoreError> {
    let keys = &runtime.keys;
    let config = &runtime.config;
    let mut call = runtime
        .step(&HOLD)
        .key(keys.settings())
        .key(keys.sealed())
        .key(keys.passes())
        .key(keys.due())
        .key(keys.books())
        .key(keys.buyers())
        .key(keys.orders())
        .arg(config.opens_at.as_millisecond())
        .arg(config.closes_at.as_millisecond())
        .arg(i64::from(config.hold_seconds) * 1_000)
        .arg(ORDERS_PER_SHOPPER_MAX);
    for Shelf { product, per_shopper_max } in shelves(&wishes) {
        call = call.key(keys.stock(product.0)).arg(product.as_bytes()).arg(per_shopper_max);
    }
    for Waiting { shopper, purchase, facts, .. } in &wishes {
        call = call.arg(shopper.as_bytes().as_slice()).arg(purchase).arg(facts);
    }
    answers(&call.run::<Vec<Vec<u8>>>().await?)
}

/// Reads what Redis says to one call: an answer for each of its wishes.
fn answers(words: &[Vec<u8>]) -> Result<Vec<Result<Held, StoreError>>, StoreError> {
    let (stamp, words) = words.split_first().ok_or_else(|| unexpected("hold", &[]))?;
    let stamp = String::from_utf8_lossy(stamp);
    let instant = |millis: &str| Timestamp::from_millisecond(millis.parse().ok()?).ok();
    let (created_at, held_until) = stamp
        .split_once(' ')
        .and_then(|(created, until)| Some((instant(created)?, instant(until)?)))
        .ok_or_else(|| unexpected("hold", &[&stamp]))?;
    let answer = |word: &Vec<u8>| {
        let held = held(word, created_at, held_until);
        held.ok_or_else(|| unexpected("hold", &[&String::from_utf8_lossy(word)]))
    };
    Ok(words.iter().map(answer).collect())
}

fn held(word: &[u8], created_at: Timestamp, held_until: Timestamp) -> Option<Held> {
    Some(match word {
        b"held" => Held::New { created_at, held_until },
        b"reused" => Held::KeyReused,
        b"sealed" => Held::Sealed,
        b"closed" => Held::Closed,
        b"not_open" => Held::NotOpen,
        b"outside" => Held::Outside,
        b"orders" => Held::OrdersReached,
        b"unknown" => Held::ProductUnknown,
        b"limit" => Held::LimitReached,
        _ => {
            if let Some(order) = word.strip_prefix(b"repeated ") {
                Held::Repeated(OrderId(Uuid::from_slice(order).ok()?))
            } else {
                let left = str::from_utf8(word.strip_prefix(b"short ")?).ok()?;
                Held::Short { left: left.parse().ok()? }
            }
        }
    })
}
