//! One module a suite.

pub mod payments;
pub mod ten_million;
pub mod waiting_room;
