//! Serves a single-page app that was built into the binary: files with hashed names for ever,
//! precompressed where the browser takes it; every other path gets the app's `index.html`, never
//! cached. It knows nothing of what the pages show.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

/// Files below this folder carry a hash of their content in their name.
const IMMUTABLE: &str = "assets/";

/// What the pages may load and do. `extra_images` are origins that pictures come from, and
/// `form_targets` origins that a payment page lives on.
#[derive(Debug, Clone)]
pub struct Policy(HeaderValue);

impl Policy {
    /// # Panics
    /// Where an origin holds bytes that no header may hold, which no configured origin does.
    #[must_use]
    pub fn new(extra_images: &[&str]) -> Policy {
        let images = extra_images.join(" ");
        let policy = format!(
            "default-src 'self'; img-src 'self' data: blob: {images}; style-src 'self' 'unsafe-inline'; font-src 'self'; \
             worker-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        );
        Policy(HeaderValue::from_str(&policy).expect("an origin is printable ASCII"))
    }

    /// For a page that runs a script of one other origin: that script may ask, show and open what is
    /// of its own origin, and nothing of any other.
    ///
    /// # Panics
    /// Where the origin holds bytes that no header may hold, which no configured origin does.
    #[must_use]
    pub fn with_script(origin: &str) -> Policy {
        let policy = format!(
            "default-src 'none'; script-src 'self' {origin}; style-src 'self'; img-src 'self' {origin}; \
             font-src 'self'; connect-src {origin}; frame-src {origin}; form-action {origin}; \
             object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
        );
        Policy(HeaderValue::from_str(&policy).expect("an origin is printable ASCII"))
    }

    /// Puts it on a page, with what else no page goes without.
    pub fn protect(&self, headers: &mut HeaderMap) {
        headers.insert(CONTENT_SECURITY_POLICY, self.0.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    }
}

/// Answers a GET or HEAD for `path` from the embedded app `E`.
pub fn respond<E: RustEmbed>(method: &Method, path: &str, headers: &HeaderMap, policy: &Policy) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = path.trim_start_matches('/');
    if path.starts_with(IMMUTABLE) || has_extension(path) {
        return match file::<E>(path, headers) {
            Some(response) => response,
            None => (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")]).into_response(),
        };
    }
    let Some(mut page) = file::<E>("index.html", headers) else {
        let text = "The pages are not part of this binary: run `make web`, then build again.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    };
    let headers = page.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    policy.protect(headers);
    page
}

fn has_extension(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.contains('.'))
}

fn file<E: RustEmbed>(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = E::get(path)?;
    let etag = HeaderValue::from_str(&format!("\"{}\"", hex(&plain.metadata.sha256_hash()[..12]))).ok()?;
    let immutable = path.starts_with(IMMUTABLE);
    let cache = if immutable { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let mut answer = HeaderMap::new();
    answer.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer.insert(ETAG, etag.clone());
    if headers.get(IF_NONE_MATCH) == Some(&etag) {
        return Some((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let mime = if mime.type_() == "text" { format!("{mime}; charset=utf-8") } else { mime.to_string() };
    answer.insert(CONTENT_TYPE, HeaderValue::from_str(&mime).ok()?);
    let (data, encoding) = encoded::<E>(path, headers).unwrap_or((plain.data, None));
    if let Some(encoding) = encoding {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    let body = match data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    Some((answer, body).into_response())
}

type Encoded = (Cow<'static, [u8]>, Option<&'static str>);

/// The best precompressed form of a file that the browser accepts.
fn encoded<E: RustEmbed>(path: &str, headers: &HeaderMap) -> Option<Encoded> {
    let accepted = headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
    let accepts = |name: &str| {
        accepted.split(',').any(|part| {
            let mut pieces = part.split(';').map(str::trim);
            pieces.next() == Some(name) && pieces.all(|piece| !matches!(piece, "q=0" | "q=0.0"))
        })
    };
    [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(name, _)| accepts(name))
        .find_map(|(name, suffix)| E::get(&format!("{path}{suffix}")).map(|file| (file.data, Some(name))))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
