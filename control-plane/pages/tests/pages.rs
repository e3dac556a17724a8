//! An app of two files, as a browser would ask for it.

use axum::http::{HeaderMap, Method, StatusCode};
use control_plane_pages::{Policy, respond};
use http_body_util::BodyExt as _;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "tests/app"]
struct App;

#[derive(RustEmbed)]
#[folder = "tests/none"]
#[allow_missing = true]
struct Unbuilt;

async fn get(path: &str, accept: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut headers = HeaderMap::new();
    headers.insert("accept-encoding", accept.parse().unwrap());
    let response =
        respond::<App>(&Method::GET, path, &headers, &Policy::new(&["http://bidd.localhost:8080"]));
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
}

#[tokio::test]
async fn every_path_of_the_app_gets_its_page() {
    for path in ["/", "/orders/42", "/index"] {
        let (status, headers, body) = get(path, "br").await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers["cache-control"], "no-cache");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("http://bidd.localhost:8080"));
        assert!(body.starts_with(b"<!doctype html>"));
    }
}

#[tokio::test]
async fn hashed_files_are_immutable_and_precompressed() {
    let (status, headers, body) = get("/assets/a-1234.js", "gzip, br").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-encoding"], "gzip");
    assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(body[..2], [0x1f, 0x8b]);
    let (_, headers, body) = get("/assets/a-1234.js", "gzip;q=0").await;
    assert!(!headers.contains_key("content-encoding"));
    assert_eq!(body, b"console.log(1)\n");
    assert_eq!(get("/assets/gone.js", "br").await.0, StatusCode::NOT_FOUND);
    assert_eq!(get("/../Cargo.toml", "br").await.0, StatusCode::NOT_FOUND);
}

#[test]
fn an_unbuilt_app_says_so() {
    let response = respond::<Unbuilt>(&Method::GET, "/", &HeaderMap::new(), &Policy::new(&[]));
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}
