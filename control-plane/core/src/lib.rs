//! The control plane's rules, pure: no clock, no database, no network.

pub mod calendar;
pub mod categories;
pub mod deal_name;
pub mod fees;
pub mod ledger;
pub mod product;
pub mod refund;
pub mod rental;
pub mod settlement;
