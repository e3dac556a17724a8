//! What a plan asks for.

use crds::{Phase, TimeDealStatus};
use jiff::Timestamp;
use tenant_runtime_core::config::DealConfig;

/// What one pass comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The same as `status.phase`.
    pub phase: Phase,
    /// The next status. Written before [`Plan::desired`] is applied: a settlement is on record
    /// before what it settles is destroyed.
    pub status: TimeDealStatus,
    pub desired: Desired,
    /// What is worth telling people, in order; each is told once.
    pub events: Vec<Notice>,
    /// When to look again at the latest, always after `now`; `None` where nothing will ever change
    /// by itself.
    pub next_wake: Option<Timestamp>,
    /// Nothing is left but the object, and it may go: its deletion was asked for, or its time is up.
    pub finalized: bool,
}

/// What shall be there.
#[derive(Debug, Clone, PartialEq)]
pub enum Desired {
    /// Whatever is there stays as it is. The executor is not called.
    Untouched,
    /// Tear everything down.
    Absent,
    Present(Box<RuntimeDesired>),
}

/// A runtime as it shall be. Applying it twice is applying it once.
#[derive(Debug, Clone, PartialEq)]
pub struct RuntimeDesired {
    /// The document for the pods. Once the deal is warm it differs from the one in place at most in
    /// `settings`, which are pushed and restart nobody; before, a difference means a restart.
    pub config: DealConfig,
    /// The name of the platform's secret that holds `merchant-key` and `ledger-token`.
    pub secret_ref: String,
    pub roles: RoleReplicas,
    /// Whether the edge forwards the deal's host to the runtime.
    pub routed: bool,
    /// The deal is warm: its pods stay as they were made, whatever a newer version would make of
    /// them. What moves is the settings, the autoscaler's bounds and the route.
    pub frozen: bool,
    /// Ask the runtime to seal itself. It refuses while anything is open; that is no failure.
    pub seal: bool,
}

/// How many replicas each role shall have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleReplicas {
    pub queue: Replicas,
    pub shop: Replicas,
    pub payment: Replicas,
}

/// The bounds between which the autoscaler may move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replicas {
    pub min: u32,
    pub max: u32,
}

/// Something worth telling people; a Kubernetes Event, or a line in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub severity: Severity,
    /// Upper camel case, for machines.
    pub reason: String,
    /// One English sentence, for people.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Normal,
    Warning,
}
