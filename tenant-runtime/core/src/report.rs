//! What a running deal reports to the lifecycle's executor at `GET /internal/report`.

use control_plane_core::ledger::Head;
use crds::{LinkRange, Won};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The generation of the settings in force.
    pub generation: i64,
    /// Set once the first shopper may come in.
    pub opened_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// blake3 of the draw's secret, hex.
    pub draw_commitment: String,
    pub waiting: u64,
    pub inside: u64,
    pub admitted: u64,
    /// Orders that are held, ready or approving.
    pub open_holds: u64,
    /// Refunds begun and not yet decided.
    pub open_refunds: u64,
    /// Events that the ledger has not acknowledged.
    pub unexported: u64,
    /// The runtime's own count and chain over all its events.
    pub head: Head,
    /// No hold, payment or refund can begin any more: the head is final.
    pub sealed: bool,
    /// Pieces paid for and not refunded.
    pub sold: u64,
    pub gross: Won,
    pub refunds: Won,
    /// The guests' links that have let somebody in. A runtime of an older version says nothing of them.
    #[serde(default)]
    pub used_links: Vec<LinkRange>,
}
