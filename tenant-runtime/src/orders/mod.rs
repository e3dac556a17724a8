//! The deal's orders in Redis, for shop and payment alike: how an order is stored, the steps that
//! change it, and how a shopper sees it. Whether a change makes sense is decided by
//! `tenant_runtime_core::orders`; that nothing came between is ensured by the step.

pub mod approval;
mod hold;
mod meter;
pub mod plain;
mod purchases;
mod record;
pub mod steps;
mod view;

use futures_util::future::try_join_all;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::Order;
use uuid::Uuid;

pub use hold::{Held, Holds, Wish, hold, holds};
pub use meter::Meter;
pub use purchases::{Digest, digest};
pub use view::OrderView;

use crate::error::ApiError;
use crate::redis::StoreError;
use crate::redis::together::Together;
use crate::state::Runtime;
use record::Stored;

/// Whoever asks for an order, gathered into calls.
pub type Finds = Together<OrderId, Stored>;

/// Redis finds the next call there when it is done with one.
const CALLS_MAX: usize = 2;
/// How many orders one call reads.
const ORDERS_MAX: usize = 256;
/// How many may wait to be read.
const ORDERS_WAITING_MAX: usize = 20_000;

#[must_use]
pub fn finds() -> Finds {
    Together::new("find", CALLS_MAX, ORDERS_MAX, ORDERS_WAITING_MAX)
}

/// One order.
///
/// # Errors
/// Where Redis is away, or holds something that is no order.
pub async fn find(runtime: &Runtime, order: OrderId) -> Result<Option<Order>, StoreError> {
    let caller = runtime.clone();
    let call = move |orders| find_together(caller.clone(), orders);
    record::parse(order, &runtime.finds.ask(order, call).await?)
}

async fn find_together(runtime: Runtime, orders: Vec<OrderId>) -> Result<Vec<Stored>, StoreError> {
    let mut commands = redis::pipe();
    commands.cmd("HMGET").arg(runtime.keys.orders());
    for order in &orders {
        commands.arg(order.as_bytes());
    }
    for order in &orders {
        commands.cmd("HGETALL").arg(runtime.keys.order(*order));
    }
    record::stored(runtime.store.read_all(&commands).await?)
}

/// One order of one shopper. Another's order is as unknown as none.
///
/// # Errors
/// [`ApiError::OrderUnknown`], or where Redis is away.
pub async fn find_own(runtime: &Runtime, shopper: Uuid, order: OrderId) -> Result<Order, ApiError> {
    find(runtime, order).await?.filter(|order| order.shopper.0 == shopper).ok_or(ApiError::OrderUnknown)
}

/// All orders of one shopper in this deal, newest first; a hold that would be one too many is refused.
///
/// # Errors
/// Where Redis is away, or holds something that is no order.
pub async fn of_shopper(runtime: &Runtime, shopper: Uuid) -> Result<Vec<Order>, StoreError> {
    let mut command = redis::cmd("HGET");
    command.arg(runtime.keys.buyers()).arg(shopper.as_bytes().as_slice());
    let purchases: Option<Vec<u8>> = runtime.store.read(&command).await?;
    let ids = purchases::orders(&purchases.unwrap_or_default()).ok_or_else(|| StoreError::Unexpected {
        step: "orders",
        what: format!("what shopper {shopper} has is no list of purchases"),
    })?;
    let found = try_join_all(ids.into_iter().map(|order| find(runtime, order))).await?;
    let mut orders: Vec<Order> = found.into_iter().flatten().collect();
    orders.sort_by_key(|order| std::cmp::Reverse(order.created_at));
    Ok(orders)
}
