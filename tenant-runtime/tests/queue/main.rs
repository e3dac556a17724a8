//! The waiting room of a deal on a real Redis, over its real routes.

mod admission;
mod chaos;
mod clocks;
mod faults;
mod full;
mod guests;
mod model;
mod notice;
mod plain;
mod process;
mod proof;
#[path = "../redis_clock/mod.rs"]
mod redis_clock;
mod road;
mod streams;
mod support;
