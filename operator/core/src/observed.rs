//! What is known about a deal's runtime at one instant.

use control_plane_core::ledger::Head;
use tenant_runtime_core::config::DealConfig;
use tenant_runtime_core::report::Report;

/// What the executor saw. Whatever it could not learn is `None` or `false`: not knowing never leads
/// to a teardown.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Read from the source itself, never from a cache: a teardown is believed because of it.
    pub presence: Presence,
    /// The configuration that is in place, as it was last applied. Read like the presence: `None`
    /// says that there is none.
    pub config: Option<Box<DealConfig>>,
    pub redis_ready: bool,
    pub roles_ready: RolesReady,
    /// What the runtime says about itself, from `/internal/report`.
    pub report: Option<Report>,
    /// The ledger's own head, read from the control plane and not from the runtime: two parties
    /// that agree are needed for a settlement.
    pub ledger: Option<Head>,
    /// What the last attempt to bring about what is desired was refused for, in words for people: it
    /// does not pass by itself.
    pub obstacle: Option<String>,
}

impl Observed {
    /// Nothing is there.
    #[must_use]
    pub fn nothing() -> Observed {
        Observed {
            presence: Presence::Absent,
            config: None,
            redis_ready: false,
            roles_ready: RolesReady::default(),
            report: None,
            ledger: None,
            obstacle: None,
        }
    }
}

/// Whether the place that a deal's runtime lives in (a namespace, a directory) exists, and whose it
/// is: the uid of the `TimeDeal` that it carries, empty where it carries none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    Absent,
    Present { uid: String },
    Terminating { uid: String },
}

/// Whether a role has as many ready replicas as it was last told to have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RolesReady {
    pub queue: bool,
    pub shop: bool,
    pub payment: bool,
}

impl RolesReady {
    #[must_use]
    pub fn all(self) -> bool {
        self.queue && self.shop && self.payment
    }
}
