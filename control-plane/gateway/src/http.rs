//! What the clients of all providers have in common: how they connect, and what silence is.

use std::time::Duration;

use url::Url;

use crate::gateway::Doubt;

/// Answers are a few kilobytes; whatever is far beyond is not a gateway.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Messages are for logs; a gateway gone mad must not fill them.
const MESSAGE_CHARS_MAX: usize = 300;

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    /// From sending to the last byte of the answer.
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts { connect: Duration::from_secs(3), answer: Duration::from_secs(15) }
    }
}

/// The base URL or the HTTP client cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("{url} is no base URL of a payment API")]
    BaseUrl { url: String },
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// A base URL that can carry a path and be called.
pub(crate) fn base(text: &str) -> Result<Url, SetupError> {
    let refused = || SetupError::BaseUrl { url: text.to_owned() };
    let base = Url::parse(text).map_err(|_| refused())?;
    if !matches!(base.scheme(), "http" | "https") {
        return Err(refused());
    }
    Ok(base)
}

/// Straight to the gateway: payment calls follow neither redirects nor the environment's proxies.
pub(crate) fn client(timeouts: Timeouts) -> Result<reqwest::Client, SetupError> {
    reqwest::Client::builder()
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.answer)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(SetupError::Client)
}

/// Sends a call; its status and its whole answer, whatever they say.
pub(crate) async fn exchange(
    request: reqwest::RequestBuilder,
) -> Result<(reqwest::StatusCode, Vec<u8>), Doubt> {
    let mut response = request.send().await.map_err(|error| silent(&error))?;
    let status = response.status();
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| silent(&error))? {
        if answer.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Doubt::Unreadable { status: status.as_u16() });
        }
        answer.extend_from_slice(&chunk);
    }
    Ok((status, answer))
}

/// A provider's message, short enough for a log.
pub(crate) fn message<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(" / ").chars().take(MESSAGE_CHARS_MAX).collect()
}

/// No answer, or not all of it.
fn silent(error: &reqwest::Error) -> Doubt {
    // The innermost cause says it best ("connection refused"), and it never carries the URL.
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Doubt::Silent(cause.to_string())
}
