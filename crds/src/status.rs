//! What became of the order: the status of a `TimeDeal`. Phase is a summary for people; the
//! conditions are the interface. Facts such as `openedAt` are monotonic: once set, never unset.

use std::fmt;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Window, Won};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TimeDealStatus {
    pub phase: Phase,
    pub observed_generation: i64,
    /// By type: Accepted, Provisioned, Warm, Open, Drained, Settled, Paused, Ready.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// The window that the runtime was warmed for. From then on it is the one in force: a later
    /// change of the spec's window reaches nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioned_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drained_at: Option<Timestamp>,
    /// Nothing can begin in the runtime any more: its head is final.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// The hash of the draw's secret, published when the deal is armed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draw_commitment: Option<String>,
    /// Live figures, as last reported by the runtime.
    pub figures: Figures,
    /// Set once: the ledger and the runtime agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement: Option<Settlement>,
    /// Set when the teardown was forced, with what was known then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced_teardown: Option<String>,
    /// What would be done, where `mode` is `Plan`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<String>,
}

/// In the order of a deal's life; the last three are ends.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Phase {
    #[default]
    Pending,
    Provisioning,
    Warming,
    Armed,
    Open,
    Draining,
    Settling,
    TearingDown,
    Completed,
    Cancelled,
    Missed,
}

/// As in the YAML.
impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Figures {
    pub waiting: u64,
    pub inside: u64,
    pub admitted: u64,
    /// Pieces paid for and not refunded.
    pub sold: u64,
    /// Paid minus refunded, in won.
    pub revenue: Won,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settlement {
    /// How many events the deal had.
    pub events: u64,
    /// The last link of the hash chain over them, hex.
    pub digest: String,
    pub gross: Won,
    pub refunds: Won,
    pub net: Won,
}
