//! What Prometheus reads about orders: how often each arrow was taken by this process.

use control_plane_telemetry::metrics::Metrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    /// The step that an order took, or what became of a call to the gateway.
    outcome: &'static str,
}

#[derive(Clone, Default)]
pub struct Meter {
    orders: Family<Labels, Counter>,
    calls: Family<Labels, Counter>,
}

impl Meter {
    #[must_use]
    pub fn new(metrics: &Metrics) -> Meter {
        let meter = Meter::default();
        metrics.register(|registry| {
            registry.register("orders_moved", "Orders by the step that they took", meter.orders.clone());
            registry.register(
                "gateway_money_calls",
                "Approvals and cancellations at the gateway: done, declined or in doubt",
                meter.calls.clone(),
            );
        });
        meter
    }

    /// An order took a step.
    pub fn moved(&self, outcome: &'static str) {
        self.orders.get_or_create(&Labels { outcome }).inc();
    }

    /// The gateway was asked to move money.
    pub fn called(&self, outcome: &'static str) {
        self.calls.get_or_create(&Labels { outcome }).inc();
    }
}
