//! A shopper's orders as rows of a list.

use tenant_runtime_core::orders::{Order, State};

use super::{path, words};
use crate::plain::words::{date_time, pieces, won};

pub struct Row {
    pub label: &'static str,
    pub tone: &'static str,
    pub name: String,
    pub quantity: String,
    pub amount: String,
    pub created_at: String,
    pub path: String,
    /// Whether it waits for its payment.
    pub is_open: bool,
}

impl Row {
    #[must_use]
    pub fn of(order: &Order) -> Row {
        let (label, tone) = words::state(&order.state);
        Row {
            label,
            tone,
            name: order.item.name.clone(),
            quantity: pieces(order.item.quantity),
            amount: won(order.item.amount),
            created_at: date_time(order.created_at),
            path: path(order.id),
            is_open: matches!(order.state, State::Held | State::Ready { .. }),
        }
    }
}
