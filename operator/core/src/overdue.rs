//! What takes too long is said, and waited for; it is never a reason to destroy anything.

use crds::{Phase, TimeDealStatus};
use jiff::Timestamp;

use crate::view::{View, later};

/// When the present phase is overdue; `None` where it may take as long as it likes.
pub fn deadline(view: &View, status: &TimeDealStatus) -> Option<Timestamp> {
    let limits = &view.context.limits;
    match status.phase {
        Phase::Provisioning | Phase::Warming => view.window(status).map(|window| window.opens_at),
        Phase::Draining => {
            let seconds = view.hold_seconds().saturating_add(limits.drain_seconds_max);
            status.closed_at.map(|at| later(at, seconds))
        }
        Phase::Settling => status.drained_at.map(|at| later(at, limits.settle_seconds_max)),
        Phase::TearingDown => status.settled_at.map(|at| later(at, limits.teardown_seconds_max)),
        Phase::Pending | Phase::Armed | Phase::Open | Phase::Completed | Phase::Cancelled | Phase::Missed => {
            None
        }
    }
}

pub fn is_overdue(view: &View, status: &TimeDealStatus) -> bool {
    deadline(view, status).is_some_and(|at| view.now >= at)
}
