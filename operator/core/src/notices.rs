//! What a pass has to tell: what changed from one status to the next, and only that, so that
//! nothing is told twice.

use crds::{Phase, TimeDealStatus};

use crate::conditions::{OBSTRUCTED, OVERDUE, kinds};
use crate::desired::{Notice, Severity};

/// The conditions whose coming about is a warning.
const ALARMS: [(&str, &str); 10] = [
    (kinds::ACCEPTED, "ForeignNamespace"),
    (kinds::ACCEPTED, "InvalidSpec"),
    (kinds::ACCEPTED, "WindowFrozen"),
    (kinds::PROVISIONED, "Lost"),
    (kinds::PROVISIONED, OBSTRUCTED),
    (kinds::WARM, OBSTRUCTED),
    (kinds::WARM, OVERDUE),
    (kinds::DRAINED, OVERDUE),
    (kinds::SETTLED, OVERDUE),
    (kinds::READY, OVERDUE),
];

pub fn between(before: &TimeDealStatus, after: &TimeDealStatus) -> Vec<Notice> {
    let mut notices = Vec::new();
    if before.phase != after.phase {
        notices.push(Notice {
            severity: if after.phase == Phase::Missed { Severity::Warning } else { Severity::Normal },
            reason: after.phase.to_string(),
            message: format!("from {} to {}: {}", before.phase, after.phase, meaning(after)),
        });
    }
    if let (None, Some(known)) = (&before.forced_teardown, &after.forced_teardown) {
        notices.push(Notice {
            severity: Severity::Warning,
            reason: "TeardownForced".to_owned(),
            message: format!("torn down without a settlement: {known}"),
        });
    }
    let alarms = ALARMS.iter().filter_map(|(kind, reason)| {
        let condition = after.conditions.iter().find(|c| c.type_ == *kind && c.reason == *reason)?;
        let is_news = !before.conditions.iter().any(|c| c.type_ == *kind && c.reason == *reason);
        is_news.then(|| Notice {
            severity: Severity::Warning,
            reason: format!("{kind}{reason}"),
            message: condition.message.clone(),
        })
    });
    notices.extend(alarms);
    notices
}

fn meaning(status: &TimeDealStatus) -> String {
    match status.phase {
        Phase::Pending => "waiting for its time".to_owned(),
        Phase::Provisioning => "the runtime is being created".to_owned(),
        Phase::Warming => "the runtime is warming up".to_owned(),
        Phase::Armed => "ready for the doors to open".to_owned(),
        Phase::Open => "the doors are open".to_owned(),
        Phase::Draining => "the doors are closed; who is paying may finish".to_owned(),
        Phase::Settling => "waiting for the ledger to have every order".to_owned(),
        Phase::TearingDown => match &status.settlement {
            Some(settled) => format!("settled, {} events, {} won net", settled.events, settled.net),
            None => "forced".to_owned(),
        },
        Phase::Completed => "everything is in the books, and the runtime is gone".to_owned(),
        Phase::Cancelled => "it never opened".to_owned(),
        Phase::Missed => "its window passed without a runtime".to_owned(),
    }
}
