//! An order as its shopper sees it.

use control_plane_core::ledger::Delivery;
use crds::{PaymentProvider, Won};
use jiff::Timestamp;
use serde::Serialize;
use tenant_runtime_core::ids::{OrderId, ProductId};
use tenant_runtime_core::orders::{Order, ReleaseReason, State};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    pub id: OrderId,
    /// `held`, `ready`, `approving`, `paid`, `refunding`, `refunded` or `released`.
    pub state: &'static str,
    pub product: ProductView,
    pub quantity: u32,
    /// For all pieces, in won.
    pub amount: Won,
    /// Through whom it is paid.
    pub provider: PaymentProvider,
    /// Until when the pieces are kept for an order that is not paid.
    pub held_until: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_reason: Option<ReleaseReason>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded_at: Option<Timestamp>,
    pub delivery: Delivery,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductView {
    pub id: ProductId,
    pub name: String,
    pub image_url: String,
}

impl OrderView {
    /// `provider` is the deal's.
    #[must_use]
    pub fn new(order: Order, provider: PaymentProvider) -> OrderView {
        let (released_reason, paid_at, refunded_at) = match &order.state {
            State::Held | State::Ready { .. } | State::Approving { .. } => (None, None, None),
            State::Paid { receipt } | State::Refunding { receipt, .. } => (None, Some(receipt.at), None),
            State::Refunded { receipt, at, .. } => (None, Some(receipt.at), Some(*at)),
            State::Released { reason, .. } => (Some(*reason), None, None),
        };
        OrderView {
            id: order.id,
            state: order.state.name(),
            product: ProductView {
                id: order.item.product,
                name: order.item.name,
                image_url: order.item.image_url,
            },
            quantity: order.item.quantity,
            amount: order.item.amount,
            provider,
            held_until: order.held_until,
            released_reason,
            created_at: order.created_at,
            paid_at,
            refunded_at,
            delivery: order.delivery,
        }
    }
}
