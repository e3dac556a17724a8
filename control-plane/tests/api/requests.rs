//! What holds for every request: hosts, origins, sizes, methods, and requests that come twice.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST, LOCATION, ORIGIN, RETRY_AFTER};
use axum::http::{Method, Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use control_plane::AppState;
use control_plane::error::ApiError;
use control_plane::http::auth::Shopper;
use control_plane::http::idempotency::{self, Attempt, Idempotent};
use control_plane::http::runtime::{self, RuntimeOf};
use control_plane::http::site::Site;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::browser::Browser;
use crate::support::platform;

#[tokio::test]
async fn requests_that_change_something_come_from_our_own_pages() {
    let platform = platform().await;
    let mut shopper = platform.signed_in(Site::Ddib, 1, "손님").await;
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some("http://bidd.localhost:8080"),
        Some("http://ddib.localhost"),
        Some("http://shop.ddib.localhost:8080"),
        Some("http://ddib.localhost:8080/"),
    ] {
        for (method, path) in
            [(Method::POST, "/api/v1/auth/refresh"), (Method::DELETE, "/api/v1/me/addresses/x")]
        {
            let mut request = shopper.request(method, path).body(Body::empty()).unwrap();
            request.headers_mut().remove(ORIGIN);
            if let Some(origin) = origin {
                request.headers_mut().insert(ORIGIN, origin.parse().unwrap());
            }
            let answer = shopper.send(request).await;
            assert_eq!(answer.problem(), (403, "origin_refused".to_owned()), "{origin:?} {path}");
        }
    }
    assert_eq!(shopper.get("/api/v1/me").await.status, 200, "reading needs no origin");
}

#[tokio::test]
async fn the_host_says_which_portal() {
    let platform = platform().await;
    let ask = async |host: &str, forwarded: Option<&str>, path: &str| {
        let mut request = Request::get(path).header(HOST, host);
        if let Some(forwarded) = forwarded {
            request = request.header("x-forwarded-host", forwarded);
        }
        platform.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status().as_u16()
    };
    assert_eq!(ask("DDIB.localhost:1", None, "/api/v1/me").await, 401);
    assert_eq!(ask("127.0.0.1:9", Some("bidd.localhost:8080"), "/api/v1/me").await, 401);
    assert_eq!(ask("elsewhere", None, "/api/v1/me").await, 421);
    assert_eq!(ask("a.hanbit.ddib.localhost", None, "/api/v1/me").await, 421);
    assert_eq!(ask("elsewhere", None, "/").await, 404);
    assert_eq!(ask("127.0.0.1", None, "/.well-known/jwks.json").await, 200, "runtimes ask by address");
    assert_eq!(ask("127.0.0.1", None, "/healthz").await, 200);
    assert_eq!(ask("127.0.0.1", None, "/readyz").await, 200);
    assert_eq!(ask("127.0.0.1", None, "/metrics").await, 200);
    assert_eq!(ask("bidd.localhost:8080", None, "/metrics").await, 404, "not for the public");
    assert_eq!(ask("10.0.0.1", Some("ddib.localhost"), "//metrics").await, 404);
    assert_eq!(ask("ddib.localhost", None, "/internal/deals").await, 404);
}

