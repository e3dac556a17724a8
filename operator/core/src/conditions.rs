//! The conditions of a deal. Each is computed anew on every pass; the time of its last transition
//! moves only when its status does, so that a pass that learns nothing writes nothing.

use crds::{Phase, TimeDealStatus};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use crate::config;
use crate::overdue;
use crate::road;
use crate::view::{Place, View};

/// The types, in the order in which they are listed.
pub mod kinds {
    pub const ACCEPTED: &str = "Accepted";
    pub const PROVISIONED: &str = "Provisioned";
    pub const WARM: &str = "Warm";
    pub const OPEN: &str = "Open";
    pub const DRAINED: &str = "Drained";
    pub const SETTLED: &str = "Settled";
    pub const PAUSED: &str = "Paused";
    pub const READY: &str = "Ready";
}

/// The reason of a condition that has been waited for too long.
pub const OVERDUE: &str = "Overdue";
/// The reason of a condition that does not come about before somebody does something.
pub const OBSTRUCTED: &str = "Obstructed";

struct Said {
    holds: bool,
    reason: &'static str,
    message: String,
}

fn yes(reason: &'static str) -> Said {
    Said { holds: true, reason, message: String::new() }
}

fn no(reason: &'static str) -> Said {
    Said { holds: false, reason, message: String::new() }
}

impl Said {
    fn because(self, message: impl Into<String>) -> Said {
        Said { message: message.into(), ..self }
    }
}

pub fn next(view: &View, status: &TimeDealStatus, before: &[Condition]) -> Vec<Condition> {
    let said = [
        (kinds::ACCEPTED, accepted(view, status)),
        (kinds::PROVISIONED, provisioned(view, status)),
        (kinds::WARM, warm(view, status)),
        (kinds::OPEN, open(status)),
        (kinds::DRAINED, drained(view, status)),
        (kinds::SETTLED, settled(view, status)),
        (kinds::PAUSED, paused(view)),
        (kinds::READY, ready(view, status)),
    ];
    said.into_iter().map(|(kind, said)| stamp(view, kind, said, before)).collect()
}

fn stamp(view: &View, kind: &str, said: Said, before: &[Condition]) -> Condition {
    let status = if said.holds { "True" } else { "False" };
    let same = before.iter().find(|c| c.type_ == kind && c.status == status);
    // Conditions are kept to the second; finer would change by being stored.
    let now = Timestamp::from_second(view.now.as_second()).unwrap_or(view.now);
    Condition {
        type_: kind.to_owned(),
        status: status.to_owned(),
        observed_generation: Some(view.generation),
        last_transition_time: same.map_or(Time(now), |c| c.last_transition_time.clone()),
        reason: said.reason.to_owned(),
        message: said.message,
    }
}

fn accepted(view: &View, status: &TimeDealStatus) -> Said {
    if let Place::Foreign { uid } = view.place
        && !road::is_over(status.phase)
    {
        return no("ForeignNamespace")
            .because(format!("the place of this deal belongs to another one (uid {uid:?})"));
    }
    if !view.is_valid() {
        const SHOWN_MAX: usize = 10;
        let shown: Vec<String> = view.violations.iter().take(SHOWN_MAX).map(ToString::to_string).collect();
        return no("InvalidSpec").because(shown.join("; "));
    }
    match status.window {
        Some(window) if window != view.spec.window && !road::is_over(status.phase) => yes("WindowFrozen")
            .because(format!(
                "the deal runs from {} to {}; a later change of the window reaches nobody",
                window.opens_at, window.closes_at
            )),
        _ => yes("Accepted"),
    }
}

fn provisioned(view: &View, status: &TimeDealStatus) -> Said {
    match status.phase {
        Phase::Pending => no("NotYet"),
        Phase::TearingDown => no("TearingDown"),
        Phase::Completed | Phase::Cancelled | Phase::Missed => no("TornDown"),
        phase => match view.place {
            Place::Ours if view.observed.redis_ready && view.in_place().is_some() => yes("Provisioned"),
            Place::Ours if phase == Phase::Provisioning => underway(view, "Provisioning"),
            Place::Ours => no("StoreDown").because("the deal's Redis does not answer"),
            Place::Empty if status.provisioned_at.is_none() => underway(view, "Provisioning"),
            Place::Empty | Place::Leaving | Place::Foreign { .. } => {
                no("Lost").because("the deal's runtime went away without being asked to")
            }
        },
    }
}

