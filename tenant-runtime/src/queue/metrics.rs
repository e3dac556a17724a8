//! What Prometheus reads about the room.

use control_plane_telemetry::metrics::Metrics;
use prometheus_client::metrics::gauge::Gauge;

use super::steps::Standing;

#[derive(Default)]
pub struct Gauges {
    waiting: Gauge,
    inside: Gauge,
    reserved: Gauge,
    admitted: Gauge,
    absent: Gauge,
    proof_bits: Gauge,
}

impl Gauges {
    pub fn register(&self, metrics: &Metrics) {
        metrics.register(|registry| {
            let mut gauge =
                |name: &str, help: &str, gauge: &Gauge| registry.register(name, help, gauge.clone());
            gauge("queue_waiting", "Shoppers who wait to be called", &self.waiting);
            gauge("queue_inside", "Shoppers with a pass", &self.inside);
            gauge("queue_reserved", "Shoppers who were called and have not come yet", &self.reserved);
            gauge("queue_admitted", "Shoppers let in so far", &self.admitted);
            gauge("queue_absent", "Shoppers who were called and never came in time", &self.absent);
            gauge("queue_proof_bits", "Bits of work that a place costs; 0 where it is off", &self.proof_bits);
        });
    }

    pub fn set(&self, standing: &Standing, proof_bits: Option<u32>) {
        let set = |gauge: &Gauge, value: u64| {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        };
        set(&self.waiting, standing.next.saturating_sub(standing.frontier));
        set(&self.inside, standing.inside);
        set(&self.reserved, standing.reserved);
        set(&self.admitted, standing.admitted);
        set(&self.absent, standing.absent);
        set(&self.proof_bits, proof_bits.map_or(0, u64::from));
    }
}
