//! The contract between the control plane, which writes a `TimeDeal`, and whoever brings it to
//! life: the types of the resource, the rules it must obey, and the YAML generated from both.
//!
//! This crate must not know a database, an HTTP server or a cluster client: it is the leaf that
//! every other crate may lean on.

pub mod bounds;
mod explain;
pub mod links;
pub mod money;
pub mod rules;
pub mod spec;
pub mod status;

pub use links::LinkRange;
pub use money::Won;
pub use spec::*;
pub use status::*;
