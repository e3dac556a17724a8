//! The pieces of one product. Every piece is left, held or sold, and the three always add up to
//! the stock (invariant I1: held + sold <= stock).

use serde::{Deserialize, Serialize};

use crate::ids::ProductId;
use crate::orders::{Order, State};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stock {
    /// Nobody has them.
    pub left: u32,
    /// Kept for orders that are not paid yet.
    pub held: u32,
    /// Paid for and not refunded back into stock.
    pub sold: u32,
}

impl Stock {
    #[must_use]
    pub fn of(pieces: u32) -> Stock {
        Stock { left: pieces, held: 0, sold: 0 }
    }

    /// How many pieces there are, whoever has them.
    #[must_use]
    pub fn total(self) -> u64 {
        u64::from(self.left) + u64::from(self.held) + u64::from(self.sold)
    }

    /// Keeps pieces for an order; `None` where too few are left.
    #[must_use]
    pub fn hold(self, pieces: u32) -> Option<Stock> {
        Some(Stock {
            left: self.left.checked_sub(pieces)?,
            held: self.held.checked_add(pieces)?,
            sold: self.sold,
        })
    }

    /// Gives held pieces back.
    #[must_use]
    pub fn release(self, pieces: u32) -> Option<Stock> {
        Some(Stock {
            left: self.left.checked_add(pieces)?,
            held: self.held.checked_sub(pieces)?,
            sold: self.sold,
        })
    }

    /// Held pieces are paid for.
    #[must_use]
    pub fn sell(self, pieces: u32) -> Option<Stock> {
        Some(Stock {
            left: self.left,
            held: self.held.checked_sub(pieces)?,
            sold: self.sold.checked_add(pieces)?,
        })
    }

    /// Refunded pieces go back on sale.
    #[must_use]
    pub fn restock(self, pieces: u32) -> Option<Stock> {
        Some(Stock {
            left: self.left.checked_add(pieces)?,
            held: self.held,
            sold: self.sold.checked_sub(pieces)?,
        })
    }

    /// Another number of pieces is for sale; it cannot fall below what is held and sold.
    #[must_use]
    pub fn resize(self, pieces: u32) -> Stock {
        Stock { left: pieces.saturating_sub(self.held.saturating_add(self.sold)), ..self }
    }
}

/// How many pieces of a product a shopper with these orders may still order: no more than are left, and
/// than one shopper may have.
#[must_use]
pub fn orderable(left: u32, per_shopper_max: u32, product: ProductId, orders: &[Order]) -> u32 {
    let has_pieces = |order: &&Order| {
        order.item.product == product
            && !matches!(order.state, State::Released { .. } | State::Refunded { .. })
    };
    let owned = orders.iter().filter(has_pieces).map(|order| order.item.quantity);
    let owned = owned.fold(0, u32::saturating_add);
    left.min(per_shopper_max.saturating_sub(owned))
}
