//! One pool of connections for everybody, with a bound on how many requests are under way.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, COOKIE, HeaderMap, LOCATION, ORIGIN, RETRY_AFTER};
use reqwest::{Method, Request, RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::Jar;

/// Longer than a payment's approval may take at the gateway and the edge.
const ANSWER_WITHIN: Duration = Duration::from_secs(45);
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("no answer from {url}: {source}")]
    Silent { url: Url, source: reqwest::Error },
    #[error("{url} answered more than {BODY_BYTES_MAX} bytes")]
    TooMuch { url: Url },
    #[error("{url} answered {status} {code}: {detail}")]
    Refused { url: Url, status: StatusCode, code: String, detail: String },
    #[error("{url} answered something else than was agreed: {source}")]
    Misunderstood { url: Url, source: serde_json::Error },
    #[error("{url} sent nobody anywhere")]
    NoLocation { url: Url },
    #[error("{0} is not an address")]
    BadUrl(String),
}

/// Sends requests for many people.
#[derive(Clone)]
pub struct Web {
    client: reqwest::Client,
    permits: Arc<Semaphore>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: Method,
    pub url: Url,
    pub json: Option<serde_json::Value>,
    pub form: Option<Vec<(String, String)>>,
    /// Bytes of a file in the field `file` of a multipart form, with its content type.
    pub file: Option<(Vec<u8>, &'static str)>,
    pub idempotency_key: Option<String>,
}

impl Ask {
    #[must_use]
    pub fn get(url: Url) -> Ask {
        Ask { method: Method::GET, url, json: None, form: None, file: None, idempotency_key: None }
    }

    #[must_use]
    pub fn with(method: Method, url: Url, json: serde_json::Value) -> Ask {
        Ask { method, json: Some(json), ..Ask::get(url) }
    }

    #[must_use]
    pub fn post(url: Url, json: serde_json::Value) -> Ask {
        Ask::with(Method::POST, url, json)
    }

    #[must_use]
    pub fn form(url: Url, fields: &[(&str, &str)]) -> Ask {
        let fields = fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ask { method: Method::POST, form: Some(fields), ..Ask::get(url) }
    }

