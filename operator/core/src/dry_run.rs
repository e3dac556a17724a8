//! `mode: Plan`: what would be done is written down, and nothing is done.

use crds::TimeDealStatus;

use crate::conditions::kinds;
use crate::desired::{Desired, Plan};
use crate::notices;
use crate::view::{View, later};

/// The same plan, only described. A deal that is over may still go: letting go of it destroys
/// nothing.
pub fn describe(view: &View, before: &TimeDealStatus, would: Plan) -> Plan {
    if would.finalized {
        return would;
    }
    let mut status = before.clone();
    status.observed_generation = view.generation;
    status.planned = steps(before, &would);
    let accepted = would.status.conditions.iter().filter(|c| c.type_ == kinds::ACCEPTED);
    let others = before.conditions.iter().filter(|c| c.type_ != kinds::ACCEPTED);
    status.conditions = accepted.chain(others).cloned().collect();
    let events = notices::between(before, &status);
    Plan {
        phase: status.phase,
        status,
        desired: Desired::Untouched,
        events,
        next_wake: would.next_wake.or(Some(later(view.now, view.context.limits.refused_seconds.max(1)))),
        finalized: false,
    }
}

fn steps(before: &TimeDealStatus, would: &Plan) -> Vec<String> {
    let phase = (before.phase != would.phase).then(|| format!("go from {} to {}", before.phase, would.phase));
    let act = match &would.desired {
        Desired::Untouched => None,
        Desired::Absent => Some("tear the runtime down".to_owned()),
        Desired::Present(runtime) => {
            let roles = runtime.roles;
            let size = |name: &str, r: crate::Replicas| format!("{name} {} to {}", r.min, r.max);
            Some(format!(
                "have the runtime with settings {}: {}, {}, {}, {}{}",
                runtime.config.settings.generation,
                size("queue", roles.queue),
                size("shop", roles.shop),
                size("payment", roles.payment),
                if runtime.routed { "routed" } else { "not routed" },
                if runtime.seal { ", sealed" } else { "" },
            ))
        }
    };
    phase.into_iter().chain(act).collect()
}
