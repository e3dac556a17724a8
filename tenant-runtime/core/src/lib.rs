//! The rules of a deal's runtime, pure: no clock, no Redis, no network.

pub mod config;
pub mod pass;
pub mod report;
pub mod signing;
pub mod ticket;
