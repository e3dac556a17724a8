//! The edge: one port for every host name of the platform. It forwards by host, with a library's
//! proxy; it serves nothing itself but what to say when there is nobody to forward to.
//!
//! It never forwards `/internal`, and it overwrites what a client says about its own address.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, HOST, LOCATION};
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum_reverse_proxy::{HostBehaviour, ProxyError, ProxyPolicy, ReverseProxy};
use control_plane_telemetry::problem::Problem;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// A picture of 5 MiB in its multipart wrapping, and some air.
const BODY_BYTES_MAX: u64 = 6 * 1024 * 1024;
/// Longer than a payment's approval may take (15 s at the gateway).
const ANSWER_WITHIN: Duration = Duration::from_secs(40);
/// What only a proxy may say.
const FORWARDED: [&str; 5] =
    ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "forwarded"];

type Upstream = ReverseProxy<HttpConnector>;

/// Which deal's runtime answers for which slug. The lifecycle's executor writes it.
#[derive(Clone)]
pub struct Routes {
    client: Client<HttpConnector, Body>,
    upstreams: Arc<ArcSwap<HashMap<String, Route>>>,
    writing: Arc<Mutex<()>>,
}

#[derive(Clone)]
struct Route {
    deal: String,
    port: u16,
    upstream: Upstream,
}

impl Default for Routes {
    fn default() -> Routes {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(5)));
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(512)
            .build(connector);
        Routes { client, upstreams: Arc::default(), writing: Arc::default() }
    }
}

impl Routes {
    /// Sends a slug's shoppers to the runtime of this deal.
    pub fn open(&self, slug: &str, deal: &str, port: u16) {
        let known = self.upstreams.load();
        if known.get(slug).is_some_and(|route| route.deal == deal && route.port == port) {
            return;
        }
        let route = Route { deal: deal.to_owned(), port, upstream: self.upstream(port) };
        tracing::info!(slug, deal, port, "routed");
        self.change(|routes| {
            routes.insert(slug.to_owned(), route.clone());
        });
    }

    /// Takes this deal's route away, and no other deal's of the same slug.
    pub fn close(&self, slug: &str, deal: &str) {
        if self.upstreams.load().get(slug).is_some_and(|route| route.deal == deal) {
            tracing::info!(slug, deal, "no longer routed");
            self.change(|routes| {
                routes.remove(slug);
            });
        }
    }

    fn change(&self, change: impl Fn(&mut HashMap<String, Route>)) {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut routes = HashMap::clone(&self.upstreams.load());
        change(&mut routes);
        self.upstreams.store(Arc::new(routes));
    }

    fn upstream(&self, port: u16) -> Upstream {
        let target = format!("http://{}", SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let policy = ProxyPolicy::new()
            .with_host_behaviour(HostBehaviour::Preserve)
            .with_public_scheme("http")
            .with_upstream_timeout(ANSWER_WITHIN)
            .with_max_request_body_bytes(BODY_BYTES_MAX);
        ReverseProxy::new_with_client("", target, self.client.clone()).with_policy(policy)
    }
}

struct Edge {
    domain: String,
    port: u16,
    control_plane: Upstream,
    routes: Routes,
}

/// Whom a host name belongs to.
#[derive(Debug, PartialEq, Eq)]
enum Site<'a> {
    Portal,
    Deal(&'a str),
    /// The bare domain or an address: whoever types that wants the storefront.
    Bare,
    Unknown,
}

/// The edge's router. `port` is its own, for the addresses it sends browsers to.
pub fn router(domain: &str, port: u16, control_plane_port: u16, routes: Routes) -> Router {
    let control_plane = routes.upstream(control_plane_port);
    let edge = Edge { domain: domain.to_owned(), port, control_plane, routes };
    Router::new().fallback(forward).with_state(Arc::new(edge))
}

async fn forward(State(edge): State<Arc<Edge>>, mut request: Request) -> Response {
    let Some(host) = host_of(&request) else {
        return Problem::new(StatusCode::BAD_REQUEST, "host_missing", "주소가 올바르지 않아요.")
            .into_response();
    };
    if is_private(request.uri().path()) {
        return control_plane_telemetry::problem::not_found().await.into_response();
    }
    for name in FORWARDED {
        request.headers_mut().remove(HeaderName::from_static(name));
    }
    match site(&host, &edge.domain) {
        Site::Portal => pass_on(&edge.control_plane, request, unavailable).await,
        Site::Deal(slug) => {
            let route = edge.routes.upstreams.load().get(slug).cloned();
            match route {
                Some(route) => pass_on(&route.upstream, request, not_running).await,
                None => nobody_home(&edge, slug, &request),
            }
        }
        Site::Bare => redirect(&format!("http://ddib.{}:{}/", edge.domain, edge.port)),
        Site::Unknown => {
            Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host", "여기에서 찾을 수 없는 주소예요.")
                .into_response()
        }
    }
}

async fn pass_on(upstream: &Upstream, request: Request, unreachable: fn() -> Problem) -> Response {
    let response = match upstream.proxy_request(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    match response.extensions().get::<ProxyError>() {
        None => response,
        Some(error) => {
            tracing::warn!(error = error.message(), "an upstream did not answer");
            unreachable().into_response()
        }
    }
}

/// A deal that does not run: people are sent to the company's page, programs are told when to come
/// again.
fn nobody_home(edge: &Edge, slug: &str, request: &Request) -> Response {
    let wants_page = request.method() == Method::GET
        && request
            .headers()
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
    if wants_page {
        return redirect(&format!("http://ddib.{}:{}/companies/{slug}", edge.domain, edge.port));
    }
    not_running().into_response()
}

fn not_running() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "deal_not_running",
        "지금은 열려 있지 않은 타임딜이에요. 잠시 뒤에 다시 확인해 주세요.",
    )
    .retry_after(2)
}

