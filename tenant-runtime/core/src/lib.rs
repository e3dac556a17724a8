//! The rules of a deal's runtime, pure: no clock, no Redis, no network.

pub mod breaker;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod draw;
pub mod frontier;
pub mod ids;
pub mod invitation;
pub mod notice;
pub mod orders;
pub mod pass;
pub mod presence;
pub mod proof;
pub mod report;
pub mod room;
pub mod signing;
pub mod stock;
pub mod ticket;
