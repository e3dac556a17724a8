//! Metrics in Prometheus' text format. A process has one registry; parts register what they count.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds in seconds: from a poll answered in memory to KakaoPay's own time-out.
const SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The route's pattern, never the path, so that the number of series is bounded.
    pub route: String,
    pub method: String,
    pub status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RouteLabels {
    pub route: String,
}

/// The registry of one process, and what every HTTP server counts.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    pub(crate) requests: Family<RequestLabels, Counter>,
    pub(crate) latency: Family<RouteLabels, Histogram>,
}

/// The series of one route and status.
#[derive(Clone)]
pub struct RouteMeter {
    requests: Counter,
    latency: Histogram,
}

impl RouteMeter {
    /// A request that came in at `started` has been answered.
    pub fn answered(&self, started: Instant) {
        self.latency.observe(started.elapsed().as_secs_f64());
        self.requests.inc();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics::new()
    }
}

impl Metrics {
    #[must_use]
    pub fn new() -> Metrics {
        let mut registry = Registry::default();
        let requests = Family::<RequestLabels, Counter>::default();
        let latency = Family::<RouteLabels, Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register(
            "http_requests",
            "Requests answered, by route, method and status",
            requests.clone(),
        );
        registry.register("http_request_seconds", "Time to the response's head, by route", latency.clone());
        Metrics { registry: Arc::new(Mutex::new(registry)), requests, latency }
    }

    /// Lets a part register what it counts.
    pub fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What one route and status count in, for a route that is too hot for looking that up each time.
    #[must_use]
    pub fn of_route(&self, route: &str, method: &str, status: u16) -> RouteMeter {
        let (route, method) = (route.to_owned(), method.to_owned());
        let latency = self.latency.get_or_create_owned(&RouteLabels { route: route.clone() });
        let requests = self.requests.get_or_create_owned(&RequestLabels { route, method, status });
        RouteMeter { requests, latency }
    }

    /// The page that Prometheus reads.
    #[must_use]
    pub fn page(&self) -> Response {
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        text::encode(&mut text, &registry).expect("writing to a string does not fail");
        ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
    }
}