fn unavailable() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "잠시 연결이 어려워요. 조금 뒤에 다시 시도해 주세요.",
    )
    .retry_after(2)
}

fn redirect(to: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, to)]).into_response()
}

/// The host that was asked for, lower case, without a port or a final dot.
fn host_of(request: &Request) -> Option<String> {
    let from_header = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    let host = from_header.or_else(|| request.uri().authority().map(|authority| authority.as_str()))?;
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    (!host.is_empty()).then_some(host)
}

fn site<'a>(host: &'a str, domain: &str) -> Site<'a> {
    if host == domain || host.parse::<std::net::IpAddr>().is_ok() {
        return Site::Bare;
    }
    let Some(name) = host.strip_suffix(domain).and_then(|name| name.strip_suffix('.')) else {
        return Site::Unknown;
    };
    match name.strip_suffix(".ddib") {
        Some(slug) if !slug.is_empty() && !slug.contains('.') => Site::Deal(slug),
        None if name == "bidd" || name == "ddib" => Site::Portal,
        _ => Site::Unknown,
    }
}

/// Paths that are for the platform itself. Compared after decoding, so that no spelling slips by.
fn is_private(path: &str) -> bool {
    let decoded = percent_decoded(path);
    let first = decoded.split('/').find(|segment| !segment.is_empty() && *segment != ".").unwrap_or_default();
    first.eq_ignore_ascii_case("internal") || first.eq_ignore_ascii_case("metrics")
}

fn percent_decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = path.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match digits {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_belong_to_portals_deals_or_nobody() {
        for (host, expected) in [
            ("bidd.localhost", Site::Portal),
            ("ddib.localhost", Site::Portal),
            ("hanbit.ddib.localhost", Site::Deal("hanbit")),
            ("a.hanbit.ddib.localhost", Site::Unknown),
            (".ddib.localhost", Site::Unknown),
            ("hanbit.bidd.localhost", Site::Unknown),
            ("localhost", Site::Bare),
            ("127.0.0.1", Site::Bare),
            ("bidd.example", Site::Unknown),
            ("biddlocalhost", Site::Unknown),
        ] {
            assert_eq!(site(host, "localhost"), expected, "{host}");
        }
    }

    #[test]
    fn a_host_is_read_without_port_dot_and_case() {
        for (header, expected) in [
            ("BIDD.localhost:8080", Some("bidd.localhost")),
            ("bidd.localhost.:8080", Some("bidd.localhost")),
            ("bidd.localhost", Some("bidd.localhost")),
            ("", None),
        ] {
            let request = Request::builder().header(HOST, header).body(Body::empty()).unwrap();
            assert_eq!(host_of(&request).as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn internal_paths_stay_inside_however_they_are_spelt() {
        for path in
            ["/internal", "/internal/report", "//internal/x", "/%69nternal/report", "/./INTERNAL", "/metrics"]
        {
            assert!(is_private(path), "{path}");
        }
        for path in ["/", "/internally", "/queue/internal", "/%", "/%zz", "/한글"] {
            assert!(!is_private(path), "{path}");
        }
    }
}
