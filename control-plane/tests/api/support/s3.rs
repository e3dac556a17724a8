//! An object store in memory that speaks as much S3 as pictures need.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

#[derive(Clone)]
pub struct S3Stub {
    pub base_url: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    objects: HashMap<String, Bytes>,
    gets: usize,
    down: bool,
}

impl S3Stub {
    pub async fn start() -> S3Stub {
        let inner = Arc::new(Mutex::new(Inner::default()));
        let router = Router::new()
            .route("/pictures/{*key}", get(read).put(write))
            .layer(DefaultBodyLimit::disable())
            .with_state(inner.clone());
        S3Stub { base_url: super::serve(router).await, inner }
    }

    pub fn set_down(&self, down: bool) {
        self.inner.lock().unwrap().down = down;
    }

    pub fn keys(&self) -> Vec<String> {
        self.inner.lock().unwrap().objects.keys().cloned().collect()
    }

    pub fn gets(&self) -> usize {
        self.inner.lock().unwrap().gets
    }
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>");
    (status, [("content-type", "application/xml")], body).into_response()
}

async fn read(State(inner): State<Arc<Mutex<Inner>>>, Path(key): Path<String>) -> Response {
    let mut inner = inner.lock().unwrap();
    inner.gets += 1;
    if inner.down {
        return refusal(StatusCode::FORBIDDEN, "AccessDenied");
    }
    match inner.objects.get(&key) {
        Some(content) => content.clone().into_response(),
        None => refusal(StatusCode::NOT_FOUND, "NoSuchKey"),
    }
}

async fn write(
    State(inner): State<Arc<Mutex<Inner>>>,
    Path(key): Path<String>,
    headers: HeaderMap,
    content: Bytes,
) -> Response {
    assert!(
        headers["authorization"].to_str().unwrap().starts_with("AWS4-HMAC-SHA256 "),
        "requests are signed"
    );
    let mut inner = inner.lock().unwrap();
    if inner.down {
        return refusal(StatusCode::FORBIDDEN, "AccessDenied");
    }
    inner.objects.insert(key, content);
    StatusCode::OK.into_response()
}
