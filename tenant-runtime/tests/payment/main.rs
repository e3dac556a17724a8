//! Stock, orders, payments and the ledger of a deal: the real router and the real Redis, against a
//! bank and a ledger that fail in every way they can.

mod approvals;
mod bank;
mod books;
mod both;
mod breaker;
mod chaos;
mod clocks;
mod crash_points;
mod deal;
mod export;
mod full;
mod holds;
mod line;
mod model;
mod plain;
mod recovery;
mod redis;
#[path = "../redis_clock/mod.rs"]
mod redis_clock;
mod redis_clocks;
mod refunds;
mod road;
mod rush;
mod secrecy;
mod together;
mod toss;
mod toss_bank;
