//! The waiting room of a deal on a real Redis, over its real routes.

mod admission;
mod chaos;
mod faults;
mod full;
mod guests;
mod model;
mod notice;
mod plain;
mod process;
mod proof;
mod road;
mod streams;
mod support;
