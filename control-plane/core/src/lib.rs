//! The control plane's rules, pure: no clock, no database, no network.

pub mod ledger;
