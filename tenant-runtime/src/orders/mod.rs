//! The deal's orders in Redis, for shop and payment alike: how an order is stored, the steps that
//! change it, and how a shopper sees it. Whether a change makes sense is decided by
//! `tenant_runtime_core::orders`; that nothing came between is ensured by the step.

pub mod approval;
mod hold;
mod meter;
pub mod plain;
mod record;
pub mod steps;
mod view;

use std::collections::HashMap;

use futures_util::future::try_join_all;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::Order;
use uuid::Uuid;

pub use hold::{Held, Holds, Wish, hold, holds};
pub use meter::Meter;
pub use view::OrderView;

use crate::error::ApiError;
use crate::redis::StoreError;
use crate::redis::together::Together;
use crate::state::Runtime;

/// An order as it is stored.
type Fields = HashMap<String, String>;

/// Whoever asks for an order, gathered into calls.
pub type Finds = Together<OrderId, Fields>;

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
    let fields = runtime.finds.ask(order, call).await?;
    if fields.is_empty() {
        return Ok(None);
    }
    record::parse(order, &fields).map(Some)
}

async fn find_together(runtime: Runtime, orders: Vec<OrderId>) -> Result<Vec<Fields>, StoreError> {
    let mut commands = redis::pipe();
    for order in orders {
        commands.cmd("HGETALL").arg(runtime.keys.order(order));
    }
    runtime.store.read_all(&commands).await
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
    let had: Fields = runtime.store.read(redis::cmd("HGETALL").arg(runtime.keys.buyer(shopper))).await?;
    let ids = had.iter().filter_map(|(field, value)| record::requested(field, value));
    let found = try_join_all(ids.map(|order| find(runtime, order))).await?;
    let mut orders: Vec<Order> = found.into_iter().flatten().collect();
    orders.sort_by_key(|order| std::cmp::Reverse(order.created_at));
    Ok(orders)
}
