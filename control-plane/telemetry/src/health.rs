//! `/healthz` says that the process lives, `/readyz` that it may be sent requests, `/metrics` what it
//! counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use crate::metrics::Metrics;

const STARTING: u8 = 0;
const READY: u8 = 1;
const DRAINING: u8 = 2;

/// Whether requests may be sent here: not while starting, not while draining. Draining is final.
#[derive(Clone, Default)]
pub struct Readiness(Arc<AtomicU8>);

impl Readiness {
    #[must_use]
    pub fn starting() -> Readiness {
        Readiness::default()
    }

    pub fn set_ready(&self) {
        // Loses against draining on purpose: a late start-up step must not undo a shutdown.
        let _ = self.0.compare_exchange(STARTING, READY, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Back to not ready, for a process that lost what it cannot serve without.
    pub fn set_unready(&self) {
        let _ = self.0.compare_exchange(READY, STARTING, Ordering::SeqCst, Ordering::SeqCst);
    }

    pub fn set_draining(&self) {
        self.0.store(DRAINING, Ordering::SeqCst);
    }

    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::SeqCst) == READY
    }
}

/// The three routes that every process has.
pub fn routes<S: Clone + Send + Sync + 'static>(readiness: Readiness, metrics: Metrics) -> Router<S> {
    let ready = move || {
        let readiness = readiness.clone();
        async move {
            if readiness.is_ready() {
                (StatusCode::OK, "ready\n")
            } else {
                (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
            }
        }
    };
    let page = move || {
        let metrics = metrics.clone();
        async move { metrics.page() }
    };
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(page))
}
