//! One module a suite.

pub mod approvals;
pub mod export;
pub mod payments;
pub mod ten_million;
pub mod waiting_room;
