//! A browser without a screen: cookies, an `Origin`, and answers as JSON.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

#[derive(Clone)]
pub struct Browser {
    origin: String,
    pub cookies: BTreeMap<String, String>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null where the answer is not JSON.
    pub body: Value,
    pub text: String,
}

impl Answer {
    /// The problem's code, or nothing where it is none.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The body of an answer that must be a success.
    pub fn ok(self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        self.body
    }
}

impl Browser {
    pub fn new(origin: &str, shopper_token: Option<String>) -> Browser {
        let cookies = shopper_token.map(|token| ("shopper".to_owned(), token)).into_iter().collect();
        Browser { origin: origin.to_owned(), cookies }
    }

    /// One that sends requests from another page.
    pub fn sending_from(mut self, origin: &str) -> Browser {
        origin.clone_into(&mut self.origin);
        self
    }

    pub async fn get(&mut self, router: &Router, path: &str) -> Answer {
        self.send(router, self.request(Method::GET, path, Body::empty())).await
    }

    pub async fn post(&mut self, router: &Router, path: &str, body: Value) -> Answer {
        self.send(router, self.request(Method::POST, path, Body::from(body.to_string()))).await
    }

    /// Sends a form without fields, as a browser without JavaScript does.
    pub async fn submit(&mut self, router: &Router, path: &str) -> Answer {
        self.fill(router, path, String::new()).await
    }

    /// Sends a form as it was filled in.
    pub async fn fill(&mut self, router: &Router, path: &str, form: String) -> Answer {
        let mut request = self.request(Method::POST, path, Body::from(form));
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        self.send(router, request).await
    }

    /// A request with the browser's cookies and origin, to be changed before it is sent.
    pub fn request(&self, method: Method, path: &str, body: Body) -> Request<Body> {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header(ORIGIN, &self.origin)
            .header(CONTENT_TYPE, "application/json")
            .header(COOKIE, cookies.join("; "))
            .body(body)
            .unwrap()
    }

    pub async fn send(&mut self, router: &Router, request: Request<Body>) -> Answer {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// As the lifecycle's executor asks.
    pub async fn control(router: &Router, method: Method, path: &str, token: &str, body: Value) -> Answer {
        let mut executor = Browser::new("", None);
        let mut request = executor.request(method, path, Body::from(body.to_string()));
        request.headers_mut().insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        executor.send(router, request).await
    }
}
