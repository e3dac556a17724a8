//! The rules of a deal's runtime, pure: no clock, no Redis, no network.

pub mod config;
pub mod report;