#[tokio::test]
async fn a_deal_that_does_not_run_sends_people_to_its_company_and_programs_away_for_a_while() {
    let platform = platform().await;
    let ask = async |accept: &str, path: &str| {
        let request = Request::get(path).header(HOST, "hanbit.ddib.localhost:8080").header(ACCEPT, accept);
        platform.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    };
    let person = ask("text/html,application/xhtml+xml", "/").await;
    assert_eq!(person.status(), 303);
    assert_eq!(person.headers()[LOCATION], "http://ddib.localhost:8080/companies/hanbit");
    for path in ["/queue/position", "/api/v1/me", "/metrics", "/internal/deals"] {
        let program = ask("application/json", path).await;
        assert_eq!(program.status(), 503, "{path}");
        assert_eq!(program.headers()[RETRY_AFTER], "2", "{path}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_a_problem() {
    let platform = platform().await;
    let mut shopper = platform.signed_in(Site::Ddib, 1, "손님").await;
    assert_eq!(shopper.get("/api/v1/nothing").await.problem(), (404, "not_found".to_owned()));
    let wrong = shopper.json(Method::PUT, "/api/v1/me", &Value::Null).await;
    assert_eq!(wrong.problem(), (405, "method_not_allowed".to_owned()));
    let large = json!({"recipient": "가".repeat(100_000)});
    let answer = shopper.post("/api/v1/me/addresses", &large).await;
    assert_eq!(answer.problem(), (413, "body_too_large".to_owned()));
    for body in ["", "{", "[]", "\"x\"", "{\"recipient\": 1}"] {
        let request = shopper.request(Method::POST, "/api/v1/me/addresses");
        let request = request.header(CONTENT_TYPE, "application/json").body(Body::from(body)).unwrap();
        assert_eq!(shopper.send(request).await.problem().1, "invalid_body", "{body}");
    }
    let plain = shopper.request(Method::POST, "/api/v1/me/addresses").body(Body::from("{}")).unwrap();
    assert_eq!(shopper.send(plain).await.problem(), (415, "invalid_body".to_owned()));
}

#[tokio::test]
async fn the_documents_are_served() {
    let platform = platform().await;
    let mut browser = platform.browser(Site::Bidd);
    let document = browser.get("/api/v1/openapi.json").await;
    assert_eq!(document.json()["openapi"], "3.1.0");
    let page = browser.get("/api/docs/").await;
    assert!(page.status == 200 && page.body.starts_with(b"<!"), "{page:?}");
    let plans = browser.get("/api/v1/plans").await.json();
    assert_eq!(plans["items"][0]["name"], "라이트");
    let categories = browser.get("/api/v1/categories").await.json();
    assert_eq!(categories["items"].as_array().unwrap().len(), 8);
}

/// A route of the kind that books: each request adds one to what it answers.
async fn book(
    State(state): State<AppState>,
    shopper: Shopper,
    request: Idempotent<Value>,
) -> Result<Response, ApiError> {
    let now = state.clock.now();
    let txn = state.db.begin().await?;
    let claim = match idempotency::claim(&txn, shopper.user, "test.book", &request.key, now).await? {
        Attempt::Again(answer) => return Ok(answer.into_response()),
        Attempt::First(claim) => claim,
    };
    if request.body["refuse"] == true {
        return Err(ApiError::Conflict { code: "refused", detail: "지금은 할 수 없어요." });
    }
    let body = json!({"id": state.entropy.id::<uuid::Uuid>(now)});
    let answer = claim.finish(&txn, StatusCode::CREATED, &body).await?;
    txn.commit().await?;
    Ok(answer.into_response())
}

async fn booking(browser: &mut Browser, key: &str, body: &Value) -> crate::support::browser::Answer {
    let mut request = browser.request(Method::POST, "/book").header(CONTENT_TYPE, "application/json");
    if !key.is_empty() {
        request = request.header("idempotency-key", key);
    }
    browser.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_request_that_comes_twice_is_done_once() {
    let platform = platform().await;
    let router = Router::new().route("/book", post(book)).with_state(platform.state.clone());
    let as_at = |shopper: &Browser| {
        let mut browser = Browser::new(router.clone(), Site::Ddib);
        browser.cookies.clone_from(&shopper.cookies);
        browser
    };
    let mut one = as_at(&platform.signed_in(Site::Ddib, 1, "손님").await);
    let first = booking(&mut one, "k1", &json!({})).await;
    assert_eq!(first.status, 201);
    assert_eq!(booking(&mut one, "k1", &json!({})).await.json(), first.json(), "the same answer");
    let other_body = booking(&mut one, "k1", &json!({"a": 1})).await;
    assert_eq!(other_body.problem(), (422, "idempotency_key_reused".to_owned()));
    assert_ne!(booking(&mut one, "k2", &json!({})).await.json(), first.json());

    let mut two = as_at(&platform.signed_in(Site::Ddib, 2, "손님").await);
    assert_ne!(booking(&mut two, "k1", &json!({})).await.json(), first.json(), "keys are everybody's own");
    let refused = booking(&mut one, "k3", &json!({"refuse": true})).await;
    assert_eq!(refused.problem(), (409, "refused".to_owned()));
    assert_eq!(booking(&mut one, "k3", &json!({})).await.status, 201, "a refusal leaves the key free");
    for bad in [String::new(), "a b".to_owned(), "k".repeat(101)] {
        let answer = booking(&mut one, &bad, &json!({})).await;
        assert_eq!(answer.problem(), (400, "idempotency_key_missing".to_owned()), "{bad:?}");
    }

    let at_once = (0..20).map(|_| {
        let mut browser = as_at(&one);
        async move { booking(&mut browser, "k4", &json!({})).await.json()["id"].to_string() }
    });
    let ids = futures_util::future::join_all(at_once).await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    platform.advance_seconds(49 * 3_600);
    let now = platform.state.clock.now();
    assert_eq!(idempotency::forget_old(&platform.state.db, now).await.unwrap(), 5);
}

#[tokio::test]
async fn a_runtime_speaks_for_its_own_deal_alone() {
    let platform = platform().await;
    let state = &platform.state;
    let now = state.clock.now();
    runtime::set_credential(state.db.write(), "deal-a", "old", now).await.unwrap();
    runtime::set_credential(state.db.write(), "deal-a", "token-a", now).await.unwrap();
    runtime::set_credential(state.db.write(), "deal-b", "token-b", now).await.unwrap();
    let router = Router::new()
        .route("/{deal}", post(async |runtime: RuntimeOf| Json(runtime.deal)))
        .with_state(state.clone());
    for (deal, authorization, status) in [
        ("deal-a", Some("Bearer token-a"), 200),
        ("deal-a", Some("Bearer token-b"), 401),
        ("deal-a", Some("Bearer old"), 401),
        ("deal-a", Some("token-a"), 401),
        ("deal-a", Some("Bearer "), 401),
        ("deal-c", Some("Bearer token-a"), 401),
        ("deal-a", None, 401),
    ] {
        let mut request = Request::post(format!("/{deal}"));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{deal} {authorization:?}");
    }
}
