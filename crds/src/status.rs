//! What became of the order: the status of a `TimeDeal`. Phase is a summary for people; the
//! conditions are the interface. Facts such as `openedAt` are monotonic: once set, never unset.

use std::fmt;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{LinkRange, Window, Won};

/// What became of the deal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(transform = crate::explain::unwrap)]
pub struct TimeDealStatus {
    /// Where the deal is in its life; a summary for people. Machines read the conditions.
    pub phase: Phase,
    /// The generation of the spec that this status speaks of.
    pub observed_generation: i64,
    /// By type: Accepted (the spec is valid and the place free), Provisioned (Redis runs), Warm (all
    /// pods are ready ahead of the opening), Open, Drained (nothing is held any more), Settled (the
    /// ledger and the runtime agree), Paused, Ready (everything that shall run runs).
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// The window that the runtime was warmed for. From then on it is the one in force: a later
    /// change of the spec's window reaches nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// When the namespace and Redis were there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioned_at: Option<Timestamp>,
    /// When all pods were ready. From then on nothing restarts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_at: Option<Timestamp>,
    /// When the doors opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// When they closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// When the last hold was paid or given back, and the last refund done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drained_at: Option<Timestamp>,
    /// When nothing could begin in the runtime any more: its last event is final.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed_at: Option<Timestamp>,
    /// When the ledger and the runtime agreed, so that the teardown might begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    /// When nothing was left of the runtime.
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

/// Where a deal is in its life, in that order; the last three are ends.
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

/// The figures of a deal at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Figures {
    /// Shoppers who wait for their turn.
    pub waiting: u64,
    /// Shoppers who are inside.
    pub inside: u64,
    /// Shoppers who have been let in, all in all.
    pub admitted: u64,
    /// Pieces paid for and not refunded.
    pub sold: u64,
    /// Paid minus refunded, in won.
    pub revenue: Won,
    /// The numbers of guests' links that have let somebody in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub used_links: Vec<LinkRange>,
}

/// What the ledger and the runtime agreed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settlement {
    /// How many events the deal had.
    pub events: u64,
    /// The last link of the hash chain over them, hex.
    pub digest: String,
    /// Everything that was paid, in won.
    pub gross: Won,
    /// Everything that was paid back, in won.
    pub refunds: Won,
    /// The difference, in won.
    pub net: Won,
}
