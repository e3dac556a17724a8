//! Refunds: asked for here by shoppers and companies, carried out by the deal's runtime as long as
//! its ledger is open, and by the platform afterwards. There is one owner at any time.

pub mod ask;
pub mod execute;