fn warm(view: &View, status: &TimeDealStatus) -> Said {
    match status.phase {
        Phase::Pending => no("NotYet"),
        Phase::Provisioning | Phase::Warming if overdue::is_overdue(view, status) => {
            let why = view.observed.obstacle.iter().map(|obstacle| format!(": {obstacle}"));
            no(OVERDUE).because(format!(
                "the deal should be open, and its runtime is not warm{}",
                why.collect::<String>()
            ))
        }
        Phase::Provisioning => no("Warming"),
        Phase::Warming => underway(view, "Warming"),
        Phase::Armed | Phase::Open if view.is_up() => yes("Warm"),
        Phase::Armed | Phase::Open => no("RolesDown").because(missing(view)),
        _ => no("Closed"),
    }
}

/// It comes about by itself, unless something stands in the way.
fn underway(view: &View, reason: &'static str) -> Said {
    match &view.observed.obstacle {
        Some(obstacle) => no(OBSTRUCTED).because(obstacle.clone()),
        None => no(reason),
    }
}

fn open(status: &TimeDealStatus) -> Said {
    match status.phase {
        Phase::Open => yes("Open"),
        phase if phase < Phase::Open => no("NotYet"),
        _ => no("Closed"),
    }
}

fn drained(view: &View, status: &TimeDealStatus) -> Said {
    if status.drained_at.is_some() {
        return yes("Drained");
    }
    if status.phase != Phase::Draining {
        return no(if status.phase < Phase::Draining { "NotYet" } else { "NotNeeded" });
    }
    let reason = if overdue::is_overdue(view, status) { OVERDUE } else { "Draining" };
    no(reason).because(match view.report() {
        Some(report) if report.open_holds > 0 || report.open_refunds > 0 => {
            format!("{} holds and {} refunds are open", report.open_holds, report.open_refunds)
        }
        Some(_) => "the runtime has not closed yet".to_owned(),
        None => "the runtime does not answer".to_owned(),
    })
}

fn settled(view: &View, status: &TimeDealStatus) -> Said {
    if status.settlement.is_some() {
        return yes("Settled");
    }
    if let Some(known) = &status.forced_teardown {
        return no("Forced").because(known.clone());
    }
    if status.phase != Phase::Settling {
        return no(if status.phase < Phase::Settling { "NotYet" } else { "NothingToSettle" });
    }
    let is_overdue = overdue::is_overdue(view, status);
    match view.settlement() {
        Ok(_) => yes("Settled"),
        Err(missing) if is_overdue => no(OVERDUE).because(missing.message),
        Err(missing) => no(missing.reason).because(missing.message),
    }
}

fn paused(view: &View) -> Said {
    if !view.spec.paused {
        return no("Running");
    }
    let wanted = config::settings_generation(view.generation, view.deleting);
    let is_behind = view.report().is_some_and(|report| report.generation < wanted);
    yes(if is_behind { "Pausing" } else { "Paused" })
}

fn ready(view: &View, status: &TimeDealStatus) -> Said {
    match status.phase {
        Phase::Pending => no("NotYet"),
        Phase::Provisioning | Phase::Warming => no("Starting"),
        Phase::Armed | Phase::Open | Phase::Draining | Phase::Settling => {
            if view.is_up() {
                yes("Up")
            } else {
                no("Down").because(missing(view))
            }
        }
        Phase::TearingDown if overdue::is_overdue(view, status) => {
            no(OVERDUE).because("the teardown takes longer than it should")
        }
        Phase::TearingDown => no("TearingDown"),
        Phase::Completed | Phase::Cancelled | Phase::Missed => no("Over"),
    }
}

/// What of a runtime is not there, for people.
fn missing(view: &View) -> String {
    let roles = view.observed.roles_ready;
    let parts = [
        ("the runtime", view.place == Place::Ours),
        ("Redis", view.observed.redis_ready),
        ("queue", roles.queue),
        ("shop", roles.shop),
        ("payment", roles.payment),
        ("the report", view.observed.report.is_some()),
    ];
    let names: Vec<&str> = parts.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect();
    if names.is_empty() { String::new() } else { format!("not there: {}", names.join(", ")) }
}
