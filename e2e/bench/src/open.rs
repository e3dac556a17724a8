//! An open loop: requests begin when they are due, whether or not those before them were answered,
//! and their latency counts from then. Where the server stalls, the requests that were due meanwhile
//! show it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::load::Connection;

/// What came of it. Latencies count from the intended start, in microseconds.
#[derive(Debug)]
pub struct Latencies {
    sorted: Vec<u32>,
    /// Answers that were not 2xx.
    pub refused: u64,
    pub seconds: f64,
}

impl Latencies {
    /// The latency that so many thousandths of the requests did not exceed, in milliseconds.
    #[expect(clippy::float_arithmetic, reason = "a latency, not money")]
    pub fn permille_ms(&self, permille: usize) -> f64 {
        let at = (self.sorted.len() * permille / 1000).min(self.sorted.len().saturating_sub(1));
        self.sorted.get(at).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }

    #[expect(clippy::float_arithmetic, reason = "a rate, not money")]
    pub fn per_second(&self) -> f64 {
        self.sorted.len() as f64 / self.seconds
    }
}

/// Sends `total` requests, `per_second` of them each second, over so many connections in turn. The
/// `n`th request is `request(n)`.
pub async fn run<F>(
    address: SocketAddr,
    connections: usize,
    per_second: u32,
    total: usize,
    request: F,
) -> Result<Latencies>
where
    F: Fn(usize) -> Vec<u8> + Clone + Send + 'static,
{
    let mut opened = Vec::with_capacity(connections);
    for _ in 0..connections {
        opened.push(Connection::open(address).await?);
    }
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for (first, mut connection) in opened.into_iter().enumerate() {
        let request = request.clone();
        tasks.spawn(async move {
            let (mut latencies, mut refused) = (Vec::with_capacity(total / connections + 1), 0);
            for n in (first..total).step_by(connections) {
                let due = started + due_after(n, per_second);
                if due > Instant::now() {
                    tokio::time::sleep_until(due.into()).await;
                }
                let answer = connection.ask(&request(n)).await?;
                refused += u64::from(!(200..300).contains(&answer.status));
                latencies.push(u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            anyhow::Ok((latencies, refused))
        });
    }
    let mut all = Latencies { sorted: Vec::with_capacity(total), refused: 0, seconds: 0.0 };
    while let Some(task) = tasks.join_next().await {
        let (latencies, refused) = task??;
        all.sorted.extend(latencies);
        all.refused += refused;
    }
    all.seconds = started.elapsed().as_secs_f64();
    all.sorted.sort_unstable();
    Ok(all)
}

fn due_after(n: usize, per_second: u32) -> Duration {
    let nanos = u64::try_from(n).unwrap_or(u64::MAX).saturating_mul(1_000_000_000) / u64::from(per_second);
    Duration::from_nanos(nanos)
}
