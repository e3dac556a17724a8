//! What must not work, and what must survive.

use axum::body::Body;
use axum::http::Method;
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use control_plane_telemetry::clock::Clock;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tenant_runtime_core::pass::{Pass, PassKey};
use tenant_runtime_core::ticket::{Ticket, TicketKey};

use crate::support::deal::{CONTROL_TOKEN, shopper_id};
use crate::support::{Browser, Deal, eventually};

#[tokio::test]
async fn forged_foreign_and_expired_values_are_refused() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |_| {}).await;
    let pod = deal.quiet_pod().await;
    let now = Clock::system().now();
    let enter = async |token: Option<String>| {
        Browser::new(&deal.config.origin, token).post(&pod.router, "/queue/enter", json!({})).await
    };
    for token in [
        None,
        Some("x.y.z".to_owned()),
        Some(deal.token(shopper_id(1), now - SignedDuration::from_hours(2))),
        Some(Deal::new(SignedDuration::ZERO, |_| {}).await.token(shopper_id(1), now)),
    ] {
        let refused = enter(token).await;
        assert_eq!((refused.status, refused.code()), (401, "not_signed_in"));
    }

    let ticket = Ticket { shopper: shopper_id(1), index: 0, nonce: 0 };
    let foreign = TicketKey::new(&[1; 32], "another-deal").sign(&ticket);
    let forged = TicketKey::new(&[9; 32], &deal.config.deal).sign(&ticket);
    for (value, status, code) in [
        (None, 401, "ticket_missing"),
        (Some(foreign), 403, "ticket_invalid"),
        (Some(forged), 403, "ticket_invalid"),
        (Some("AAAA".to_owned()), 403, "ticket_invalid"),
    ] {
        let mut browser = Browser::new(&deal.config.origin, None);
        browser.cookies.extend(value.map(|value| ("ticket".to_owned(), value)));
        for (method, path) in [
            (Method::GET, "/queue/position"),
            (Method::GET, "/queue/events"),
            (Method::POST, "/queue/pass"),
            (Method::POST, "/queue/leave"),
        ] {
            let request = browser.request(method, path, Body::empty());
            let refused = browser.send(&pod.router, request).await;
            assert_eq!((refused.status, refused.code()), (status, code), "{path}");
        }
    }

    let pass = Pass { shopper: shopper_id(1), index: 0, expires_at: now + SignedDuration::from_hours(1) };
    let mut browser = deal.shopper(1);
    browser.post(&pod.router, "/queue/enter", json!({})).await.ok();
    let foreign = PassKey::new(&[1; 32], "another-deal").sign(&pass);
    browser.cookies.insert("pass".to_owned(), foreign);
    pod.look().await;
    assert_eq!(browser.get(&pod.router, "/queue/position").await.ok()["state"], "called", "not inside");
}

#[tokio::test]
async fn other_pages_cannot_act_for_a_shopper() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |_| {}).await;
    let pod = deal.quiet_pod().await;
    for origin in ["http://evil.ddib.localhost:8080", "null", "http://shop.ddib.localhost:8080/"] {
        let refused = deal.shopper(1).sending_from(origin).post(&pod.router, "/queue/enter", json!({})).await;
        assert_eq!((refused.status, refused.code()), (403, "origin_refused"), "{origin}");
    }
    let mut shopper = deal.shopper(1);
    let mut request = shopper.request(Method::POST, "/queue/enter", Body::from("{}"));
    request.headers_mut().remove(ORIGIN);
    assert_eq!(shopper.send(&pod.router, request).await.code(), "origin_refused");
}

#[tokio::test]
async fn malformed_bodies_and_paths_are_problems() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |_| {}).await;
    let pod = deal.quiet_pod().await;
    let mut shopper = deal.shopper(1);
    for (body, status, code) in [
        (json!({"surprise": 1}), 422, "invalid_body"),
        (json!({"nonce": 5}), 422, "invalid_body"),
        (json!({"nonce": "xyz"}), 422, "invalid_body"),
        (json!({"nonce": "a".repeat(40_000)}), 413, "body_too_large"),
    ] {
        let refused = shopper.post(&pod.router, "/queue/enter", body).await;
        assert_eq!((refused.status, refused.code()), (status, code));
        assert_eq!(refused.headers[CONTENT_TYPE], "application/problem+json");
    }
    let request = shopper.request(Method::POST, "/queue/enter", Body::from("{"));
    assert_eq!(shopper.send(&pod.router, request).await.code(), "invalid_body");
    assert_eq!(shopper.get(&pod.router, "/queue/nothing").await.code(), "not_found");
    assert_eq!(shopper.get(&pod.router, "/queue/enter").await.code(), "method_not_allowed");
    let accepted = shopper.post(&pod.router, "/queue/enter", json!({"nonce": "ab".repeat(16)})).await;
    assert_eq!(accepted.status, 200);
}

#[tokio::test]
async fn the_internal_interface_wants_its_token() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |_| {}).await;
    let pod = deal.quiet_pod().await;
    for (method, path) in [
        (Method::GET, "/internal/report"),
        (Method::PUT, "/internal/settings"),
        (Method::POST, "/internal/seal"),
    ] {
        for token in ["", "wrong", "control-token-for-test"] {
            let refused = Browser::control(&pod.router, method.clone(), path, token, json!({})).await;
            assert_eq!((refused.status, refused.code()), (401, "control_refused"), "{path}");
        }
    }
    let refused = Browser::control(
        &pod.router,
        Method::PUT,
        "/internal/settings",
        CONTROL_TOKEN,
        json!({"paused": true}),
    )
    .await;
    assert_eq!(refused.code(), "invalid_body");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_loses_no_place_and_polls_go_on() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 2).await;
    let pod = deal.pod().await;
    let mut shoppers: Vec<Browser> = (0..5).map(|n| deal.shopper(n)).collect();
    for shopper in &mut shoppers {
        shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    eventually("the first comes in", async || {
        shoppers[0].post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
    pod.look().await;
    let before = shoppers[4].get(&pod.router, "/queue/position").await.ok();
    assert_eq!((&before["number"], &before["ahead"]), (&json!(5), &json!(2)));

    deal.redis.kill();
    eventually("the page says that admission stands still", async || {
        shoppers[4].get(&pod.router, "/queue/status").await.ok()["paused"] == true
    })
    .await;
    let during = shoppers[4].get(&pod.router, "/queue/position").await.ok();
    assert_eq!((&during["number"], &during["ahead"]), (&json!(5), &json!(2)));
    assert_eq!(during["etaSeconds"], Value::Null);
    let refused = deal.shopper(9).post(&pod.router, "/queue/enter", json!({})).await;
    assert_eq!((refused.status, refused.code()), (503, "store_unavailable"));
    assert!(refused.headers.contains_key("retry-after"));

    deal.redis.start_again().await;
    eventually("admission goes on", async || {
        shoppers[1].post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
    let after = deal.shopper(4).post(&pod.router, "/queue/enter", json!({})).await.ok();
    assert_eq!(after["entrant"], 5, "the place was kept");
    assert_eq!(shoppers[0].post(&pod.router, "/queue/pass", json!({})).await.status, 200, "so was the pass");
    let next = deal.shopper(9).post(&pod.router, "/queue/enter", json!({})).await.ok();
    assert_eq!(next["entrant"], 6, "no number is given twice");
}
