//! What shall be there in each phase.

use crds::{Phase, RoleSize, TimeDealStatus};
use tenant_runtime_core::config::{DealConfig, Settings};

use crate::config;
use crate::desired::{Desired, Replicas, RoleReplicas, RuntimeDesired};
use crate::view::{Place, View};

pub fn desired(view: &View, status: &TimeDealStatus) -> Desired {
    match (status.phase, view.place) {
        (Phase::TearingDown, Place::Ours | Place::Leaving) => Desired::Absent,
        (Phase::TearingDown | Phase::Pending, _) => Desired::Untouched,
        (Phase::Completed | Phase::Cancelled | Phase::Missed, _) => Desired::Untouched,
        // What is on its way out has to be gone before it can come back.
        (_, Place::Leaving | Place::Foreign { .. }) => Desired::Untouched,
        (phase, Place::Empty | Place::Ours) => {
            let Some(config) = config(view, status) else { return Desired::Untouched };
            Desired::Present(Box::new(RuntimeDesired {
                config,
                secret_ref: view.spec.payment.secret_ref.clone(),
                roles: replicas(view, phase),
                // Whoever is paying when the doors close must find the way back to the deal.
                routed: phase >= Phase::Armed && status.sealed_at.is_none(),
                frozen: status.warm_at.is_some(),
                seal: phase == Phase::Settling,
            }))
        }
    }
}

/// Whether the configuration that shall be there is there, what may change while the deal runs left
/// aside.
pub fn is_in_place(view: &View, status: &TimeDealStatus) -> bool {
    match (config(view, status), view.in_place()) {
        (Some(wanted), Some(found)) => {
            let settings = wanted.settings.clone();
            wanted == DealConfig { settings, ..found.clone() }
        }
        _ => false,
    }
}

/// The configuration, or `None` where a broken spec leaves nothing to go by.
fn config(view: &View, status: &TimeDealStatus) -> Option<DealConfig> {
    let settings = settings(view)?;
    match (status.window, view.in_place()) {
        (Some(_), Some(found)) => Some(DealConfig { settings, ..found.clone() }),
        (None, Some(found)) if !view.is_valid() => Some(DealConfig { settings, ..found.clone() }),
        (window, _) if view.is_valid() => {
            let window = window.unwrap_or(view.spec.window);
            Some(config::build(view.name, view.spec, window, settings, &view.context.platform))
        }
        _ => None,
    }
}

fn settings(view: &View) -> Option<Settings> {
    if view.is_valid() {
        return Some(config::settings(view.spec, view.generation, view.deleting));
    }
    let found = &view.in_place()?.settings;
    Some(if view.deleting { config::closed(found, view.generation) } else { found.clone() })
}

fn replicas(view: &View, phase: Phase) -> RoleReplicas {
    let size = |role: &RoleSize| Replicas {
        min: if phase <= Phase::Open { role.warm } else { role.min },
        max: role.max,
    };
    let roles = &view.spec.roles;
    RoleReplicas { queue: size(&roles.queue), shop: size(&roles.shop), payment: size(&roles.payment) }
}
