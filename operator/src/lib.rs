//! Brings `TimeDeal`s to life: looks at each, plans, applies, reports, and looks again in time.
//!
//! What to do is decided in `operator-core`; how it is done is behind [`Executor`]; where the
//! `TimeDeal`s are kept is behind [`Deals`]. This crate decides nothing about a deal by itself.

mod cluster;
pub mod environment;
mod failure;
pub mod inside;
mod leader;
mod meter;
mod pace;
mod ports;
pub mod process;
mod reconcile;
mod run;
#[cfg(test)]
mod tests;
mod worker;

pub use operator_core::*;
pub use ports::{Deals, Executor};
pub use run::run;
