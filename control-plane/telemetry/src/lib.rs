//! What is the same in every process: the clock, logs, metrics, health, shutdown and the shape of an
//! error on the wire. It knows nothing of deals, orders or money.

pub mod clock;
pub mod health;
pub mod http;
pub mod logs;
pub mod memory;
pub mod metrics;
pub mod problem;
pub mod shutdown;
pub mod threads;
