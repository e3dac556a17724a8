//! What surrounds every HTTP handler: a trace id, an access log without query strings (they may
//! carry a `pg_token` or a code), metrics by route pattern, and a problem document where a handler
//! panicked.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use rand::RngExt as _;
use tracing::Instrument as _;

use crate::metrics::{Metrics, RequestLabels, RouteLabels};
use crate::problem::{self, Problem};

/// Wraps a finished router. Routes that do not exist and methods that a route lacks are answered
/// with problem documents, unless the router has a fallback of its own.
pub fn apply(router: Router, metrics: Metrics) -> Router {
    router
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(middleware::from_fn_with_state(metrics, observe))
}

async fn observe(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let trace_id = trace_id(&request);
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |matched| matched.as_str().to_owned());
    let span = tracing::info_span!("request", trace_id = %trace_id, %method, route = %route);
    async move {
        let mut response = catch_panic(next.run(request)).await;
        let elapsed = started.elapsed();
        let status = response.status().as_u16();
        metrics.latency.get_or_create(&RouteLabels { route: route.clone() }).observe(elapsed.as_secs_f64());
        metrics.requests.get_or_create(&RequestLabels { route, method, status }).inc();
        if status >= 500 {
            tracing::warn!(status, path = %path, micros = elapsed.as_micros() as u64, "answered");
        } else {
            tracing::debug!(status, path = %path, micros = elapsed.as_micros() as u64, "answered");
        }
        if let Ok(value) = HeaderValue::from_str(&trace_id) {
            response.headers_mut().insert("x-request-id", value);
        }
        response
    }
    .instrument(span)
    .await
}

/// The trace id of a W3C `traceparent`, or a new one: 32 hex digits.
fn trace_id(request: &Request) -> String {
    request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split('-').nth(1))
        .filter(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .map_or_else(|| format!("{:032x}", rand::rng().random::<u128>()), str::to_ascii_lowercase)
}

async fn catch_panic(handler: impl Future<Output = Response>) -> Response {
    let mut handler = std::pin::pin!(handler);
    let caught = std::future::poll_fn(|context| {
        match std::panic::catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(context))) {
            Ok(std::task::Poll::Pending) => std::task::Poll::Pending,
            Ok(std::task::Poll::Ready(response)) => std::task::Poll::Ready(Some(response)),
            Err(_) => std::task::Poll::Ready(None),
        }
    })
    .await;
    caught.unwrap_or_else(|| {
        tracing::error!("a handler panicked");
        Problem::internal().into_response()
    })
}