    #[must_use]
    pub fn keyed(mut self, key: impl Into<String>) -> Ask {
        self.idempotency_key = Some(key.into());
        self
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Web {
    /// `edge` is the address that every name below `.localhost` leads to; not every resolver knows
    /// those. At most `connections` requests are under way at once.
    #[must_use]
    pub fn new(edge: IpAddr, connections: usize) -> Web {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(LocalNames { edge }))
            .timeout(ANSWER_WITHIN)
            .connect_timeout(Duration::from_secs(5))
            .pool_max_idle_per_host(connections)
            .pool_idle_timeout(Duration::from_secs(20))
            .no_proxy()
            .build()
            .expect("a client without TLS files or proxies has nothing to fail on");
        Web { client, permits: Arc::new(Semaphore::new(connections)) }
    }

    /// Sends one request with the cookies of `jar`, and keeps what the answer sets. Redirects are
    /// not followed: each step of the road is a step.
    ///
    /// # Errors
    /// Where no answer came.
    pub async fn ask(&self, jar: &mut Jar, ask: &Ask) -> Result<Answer, AskError> {
        let url = ask.url.clone();
        let request =
            self.request(jar, ask).map_err(|source| AskError::Silent { url: url.clone(), source })?;
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        let silent = |source| AskError::Silent { url: url.clone(), source };
        let mut response = self.client.execute(request).await.map_err(silent)?;
        jar.keep(&url, response.headers());
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(silent)? {
            body.extend_from_slice(&chunk);
            if body.len() > BODY_BYTES_MAX {
                return Err(AskError::TooMuch { url });
            }
        }
        Ok(Answer { url, status, headers, body })
    }

    /// Asks for JSON and takes anything but success for an error.
    ///
    /// # Errors
    /// Where no answer, a refusal, or another document came.
    pub async fn json<T: DeserializeOwned>(&self, jar: &mut Jar, ask: &Ask) -> Result<T, AskError> {
        self.ask(jar, ask).await?.accepted()?.json()
    }

    fn request(&self, jar: &Jar, ask: &Ask) -> Result<Request, reqwest::Error> {
        let mut builder = self.client.request(ask.method.clone(), ask.url.clone());
        if let Some(cookies) = jar.header_for(&ask.url) {
            builder = builder.header(COOKIE, cookies);
        }
        if ask.method != Method::GET {
            builder = builder.header(ORIGIN, ask.url.origin().ascii_serialization());
        }
        if let Some(key) = &ask.idempotency_key {
            builder = builder.header("idempotency-key", key);
        }
        // As a page's own script asks, not as a navigation: nobody is to be sent elsewhere.
        builder = builder.header(ACCEPT, "application/json, */*;q=0.1");
        with_body(builder, ask)?.build()
    }
}

fn with_body(builder: RequestBuilder, ask: &Ask) -> Result<RequestBuilder, reqwest::Error> {
    if let Some(json) = &ask.json {
        return Ok(builder.json(json));
    }
    if let Some(form) = &ask.form {
        return Ok(builder.form(form));
    }
    if let Some((bytes, content_type)) = &ask.file {
        let part =
            reqwest::multipart::Part::bytes(bytes.clone()).file_name("picture").mime_str(content_type)?;
        return Ok(builder.multipart(reqwest::multipart::Form::new().part("file", part)));
    }
    Ok(builder)
}

impl Answer {
    /// The answer if it is a success, the problem it carries if not.
    ///
    /// # Errors
    /// Anything but a 2xx.
    pub fn accepted(self) -> Result<Answer, AskError> {
        if self.status.is_success() { Ok(self) } else { Err(self.refusal()) }
    }

    /// # Errors
    /// Where the body is not that document.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, AskError> {
        serde_json::from_slice(&self.body)
            .map_err(|source| AskError::Misunderstood { url: self.url.clone(), source })
    }

    /// Where a redirect leads.
    ///
    /// # Errors
    /// Where the answer is none.
    pub fn location(&self) -> Result<Url, AskError> {
        let location = self.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        match location.filter(|_| self.status.is_redirection()) {
            Some(location) => self.url.join(location).map_err(|_| AskError::BadUrl(location.to_owned())),
            None if self.status.is_success() => Err(AskError::NoLocation { url: self.url.clone() }),
            None => Err(self.refusal()),
        }
    }

    /// The stable code of a problem document, empty where it is none.
    #[must_use]
    pub fn code(&self) -> String {
        self.problem().0
    }

    /// Whether the same request may well succeed a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.status.is_server_error() || self.status == StatusCode::TOO_MANY_REQUESTS
    }

    /// How long the server asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
    }

    /// The answer as an error.
    #[must_use]
    pub fn refusal(&self) -> AskError {
        let (code, detail) = self.problem();
        let url = without_query(&self.url);
        AskError::Refused { url, status: self.status, code, detail }
    }

    fn problem(&self) -> (String, String) {
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        let mut detail = text("detail");
        if problem["errors"].is_array() {
            detail = format!("{detail} {}", problem["errors"]);
        }
        (text("code"), detail)
    }
}

/// Queries carry codes and tokens, which no message should.
fn without_query(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url
}

struct LocalNames {
    edge: IpAddr,
}

impl Resolve for LocalNames {
    fn resolve(&self, name: Name) -> Resolving {
        let edge = self.edge;
        Box::pin(async move {
            let host = name.as_str();
            if host == "localhost" || host.ends_with(".localhost") {
                let addresses: Addrs = Box::new(std::iter::once(SocketAddr::new(edge, 0)));
                return Ok(addresses);
            }
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
