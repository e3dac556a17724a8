//! The road of a deal: from phase to phase, never back. A pass walks as far as what is known
//! allows, so that walking again from where it ended goes nowhere.
//!
//! What the runtime says about its own opening and closing comes before what our clock says, and
//! nothing is torn down unless the ledger and the runtime agree, or someone broke the glass.

use crds::{Figures, Phase, TimeDealStatus, Window, Won};
use tenant_runtime_core::report::Report;

use crate::runtime;
use crate::settling;
use crate::view::{Place, View};

/// Takes in what is known, then walks.
pub fn walk(view: &View, status: &mut TimeDealStatus) {
    if !is_over(status.phase) && status.phase != Phase::TearingDown {
        if let Some(report) = view.report() {
            take_in(report, status);
        }
        freeze(view, status);
    }
    // Each step leads to a later phase, so there are fewer steps than phases.
    while let Some(next) = step(view, status) {
        debug_assert!(next > status.phase, "the road leads on");
        status.phase = next;
    }
}

/// The facts that a report states. What is on record stays on record.
fn take_in(report: &Report, status: &mut TimeDealStatus) {
    status.figures = Figures {
        waiting: report.waiting,
        inside: report.inside,
        admitted: report.admitted,
        sold: report.sold,
        revenue: report.gross.minus(report.refunds).unwrap_or(Won::ZERO),
        used_links: report.used_links.clone(),
    };
    status.opened_at = status.opened_at.or(report.opened_at);
    if status.draw_commitment.is_none() && !report.draw_commitment.is_empty() {
        status.draw_commitment = Some(report.draw_commitment.clone());
    }
}

/// A runtime whose doors have opened, or may have while nobody was looking, keeps the window that it
/// runs with.
fn freeze(view: &View, status: &mut TimeDealStatus) {
    let Some(config) = view.in_place() else { return };
    if status.window.is_none() && (status.opened_at.is_some() || config.opens_at <= view.now) {
        status.window = Some(Window { opens_at: config.opens_at, closes_at: config.closes_at });
    }
}

fn step(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    match status.phase {
        Phase::Pending => pending(view, status),
        Phase::Provisioning => provisioning(view, status),
        Phase::Warming => warming(view, status),
        Phase::Armed => armed(view, status),
        Phase::Open => close(view, status),
        Phase::Draining => draining(view, status),
        Phase::Settling => settling(view, status),
        Phase::TearingDown => tearing_down(view, status),
        Phase::Completed | Phase::Cancelled | Phase::Missed => None,
    }
}

/// The status says that nothing was ever created.
fn pending(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    match view.place {
        // It was created all the same: the process died before it could say so.
        Place::Ours | Place::Leaving => return Some(Phase::Provisioning),
        Place::Empty | Place::Foreign { .. } if view.deleting => {
            return Some(end(view, status, Phase::Cancelled));
        }
        Place::Empty | Place::Foreign { .. } => {}
    }
    if view.is_refused() {
        return None;
    }
    let window = view.spec.window;
    if view.now >= window.closes_at {
        return Some(end(view, status, Phase::Missed));
    }
    (view.now >= view.provision_at(window)).then_some(Phase::Provisioning)
}

fn provisioning(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    let is_there = view.in_place().is_some() && view.observed.redis_ready;
    if is_there || status.opened_at.is_some() {
        status.provisioned_at = Some(view.now);
        return Some(Phase::Warming);
    }
    give_up(view, status)
}

fn warming(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    let is_warm = view.is_up() && runtime::is_in_place(view, status);
    if is_warm || status.opened_at.is_some() {
        status.warm_at = Some(view.now);
        status.window = view.window(status);
        return Some(Phase::Armed);
    }
    give_up(view, status)
}

fn armed(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    let window = view.window(status)?;
    if status.opened_at.is_some() || view.now >= window.opens_at {
        status.opened_at.get_or_insert(window.opens_at.max(status.warm_at.unwrap_or(window.opens_at)));
        return Some(Phase::Open);
    }
    give_up(view, status)
}

/// A deal that has not opened, and will not: cancelled, or its window is over.
fn give_up(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    if !is_closing(view, status) {
        return None;
    }
    if let Some(outcome) = nothing_left(view, status) {
        return Some(end(view, status, outcome));
    }
    close(view, status)
}

fn close(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    if !is_closing(view, status) {
        return None;
    }
    let reported = view.report().and_then(|report| report.closed_at);
    let by_the_window = view.window(status).map(|w| w.closes_at).filter(|closes_at| view.now >= *closes_at);
    status.closed_at = reported.or(by_the_window).or(Some(view.now));
    Some(Phase::Draining)
}

fn is_closing(view: &View, status: &TimeDealStatus) -> bool {
    view.deleting
        || view.report().is_some_and(|report| report.closed_at.is_some())
        || view.window(status).is_some_and(|window| view.now >= window.closes_at)
}

fn draining(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    if let Some(outcome) = nothing_left(view, status) {
        return Some(end(view, status, outcome));
    }
    if view.report().is_some_and(|report| settling::is_drained(report, view.deleting)) {
        status.drained_at = Some(view.now);
        return Some(Phase::Settling);
    }
    forced(view, status)
}

fn settling(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    if view.report().is_some_and(|report| report.sealed) {
        status.sealed_at.get_or_insert(view.now);
    }
    let Ok(settlement) = view.settlement() else { return forced(view, status) };
    status.settled_at = Some(view.now);
    status.settlement = Some(settlement);
    Some(Phase::TearingDown)
}

/// Someone decided that what cannot be drained or settled goes all the same. What was known then is
/// put on record first.
fn forced(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    let reason = view.force?;
    let reason: String = reason.chars().take(FORCE_REASON_LENGTH_MAX).collect();
    let missing = view.settlement().err()?;
    status.forced_teardown = Some(format!("{reason} (while {}: {})", status.phase, missing.message));
    Some(Phase::TearingDown)
}

const FORCE_REASON_LENGTH_MAX: usize = 500;

fn tearing_down(view: &View, status: &mut TimeDealStatus) -> Option<Phase> {
    match view.place {
        Place::Ours | Place::Leaving => None,
        Place::Empty | Place::Foreign { .. } => {
            let outcome = outcome(view, status);
            Some(end(view, status, outcome))
        }
    }
}

/// Where nothing is there, nothing opened and the ledger knows of nothing, there is nothing to
/// drain or settle either, and nothing is created only to be torn down.
fn nothing_left(view: &View, status: &TimeDealStatus) -> Option<Phase> {
    let nothing_sold = view.observed.ledger.as_ref().is_some_and(|head| head.count == 0);
    let is_gone = matches!(view.place, Place::Empty | Place::Foreign { .. });
    (is_gone && nothing_sold && status.opened_at.is_none()).then(|| outcome(view, status))
}

fn outcome(view: &View, status: &TimeDealStatus) -> Phase {
    if status.opened_at.is_some() {
        Phase::Completed
    } else if view.deleting {
        Phase::Cancelled
    } else {
        Phase::Missed
    }
}

fn end(view: &View, status: &mut TimeDealStatus, outcome: Phase) -> Phase {
    status.completed_at = Some(view.now);
    outcome
}

/// Nothing will ever be done for a deal in such a phase again.
pub fn is_over(phase: Phase) -> bool {
    matches!(phase, Phase::Completed | Phase::Cancelled | Phase::Missed)
}
