//! The lifecycle of a deal, pure: from what was ordered and what is observed to what shall be
//! there, what the status says, and when to look again; and, in [`objects`], what that comes to in a
//! Kubernetes cluster. It talks to no cluster, no process, no network, and is told the time; whoever
//! executes it is on the other side of `operator::Executor`.

pub mod conditions;
pub mod config;
pub mod desired;
mod dry_run;
mod notices;
pub mod objects;
pub mod observed;
mod overdue;
pub mod plan;
mod road;
mod runtime;
mod settling;
mod view;
mod wake;

pub use config::{Platform, TossPlaces};
pub use desired::{Desired, Notice, Plan, Replicas, RoleReplicas, RuntimeDesired, Severity};
pub use observed::{Observed, Presence, RolesReady};
pub use plan::{Context, Limits, plan};

/// Who holds a `TimeDeal` until nothing is left of its runtime.
pub const FINALIZER: &str = "bidd.io/teardown";

/// Breaks the glass: a closed deal that cannot drain or settle is torn down all the same. The value
/// says why; it is recorded in `status.forcedTeardown`.
pub const FORCE_TEARDOWN: &str = "bidd.io/force-teardown";
