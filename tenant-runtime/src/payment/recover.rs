//! Finds every order past its time, after whatever crash, and brings it to its end. Any process may
//! run it: orders are handed out by a lease, and all that is done to them can be done twice.

use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::SignedDuration;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::{Order, State, look_again_after};

use super::resolve::{self, Ended};
use crate::error::chain;
use crate::orders::{self, steps};
use crate::redis::StoreError;
use crate::state::Runtime;

const EVERY: Duration = Duration::from_millis(500);
const ORDERS_MAX: usize = 32;
const AT_ONCE_MAX: usize = 32;
/// Longer than a look-up and a call that both run into their time-outs.
const LEASE: SignedDuration = SignedDuration::from_secs(40);

pub(super) async fn run(runtime: &Runtime) {
    loop {
        match sweep(runtime).await {
            // As many as could be handed out: there may be more.
            Ok(ORDERS_MAX) => {}
            Ok(_) => wait(runtime).await,
            Err(error) => {
                tracing::warn!(error = %chain(&error), "recovery cannot reach the orders");
                wait(runtime).await;
            }
        }
        if runtime.shutdown.is_triggered() {
            return;
        }
    }
}

async fn wait(runtime: &Runtime) {
    tokio::select! {
        () = tokio::time::sleep(EVERY) => {}
        () = runtime.shutdown.triggered() => {}
    }
}

/// Looks at the orders that are due now, once. Returns how many there were.
///
/// # Errors
/// Where Redis is away. Orders that were handed out and not reached come up again.
pub async fn sweep(runtime: &Runtime) -> Result<usize, StoreError> {
    let due = steps::due(runtime, ORDERS_MAX, LEASE).await?;
    let count = due.len();
    futures_util::stream::iter(due)
        .for_each_concurrent(AT_ONCE_MAX, |order| async move {
            if let Err(error) = recover(runtime, order).await {
                tracing::warn!(%order, error = %chain(&error), "an order was not recovered");
            }
        })
        .await;
    Ok(count)
}

async fn recover(runtime: &Runtime, id: OrderId) -> Result<(), StoreError> {
    let Some(order) = orders::find(runtime, id).await? else {
        tracing::error!(order = %id, "an order is due and does not exist");
        return Ok(());
    };
    match resolve::look_and_act(runtime, &order).await? {
        Ended::Decided | Ended::NoMoney | Ended::RefundRefused => Ok(()),
        Ended::Open => {
            let waiting = runtime.now().duration_since(undecided_since(&order));
            steps::postpone(runtime, id, look_again_after(waiting)).await
        }
    }
}

/// Since when the order waits for a decision.
fn undecided_since(order: &Order) -> jiff::Timestamp {
    match &order.state {
        State::Approving { since, .. } | State::Refunding { since, .. } => *since,
        State::Released { at, .. } => *at,
        _ => order.held_until,
    }
}
