//! The ledger's arithmetic: what an order event says, how events are chained, and how totals come
//! about. The runtime of a deal appends events in order; the control plane stores them verbatim and
//! recomputes the chain. Two parties that hold the same events hold the same digest.

use crds::{PaymentProvider, Won};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One event as it travels and as it is stored: the text is hashed as it is, so it is never
/// re-serialised on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// 1 for a deal's first event, then without a gap.
    pub sequence: u64,
    /// An [`OrderEvent`] as JSON.
    pub event: String,
}

/// What happened to an order.
#[expect(clippy::large_enum_variant, reason = "nearly all events are payments: a box would only cost")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum OrderEvent {
    #[serde(rename_all = "camelCase")]
    Paid {
        order: Uuid,
        at: Timestamp,
        shopper: Uuid,
        product: Uuid,
        product_name: String,
        quantity: u32,
        /// What the gateway took, in won.
        amount: Won,
        /// The gateway's own reference of the payment.
        payment_ref: String,
        /// Whose gateway it is. Left out where it is KakaoPay's, which was the only one once: what was
        /// hashed then is read as it was meant.
        #[serde(default, skip_serializing_if = "is_kakaopay")]
        provider: PaymentProvider,
        /// As the gateway said: `MONEY` or `CARD` at KakaoPay, `카드` and others at Toss.
        method: String,
        delivery: Delivery,
    },
    #[serde(rename_all = "camelCase")]
    Refunded {
        order: Uuid,
        at: Timestamp,
        /// What the gateway gave back, in won.
        amount: Won,
        reason: String,
    },
}

fn is_kakaopay(provider: &PaymentProvider) -> bool {
    *provider == PaymentProvider::KakaoPay
}

/// Where an order goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub recipient: String,
    /// E.164.
    pub phone: String,
    /// Five digits, leading zeros kept.
    pub postcode: String,
    pub line1: String,
    pub line2: String,
    pub note: String,
}

/// How far a ledger has come: the number of events and the last link of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    pub count: u64,
    /// Hex, 64 characters.
    pub digest: String,
}

impl Head {
    /// The head of a ledger without events. The deal's name is part of it, so that two deals with
    /// the same events have different digests.
    #[must_use]
    pub fn genesis(deal: &str) -> Head {
        let digest =
            blake3::Hasher::new_derive_key("ddib ledger v1 genesis").update(deal.as_bytes()).finalize();
        Head { count: 0, digest: digest.to_hex().to_string() }
    }

    /// The head after one more entry, or `None` where the entry is not the next one.
    #[must_use]
    pub fn push(&self, entry: &Entry) -> Option<Head> {
        if entry.sequence != self.count + 1 {
            return None;
        }
        let digest = blake3::Hasher::new_derive_key("ddib ledger v1 link")
            .update(self.digest.as_bytes())
            .update(&entry.sequence.to_be_bytes())
            .update(entry.event.as_bytes())
            .finalize();
        Some(Head { count: entry.sequence, digest: digest.to_hex().to_string() })
    }
}

/// A batch on its way from the runtime to the control plane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// In order, without a gap, at most [`BATCH_MAX`]. May be empty: then it only asks for news.
    pub entries: Vec<Entry>,
}

/// How many entries a batch may carry.
pub const BATCH_MAX: usize = 500;

/// What the control plane answers to a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acknowledged {
    /// The ledger's own head after the batch. Entries up to `head.count` may be dropped.
    pub head: Head,
    /// Refunds that the runtime is asked to carry out; repeated until a `Refunded` event arrives.
    pub refunds: Vec<RefundOrder>,
}

/// A refund asked for at the control plane while the deal's runtime still owns the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundOrder {
    pub order: Uuid,
    pub reason: String,
}
