//! The whole platform on one machine, with no Kubernetes: the control plane on SQLite, an object
//! store, a Kakao simulator and an edge in one process, and for each deal that is due a real
//! `redis-server` and the real `tenant-runtime` beside it. `bidd up` runs it, `bidd crowd` sends
//! shoppers, and the end-to-end tests drive both.
//!
//! What a deal does and when is not decided here: the lifecycle's plan is the operator's own, and this
//! crate is one of its executors.

pub mod client;
pub mod crowd;
pub mod down;
pub mod draw;
pub mod edge;
pub mod executor;
mod files;
pub mod harness;
mod ports;
pub mod process;
mod random;
pub mod reach;
pub mod screen;
pub mod seed;
pub mod state;
pub mod storage;
pub mod store;
pub mod up;
