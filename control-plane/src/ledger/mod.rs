//! The ledger: every event of every deal, in order and chained, and the orders that they amount to.
//! Runtimes append to it; nothing here talks to a runtime, a gateway or a cluster.

pub mod append;
pub mod entity;
pub mod history;
pub mod http;
pub mod open;
mod postings;

pub use append::{AppendError, append};
