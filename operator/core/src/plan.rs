//! One pass over one deal: look, decide, say.

use crds::{Mode, TimeDeal, TimeDealStatus};
use jiff::Timestamp;

use crate::conditions;
use crate::config::Platform;
use crate::desired::Plan;
use crate::dry_run;
use crate::notices;
use crate::observed::Observed;
use crate::road;
use crate::runtime;
use crate::view::View;
use crate::wake;

/// How long the stages of a life may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long before warm-up the runtime is created: what a start takes when all goes well.
    pub provision_seconds: u32,
    /// How long draining may take on top of the longest hold before it is overdue.
    pub drain_seconds_max: u32,
    /// How long settling may take before it is overdue.
    pub settle_seconds_max: u32,
    /// How long a teardown may take before it is overdue.
    pub teardown_seconds_max: u32,
    /// How often a deal that has a runtime is looked at, so that its figures are fresh. At least 1.
    pub poll_seconds: u32,
    /// How often a deal that was refused is looked at again. At least 1.
    pub refused_seconds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            provision_seconds: 300,
            drain_seconds_max: 300,
            settle_seconds_max: 300,
            teardown_seconds_max: 300,
            poll_seconds: 5,
            refused_seconds: 60,
        }
    }
}

/// What a plan needs to know besides the deal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub platform: Platform,
    pub limits: Limits,
}

/// What shall be done about `deal`, given what is observed at `now`.
///
/// Planning again with the status that came out, and nothing else changed, comes to the same and
/// has nothing more to tell. [`crate::Desired::Absent`] only ever comes with a status that says
/// `TearingDown`, and that only after a settlement or a forced teardown is in the status.
#[must_use]
pub fn plan(deal: &TimeDeal, observed: &Observed, now: Timestamp, context: &Context) -> Plan {
    let before = deal.status.clone().unwrap_or_default();
    let view = View::new(deal, observed, now, context);
    let plan = carry_out(&view, &before);
    match deal.spec.mode {
        Mode::Apply => plan,
        Mode::Plan => dry_run::describe(&view, &before, plan),
    }
}

fn carry_out(view: &View, before: &TimeDealStatus) -> Plan {
    let mut status = before.clone();
    status.observed_generation = view.generation;
    status.planned = Vec::new();
    road::walk(view, &mut status);
    let desired = runtime::desired(view, &status);
    status.conditions = conditions::next(view, &status, &before.conditions);
    let events = notices::between(before, &status);
    let finalized = wake::is_over(view, &status);
    let next_wake = if finalized { None } else { wake::next(view, &status) };
    Plan { phase: status.phase, status, desired, events, next_wake, finalized }
}
