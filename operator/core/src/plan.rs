//! The plan of a deal's life.

use crate::config::Platform;

/// How long the stages of a life may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long before warm-up the runtime is created: what a start takes when all goes well.
    pub provision_seconds: u32,
    /// How long after the close draining may take on top of the longest hold before it is overdue.
    pub drain_seconds_max: u32,
    /// How long settling may take before it is overdue.
    pub settle_seconds_max: u32,
    /// How long a teardown may take before it is overdue.
    pub teardown_seconds_max: u32,
    /// How often a deal that has a runtime is looked at, so that its figures are fresh.
    pub poll_seconds: u32,
}

/// What a plan needs to know besides the deal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub platform: Platform,
    pub limits: Limits,
}
