//! When to look again.

use crds::{Phase, TimeDealStatus};
use jiff::Timestamp;

use crate::overdue;
use crate::road;
use crate::view::{View, later};

/// Nothing is left but the object, and nobody needs that any more.
pub fn is_over(view: &View, status: &TimeDealStatus) -> bool {
    road::is_over(status.phase)
        && (view.deleting || kept_until(view, status).is_none_or(|until| view.now >= until))
}

/// Always after now. `None` is for a deal that is over, which [`is_over`] tells first.
pub fn next(view: &View, status: &TimeDealStatus) -> Option<Timestamp> {
    let limits = &view.context.limits;
    let poll = later(view.now, limits.poll_seconds.max(1));
    if road::is_over(status.phase) {
        return kept_until(view, status);
    }
    if status.phase == Phase::Pending {
        let refused = view.is_refused().then(|| later(view.now, limits.refused_seconds.max(1)));
        return refused.or(Some(view.provision_at(view.spec.window)));
    }
    let window = view.window(status);
    let boundaries =
        [window.map(|w| w.opens_at), window.map(|w| w.closes_at), overdue::deadline(view, status)];
    boundaries.into_iter().flatten().filter(|at| *at > view.now).chain([poll]).min()
}

fn kept_until(view: &View, status: &TimeDealStatus) -> Option<Timestamp> {
    status.completed_at.map(|at| later(at, view.spec.retention_seconds))
}
