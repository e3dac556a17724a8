//! What one pass sees, with the questions that the rules ask about it.

use crds::rules::{self, Violation};
use crds::{Settlement, TimeDeal, TimeDealSpec, TimeDealStatus, Window};
use jiff::{SignedDuration, Timestamp};
use tenant_runtime_core::config::DealConfig;
use tenant_runtime_core::report::Report;

use crate::FORCE_TEARDOWN;
use crate::observed::{Observed, Presence};
use crate::plan::Context;
use crate::settling::{self, Unsettled};

pub struct View<'a> {
    pub name: &'a str,
    pub spec: &'a TimeDealSpec,
    pub generation: i64,
    /// Its deletion was asked for.
    pub deleting: bool,
    /// The reason given for breaking the glass.
    pub force: Option<&'a str>,
    pub violations: Vec<Violation>,
    pub place: Place<'a>,
    pub observed: &'a Observed,
    pub now: Timestamp,
    pub context: &'a Context,
}

/// The place that the runtime lives in, as this deal sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    Empty,
    Ours,
    /// Ours, and on its way out.
    Leaving,
    /// It carries the uid of something else, and is never touched.
    Foreign {
        uid: &'a str,
    },
}

impl<'a> View<'a> {
    pub fn new(deal: &'a TimeDeal, observed: &'a Observed, now: Timestamp, context: &'a Context) -> View<'a> {
        let metadata = &deal.metadata;
        let name = metadata.name.as_deref().unwrap_or_default();
        let uid = metadata.uid.as_deref().unwrap_or_default();
        let mut violations = rules::violations(name, &deal.spec);
        if uid.is_empty() {
            let message = "an object without a uid cannot own anything".to_owned();
            violations.push(Violation { field: "metadata.uid".to_owned(), message });
        }
        let is_ours = |found: &str| !uid.is_empty() && found == uid;
        let place = match &observed.presence {
            Presence::Absent => Place::Empty,
            Presence::Present { uid } if is_ours(uid) => Place::Ours,
            Presence::Terminating { uid } if is_ours(uid) => Place::Leaving,
            Presence::Present { uid } | Presence::Terminating { uid } => Place::Foreign { uid },
        };
        let annotation = metadata.annotations.as_ref().and_then(|all| all.get(FORCE_TEARDOWN));
        View {
            name,
            spec: &deal.spec,
            generation: metadata.generation.unwrap_or_default(),
            deleting: metadata.deletion_timestamp.is_some(),
            force: annotation.map(String::as_str),
            violations,
            place,
            observed,
            now,
            context,
        }
    }

    pub fn is_valid(&self) -> bool {
        self.violations.is_empty()
    }

    /// Nothing new is begun for such a deal.
    pub fn is_refused(&self) -> bool {
        !self.is_valid() || matches!(self.place, Place::Foreign { .. })
    }

    /// What the runtime says, if it is this deal's.
    pub fn report(&self) -> Option<&'a Report> {
        if self.place == Place::Ours { self.observed.report.as_ref() } else { None }
    }

    /// The configuration in place, if it is this deal's.
    pub fn in_place(&self) -> Option<&'a DealConfig> {
        if self.place == Place::Ours { self.observed.config.as_deref() } else { None }
    }

    /// The window in force: once warm, the one that the runtime was warmed for. `None` where the
    /// spec is broken and nothing else says.
    pub fn window(&self, status: &TimeDealStatus) -> Option<Window> {
        if status.window.is_some() {
            return status.window;
        }
        if self.is_valid() {
            return Some(self.spec.window);
        }
        self.in_place().map(|config| Window { opens_at: config.opens_at, closes_at: config.closes_at })
    }

    /// The settlement, or what is missing for it.
    pub fn settlement(&self) -> Result<Settlement, Unsettled> {
        settling::settlement(self.report(), self.observed.ledger.as_ref())
    }

    /// When the runtime is created.
    pub fn provision_at(&self, window: Window) -> Timestamp {
        let ahead = i64::from(self.spec.warm_up_seconds) + i64::from(self.context.limits.provision_seconds);
        earlier(window.opens_at, ahead)
    }

    pub fn hold_seconds(&self) -> u32 {
        self.in_place().map_or(self.spec.payment.hold_seconds, |config| config.hold_seconds)
    }

    /// Whether everything that shall run runs and answers.
    pub fn is_up(&self) -> bool {
        self.place == Place::Ours
            && self.observed.redis_ready
            && self.observed.roles_ready.all()
            && self.observed.report.is_some()
    }
}

/// `at` plus some seconds; the end of time where that is beyond it.
pub fn later(at: Timestamp, seconds: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}

fn earlier(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN)
}
