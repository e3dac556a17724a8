//! What the tests stand on: a Redis of their own, a deal, pods of it, and browsers.

mod browser;
pub mod deal;
mod redis_server;

use std::time::{Duration, Instant};

pub use browser::{Answer, Browser};
pub use deal::{Deal, Pod, product};
pub use redis_server::RedisServer;

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for `condition` to come true, and says what was waited for where it does not.
pub async fn eventually<F: AsyncFnMut() -> bool>(what: &str, mut condition: F) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
