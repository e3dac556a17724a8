//! The two steps around the gateway's word. A crowd that comes back from it at one moment shares their
//! calls, and with them the syncs of Redis' disk; each order has an answer of its own.

use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::{Order, RECOVER_AFTER, State};
use uuid::Uuid;

use super::steps::{Moved, Words, event_text, millis, unexpected};
use crate::redis::StoreError;
use crate::redis::together::Together;
use crate::state::Runtime;
use crate::step;

step!(APPROVING, "approving", after "each");
step!(PAID, "paid", after "each");

/// Redis finds the next call there when it is done with one.
const CALLS_MAX: usize = 2;
/// How many orders one call moves. Such a call keeps Redis busy for a few milliseconds.
const ORDERS_MAX: usize = 256;
/// How many may wait for one: more than a process can have at the gateway.
const ORDERS_WAITING_MAX: usize = 20_000;

/// Whoever comes back from the gateway, and whoever has paid, gathered into calls.
pub struct Approvals {
    approving: Together<Returned, Words>,
    paid: Together<Bought, Words>,
}

impl Default for Approvals {
    fn default() -> Approvals {
        Approvals {
            approving: Together::new("approving", CALLS_MAX, ORDERS_MAX, ORDERS_WAITING_MAX),
            paid: Together::new("paid", CALLS_MAX, ORDERS_MAX, ORDERS_WAITING_MAX),
        }
    }
}

/// An order with what its shopper brought back.
struct Returned {
    order: OrderId,
    proof: String,
}

/// An order with what is written down about its payment.
struct Bought {
    order: OrderId,
    product: Uuid,
    pieces: u32,
    amount: i64,
    /// JSON, as is the event.
    receipt: String,
    event: String,
}

/// Ready -> Approving. Only after [`Moved::Yes`] may the gateway be asked for money.
///
/// # Errors
/// Where Redis is away.
pub async fn approving(runtime: &Runtime, order: OrderId, proof: &str) -> Result<Moved, StoreError> {
    let caller = runtime.clone();
    let call = move |returned| approving_together(caller.clone(), returned);
    let words = runtime.approvals.approving.ask(Returned { order, proof: proof.to_owned() }, call).await?;
    moved(runtime, "approving", words)
}

async fn approving_together(runtime: Runtime, returned: Vec<Returned>) -> Result<Vec<Words>, StoreError> {
    let call = runtime
        .step(&APPROVING)
        .key(runtime.keys.due())
        .key(runtime.keys.orders())
        .arg(millis(RECOVER_AFTER));
    let each = |call: crate::redis::Call, Returned { order, proof }: &Returned| {
        call.key(runtime.keys.order(*order)).arg(order.as_bytes()).arg(proof)
    };
    returned.iter().fold(call, each).run().await
}

/// Approving -> Paid. `paid` is the order as it will be.
///
/// # Errors
/// Where Redis is away.
pub async fn paid(runtime: &Runtime, paid: &Order) -> Result<Moved, StoreError> {
    let State::Paid { receipt } = &paid.state else {
        panic!("order {} is written as paid without a receipt", paid.id);
    };
    let bought = Bought {
        order: paid.id,
        product: paid.item.product.0,
        pieces: paid.item.quantity,
        amount: paid.item.amount.0,
        receipt: serde_json::to_string(receipt).expect("a receipt is plain data"),
        event: event_text(runtime, paid),
    };
    let caller = runtime.clone();
    let call = move |bought| paid_together(caller.clone(), bought);
    let words = runtime.approvals.paid.ask(bought, call).await?;
    moved(runtime, "paid", words)
}

async fn paid_together(runtime: Runtime, bought: Vec<Bought>) -> Result<Vec<Words>, StoreError> {
    let keys = &runtime.keys;
    let call = runtime.step(&PAID).key(keys.due()).key(keys.books()).key(keys.events()).key(keys.orders());
    let each = |call: crate::redis::Call,
                Bought { order, product, pieces, amount, receipt, event }: &Bought| {
        let call = call.key(keys.order(*order)).key(keys.stock(*product));
        call.arg(order.as_bytes()).arg(pieces).arg(amount).arg(receipt).arg(event)
    };
    bought.iter().fold(call, each).run().await
}

fn moved(runtime: &Runtime, step: &'static str, words: Words) -> Result<Moved, StoreError> {
    match <[String; 1]>::try_from(words) {
        Ok([word]) => Ok(Moved::read(runtime, step, word)),
        Err(words) => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            Err(unexpected(step, &words))
        }
    }
}
