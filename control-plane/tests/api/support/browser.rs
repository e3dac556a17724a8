//! A browser: it knows its portal, sends `Origin`, and keeps cookies by host, domain and path.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use control_plane::http::site::Site;
use cookie::Cookie;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

#[derive(Clone)]
pub struct Browser {
    router: Router,
    site: Site,
    pub cookies: Vec<Cookie<'static>>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn location(&self) -> String {
        self.headers[LOCATION].to_str().unwrap().to_owned()
    }

    /// The body as JSON, or null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Status and code of a problem.
    pub fn problem(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(self.headers[CONTENT_TYPE], "application/problem+json", "{self:?}");
        assert_eq!(body["status"], self.status.as_u16(), "{body}");
        assert!(!body["detail"].as_str().unwrap().is_ascii(), "words for the screen are Korean: {body}");
        (self.status.as_u16(), body["code"].as_str().unwrap().to_owned())
    }

    /// Fields and codes of an `invalid_input`.
    pub fn field_errors(&self) -> Vec<(String, String)> {
        assert_eq!(self.problem(), (422, "invalid_input".to_owned()));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = self.json()["errors"].as_array().unwrap().clone();
        errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
    }

    pub fn set_cookies(&self) -> Vec<Cookie<'static>> {
        let headers = self.headers.get_all(SET_COOKIE).iter();
        headers.map(|header| Cookie::parse(header.to_str().unwrap().to_owned()).unwrap()).collect()
    }
}

impl Browser {
    pub fn new(router: Router, site: Site) -> Browser {
        Browser { router, site, cookies: Vec::new() }
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|cookie| cookie.name() == name).map(Cookie::value)
    }

    pub fn set_cookie(&mut self, name: &str, value: &str, path: &str) {
        self.keep(Cookie::build((name.to_owned(), value.to_owned())).path(path.to_owned()).build());
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    pub async fn json(&mut self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.request(method, path).header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// A request as this browser would send it: `path` may also be a URL of this portal.
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let host = format!("{}.localhost:8080", self.site.as_str());
        let origin = format!("http://{host}");
        let path = path.strip_prefix(&origin).unwrap_or(path);
        let sent = |cookie: &&Cookie<'static>| path.starts_with(cookie.path().unwrap_or("/"));
        let cookies: Vec<String> =
            self.cookies.iter().filter(sent).map(|cookie| cookie.stripped().to_string()).collect();
        let mut request = Request::builder().method(method.clone()).uri(path).header(HOST, host);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if method == Method::GET { request } else { request.header(ORIGIN, origin) }
    }

    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        for cookie in answer.set_cookies() {
            self.keep(cookie);
        }
        answer
    }

    fn keep(&mut self, cookie: Cookie<'static>) {
        self.cookies.retain(|known| (known.name(), known.path()) != (cookie.name(), cookie.path()));
        let forgotten = cookie.max_age().is_some_and(|age| age.is_zero());
        if !forgotten {
            self.cookies.push(cookie);
        }
    }
}
