//! The frame around every handler, on a real router.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use control_plane_telemetry::health::{self, Readiness};
use control_plane_telemetry::http;
use control_plane_telemetry::metrics::Metrics;
use control_plane_telemetry::problem::{Json, Problem};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use tower::ServiceExt as _;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Echo {
    count: u32,
}

fn router(readiness: Readiness) -> Router {
    let metrics = Metrics::new();
    let router = Router::new()
        .route("/echo", post(|Json(echo): Json<Echo>| async { Json(echo) }))
        .route(
            "/panic",
            get(|| async {
                if true {
                    panic!("on purpose")
                }
            }),
        )
        .merge(health::routes(readiness, metrics.clone()));
    http::apply(router, metrics)
}

async fn ask(router: &Router, method: &str, path: &str, body: &str) -> (StatusCode, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn rejections_and_panics_are_problems() {
    let router = router(Readiness::starting());
    for (method, path, body, status, code) in [
        ("POST", "/echo", r#"{"count":"three"}"#, 422, "invalid_body"),
        ("POST", "/echo", r#"{"count":1,"more":2}"#, 422, "invalid_body"),
        ("POST", "/echo", r#"{"count":"#, 400, "invalid_body"),
        ("GET", "/echo", "", 405, "method_not_allowed"),
        ("GET", "/panic", "", 500, "internal"),
    ] {
        let (got, text) = ask(&router, method, path, body).await;
        assert_eq!(got.as_u16(), status, "{method} {path} {body}");
        let problem: Problem = serde_json::from_str(&text).unwrap();
        assert_eq!(problem.code, code, "{method} {path} {body}");
    }
    let large = format!(r#"{{"count":1,"pad":"{}"}}"#, "x".repeat(3 << 20));
    let (status, text) = ask(&router, "POST", "/echo", &large).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text.contains("body_too_large"));
}

#[tokio::test]
async fn readiness_ends_with_draining() {
    let readiness = Readiness::starting();
    let router = router(readiness.clone());
    assert_eq!(ask(&router, "GET", "/readyz", "").await.0, 503);
    readiness.set_ready();
    assert_eq!(ask(&router, "GET", "/readyz", "").await.0, 200);
    readiness.set_draining();
    readiness.set_ready();
    assert_eq!(ask(&router, "GET", "/readyz", "").await.0, 503);
    assert_eq!(ask(&router, "GET", "/healthz", "").await.0, 200);
    let (_, page) = ask(&router, "GET", "/metrics", "").await;
    assert!(page.contains(r#"http_requests_total{route="/readyz",method="GET",status="503"} 2"#), "{page}");
}
