//! The breaker in front of the gateway, as far as this process has seen the gateway. It is asked before
//! a payment is announced and before money is asked for at a shopper's return; never by recovery, and
//! never for a refund.

use std::sync::{Mutex, MutexGuard, PoisonError};

use control_plane_telemetry::metrics::Metrics;
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use tenant_runtime_core::breaker::{Breaker, Ended, Leave, Resting};

use crate::error::ApiError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    call: &'static str,
}

pub(super) struct Guard {
    breaker: Mutex<Breaker>,
    resting: Gauge,
    rests: Counter,
    turned_away: Family<Labels, Counter>,
}

/// Leave to call the gateway once. Where it is dropped without a word, no call was made.
pub(super) struct Admission<'a> {
    guard: &'a Guard,
    leave: Leave,
    is_used: bool,
}

impl Guard {
    pub(super) fn new(metrics: &Metrics) -> Guard {
        let guard = Guard {
            breaker: Mutex::default(),
            resting: Gauge::default(),
            rests: Counter::default(),
            turned_away: Family::default(),
        };
        metrics.register(|registry| {
            registry.register("gateway_resting", "1 while the gateway is left alone", guard.resting.clone());
            registry.register("gateway_rests", "How often it began to be left alone", guard.rests.clone());
            registry.register(
                "gateway_turned_away",
                "Shoppers who were asked to try again while it was",
                guard.turned_away.clone(),
            );
        });
        guard
    }

    /// # Errors
    /// [`ApiError::GatewayResting`] while the gateway is left alone.
    pub(super) fn admit(&self, call: &'static str, now: Timestamp) -> Result<Admission<'_>, ApiError> {
        match self.breaker().ask(now) {
            Ok(leave) => Ok(Admission { guard: self, leave, is_used: false }),
            Err(Resting { again_in }) => {
                self.turned_away.get_or_create(&Labels { call }).inc();
                let retry_seconds = u32::try_from(again_in.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
                Err(ApiError::GatewayResting { retry_seconds })
            }
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission<'_> {
    /// The call has ended; an outage is a failure, and every other answer is one.
    pub(super) fn ended(mut self, is_outage: bool, now: Timestamp) {
        self.is_used = true;
        let mut breaker = self.guard.breaker();
        let was_resting = breaker.is_resting();
        breaker.ended(&self.leave, if is_outage { Ended::Failed } else { Ended::Answered }, now);
        let is_resting = breaker.is_resting();
        drop(breaker);
        if is_resting == was_resting {
            return;
        }
        self.guard.resting.set(i64::from(is_resting));
        if is_resting {
            self.guard.rests.inc();
            tracing::error!("the gateway fails again and again: no new payments until it answers");
        } else {
            tracing::info!("the gateway answers again");
        }
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if !self.is_used {
            self.guard.breaker().unused(&self.leave);
        }
    }
}
