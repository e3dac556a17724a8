//! The edge over TCP, in front of real servers.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::{ACCEPT, HOST, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Sse;
use axum::response::sse::Event;
use axum::routing::{get, post};
use e2e_platform::edge::{self, Routes};
use futures_util::stream;
use tokio::net::TcpListener;

async fn serve(router: Router) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    port
}

/// Says its name, what it was asked and with which headers.
fn upstream(name: &'static str) -> Router {
    let say = move |headers: HeaderMap, request: Request| async move {
        let mut said = format!("{name} {} {}\n", request.method(), request.uri());
        for header in ["host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "cookie"] {
            let value = headers.get(header).map_or("-", |value| value.to_str().unwrap());
            said.push_str(&format!("{header}={value}\n"));
        }
        said
    };
    let events = || async {
        let first = stream::iter([Ok::<_, Infallible>(Event::default().data("first"))]);
        // It never ends: whoever waits for the whole body waits for ever.
        Sse::new(futures_util::StreamExt::chain(first, stream::pending()))
    };
    let length = |body: Bytes| async move { body.len().to_string() };
    Router::new().route("/events", get(events)).route("/length", post(length)).fallback(say)
}

struct Site {
    edge: u16,
    routes: Routes,
    http: reqwest::Client,
}

impl Site {
    async fn new() -> Site {
        let control_plane = serve(upstream("control-plane")).await;
        let routes = Routes::default();
        let edge = serve(edge::router("localhost", 8080, control_plane, routes.clone())).await;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .no_proxy()
            .build()
            .unwrap();
        Site { edge, routes, http }
    }

    fn get(&self, host: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("http://127.0.0.1:{}{path}", self.edge)).header(HOST, host)
    }

    async fn text(&self, host: &str, path: &str) -> String {
        self.get(host, path).send().await.unwrap().text().await.unwrap()
    }
}

#[tokio::test]
async fn a_host_leads_to_its_upstream_and_headers_say_the_truth() {
    let site = Site::new().await;
    let deal = serve(upstream("deal")).await;
    site.routes.open("hanbit", "hanbit-20261124-1000", deal);
    for (host, name) in [
        ("bidd.localhost:8080", "control-plane"),
        ("ddib.localhost:8080", "control-plane"),
        ("hanbit.ddib.localhost:8080", "deal"),
    ] {
        let forged = site
            .get(host, "/a/b?c=%20d")
            .header("x-forwarded-for", "6.6.6.6")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "https")
            .header("cookie", "ticket=1");
        let said = forged.send().await.unwrap().text().await.unwrap();
        let expected = format!(
            "{name} GET /a/b?c=%20d\nhost={host}\nx-forwarded-for=127.0.0.1\nx-forwarded-host={host}\nx-forwarded-proto=http\ncookie=ticket=1\n"
        );
        assert_eq!(said, expected);
    }
}

#[tokio::test]
async fn a_deal_without_a_server_sends_people_elsewhere_and_tells_programs_to_wait() {
    let site = Site::new().await;
    let page =
        site.get("moa.ddib.localhost", "/").header(ACCEPT, "text/html,*/*;q=0.8").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::FOUND);
    assert_eq!(page.headers()[LOCATION], "http://ddib.localhost:8080/companies/moa");

    let program = site.get("moa.ddib.localhost", "/queue/status").send().await.unwrap();
    assert_eq!(program.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(program.headers()["retry-after"], "2");
    assert_eq!(program.headers()["content-type"], "application/problem+json");
    let problem: serde_json::Value = program.json().await.unwrap();
    assert_eq!(problem["code"], "deal_not_running");

    // A route whose process is gone answers the same.
    site.routes.open("moa", "moa-20261124-1000", 1);
    let gone = site.get("moa.ddib.localhost", "/queue/status").send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::SERVICE_UNAVAILABLE);
    // Another deal of the same slug does not take the route away, its own does.
    site.routes.close("moa", "moa-20261123-1000");
    assert!(!site.text("moa.ddib.localhost", "/").await.is_empty());
    site.routes.close("moa", "moa-20261124-1000");
    let closed = site.get("moa.ddib.localhost", "/").header(ACCEPT, "text/html").send().await.unwrap();
    assert_eq!(closed.status(), StatusCode::FOUND);
}

#[tokio::test]
async fn nothing_internal_and_nobody_unknown_is_forwarded() {
    let site = Site::new().await;
    let deal = serve(upstream("deal")).await;
    site.routes.open("hanbit", "hanbit-20261124-1000", deal);
    for path in ["/internal/report", "/%69nternal/report", "//internal", "/metrics"] {
        for host in ["hanbit.ddib.localhost", "bidd.localhost"] {
            let refused = site.get(host, path).send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::NOT_FOUND, "{host}{path}");
        }
    }
    let unknown = site.get("bidd.example", "/").send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::MISDIRECTED_REQUEST);
    let bare = site.get("localhost:8080", "/").send().await.unwrap();
    assert_eq!(bare.headers()[LOCATION], "http://ddib.localhost:8080/");
}

#[tokio::test]
async fn events_stream_and_bodies_are_bounded() {
    let site = Site::new().await;
    let mut events = site.get("bidd.localhost", "/events").send().await.unwrap();
    let chunk = events.chunk().await.unwrap().expect("the first event comes before the end");
    assert_eq!(&chunk[..], b"data: first\n\n");

    let post = |bytes: usize| {
        let url = format!("http://127.0.0.1:{}/length", site.edge);
        site.http.post(url).header(HOST, "bidd.localhost").body(vec![b'x'; bytes]).send()
    };
    let whole = post(1024 * 1024).await.unwrap();
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(whole.text().await.unwrap(), "1048576");
    assert_eq!(post(7 * 1024 * 1024).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
}
