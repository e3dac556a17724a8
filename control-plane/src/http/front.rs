//! What comes from outside, told apart by host name before anything else looks at it. The platform's
//! own paths are not for the public, and the host of a deal leads here only while its runtime does
//! not stand: before it is there, and when it is gone.

use axum::extract::{Request, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use control_plane_telemetry::problem::{self, Problem};

use crate::config::PublicConfig;
use crate::http::site::{Site, host};
use crate::state::AppState;

/// For the runtimes of deals, and for whoever watches the platform.
const PRIVATE: [&str; 2] = ["internal", "metrics"];
/// Shorter than a shopper's patience, longer than a storm.
const RETRY_SECONDS: u32 = 2;

/// Answers what must not be passed on.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let public = &state.config.public;
    if let Some(slug) = deal_of(request.headers(), public) {
        return nobody_home(&public.origin(Site::Ddib), slug, &request);
    }
    let is_public = Site::of(request.headers(), public).is_some();
    if is_public && PRIVATE.contains(&first_segment(request.uri().path())) {
        return problem::not_found().await.into_response();
    }
    next.run(request).await
}

fn first_segment(path: &str) -> &str {
    path.split('/').find(|segment| !segment.is_empty()).unwrap_or_default()
}

/// The company whose deals are reached under the request's host name.
fn deal_of<'a>(headers: &'a HeaderMap, public: &PublicConfig) -> Option<&'a str> {
    let (slug, rest) = host(headers)?.split_once('.')?;
    let is_label = !slug.is_empty() && slug.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (is_label && rest.eq_ignore_ascii_case(&public.host(Site::Ddib))).then_some(slug)
}

/// People are sent to the company's page, programs are told when to come again.
fn nobody_home(storefront: &str, slug: &str, request: &Request) -> Response {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    if request.method() == Method::GET && accept.is_some_and(|accept| accept.contains("text/html")) {
        return Redirect::to(&format!("{storefront}/companies/{slug}")).into_response();
    }
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "deal_not_running",
        "지금은 열려 있지 않은 타임딜이에요. 잠시 뒤에 다시 확인해 주세요.",
    )
    .retry_after(RETRY_SECONDS)
    .into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::HOST;

    use super::*;
    use crate::config::Scheme;

    #[test]
    fn a_deal_is_told_by_one_label_before_the_storefront_s() {
        let public = PublicConfig { scheme: Scheme::Https, domain: "bidd.example".to_owned(), port: 443 };
        for (sent, expected) in [
            ("hanbit.ddib.bidd.example", Some("hanbit")),
            ("hanbit.ddib.bidd.example:8443", Some("hanbit")),
            ("ddib.bidd.example", None),
            ("bidd.bidd.example", None),
            ("a.hanbit.ddib.bidd.example", None),
            (".ddib.bidd.example", None),
            ("a<b.ddib.bidd.example", None),
            ("10.1.2.3:8080", None),
            ("control-plane.bidd.svc", None),
        ] {
            let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(sent))]);
            assert_eq!(deal_of(&headers, &public), expected, "{sent}");
        }
    }
}
