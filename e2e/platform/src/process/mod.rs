//! Child processes that outlive their parent: started in a process group of their own, written down
//! with what identifies them, found again after the parent was killed, restarted when they die and
//! stopped when they are no longer wanted.
//!
//! This module knows nothing of deals. It never signals a process that it has not identified by pid,
//! start time and boot: a pid alone may belong to somebody else by now.

mod handle;
mod identity;
mod liveness;
mod records;
mod supervisor;

pub use handle::Process;
pub use identity::Identity;
pub use liveness::Liveness;
pub use records::Records;
pub use supervisor::{Service, Supervisor};
