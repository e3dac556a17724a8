//! What the crowd counts and times. Times run from when a step was meant to begin, never from when
//! the crowd got round to it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::time::Instant;

/// The steps of the road.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    SignIn,
    Enter,
    /// One look at one's position.
    Position,
    /// From entering to having a pass, which the queue means to take.
    Wait,
    Pass,
    Hold,
    Ready,
    /// Confirming at the gateway's page.
    Confirm,
    Approve,
    Order,
    Refund,
}

impl Step {
    pub const ALL: [Step; 11] = [
        Step::SignIn,
        Step::Enter,
        Step::Position,
        Step::Wait,
        Step::Pass,
        Step::Hold,
        Step::Ready,
        Step::Confirm,
        Step::Approve,
        Step::Order,
        Step::Refund,
    ];
}

/// The distribution of one step's times, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Times {
    pub count: u64,
    pub p50_micros: u64,
    pub p99_micros: u64,
    pub max_micros: u64,
}

/// Counters for whoever watches.
#[derive(Debug, Default)]
pub struct Counters {
    pub arrived: AtomicU64,
    pub signed_in: AtomicU64,
    pub entered: AtomicU64,
    pub admitted: AtomicU64,
    pub held: AtomicU64,
    pub paid: AtomicU64,
    pub gone: AtomicU64,
    /// Requests that were sent again because the platform did not answer.
    pub retries: AtomicU64,
}

pub struct Measures {
    pub shoppers: u32,
    pub counters: Counters,
    times: [Mutex<Histogram<u64>>; Step::ALL.len()],
}

impl Measures {
    pub fn new(shoppers: u32) -> Measures {
        let times = Step::ALL.map(|_| {
            Mutex::new(Histogram::new(3).expect("three significant digits are what histograms are made for"))
        });
        Measures { shoppers, counters: Counters::default(), times }
    }

    pub fn count(&self, counter: fn(&Counters) -> &AtomicU64) {
        counter(&self.counters).fetch_add(1, Ordering::Relaxed);
    }

    pub fn read(&self, counter: fn(&Counters) -> &AtomicU64) -> u64 {
        counter(&self.counters).load(Ordering::Relaxed)
    }

    /// A step that was meant to begin at `meant` is over.
    pub fn took(&self, step: Step, meant: Instant) {
        let micros =
            u64::try_from(meant.elapsed().max(Duration::from_micros(1)).as_micros()).unwrap_or(u64::MAX);
        let mut times = self.times[step as usize].lock().unwrap_or_else(PoisonError::into_inner);
        // It resizes itself, up to some centuries.
        let _ = times.record(micros);
    }

    pub fn times(&self, step: Step) -> Times {
        let times = self.times[step as usize].lock().unwrap_or_else(PoisonError::into_inner);
        Times {
            count: times.len(),
            p50_micros: times.value_at_quantile(0.5),
            p99_micros: times.value_at_quantile(0.99),
            max_micros: times.max(),
        }
    }
}
