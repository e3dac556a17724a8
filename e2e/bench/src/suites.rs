//! One module a suite.

pub mod payments;
pub mod waiting_room;
