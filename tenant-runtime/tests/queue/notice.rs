//! The company's line to everyone who waits: how it gets to them, and what it costs.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::deal::CONTROL_TOKEN;
use crate::support::{Browser, Deal, Pod, eventually};

/// Puts settings with this line in force, at one pod.
async fn say(deal: &Deal, pod: &Pod, generation: i64, notice: &str) {
    let mut settings = deal.config.settings.clone();
    settings.generation = generation;
    notice.clone_into(&mut settings.notice);
    let body = serde_json::to_value(&settings).unwrap();
    let answer = Browser::control(&pod.router, Method::PUT, "/internal/settings", CONTROL_TOKEN, body).await;
    assert_eq!(answer.status, 204);
}

async fn version(browser: &mut Browser, pod: &Pod) -> Value {
    browser.get(&pod.router, "/queue/position").await.ok()["notice"].take()
}

#[tokio::test]
async fn everyone_who_waits_is_told_at_every_pod() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let (pod, other) = (deal.pod().await, deal.pod().await);
    let mut shopper = deal.shopper(1);
    shopper.post(&other.router, "/queue/enter", json!({})).await.ok();
    assert_eq!(version(&mut shopper, &other).await, Value::Null);

    say(&deal, &pod, 2, "배송은 내일 시작해요.").await;
    eventually("the other pod tells of it", async || version(&mut shopper, &other).await.is_u64()).await;
    let first = version(&mut shopper, &other).await;
    assert_eq!(shopper.get(&other.router, "/queue/status").await.ok()["notice"], first);
    // Whoever has no ticket, and nobody's shopper, may read it, and any cache may keep it.
    let mut nobody = Browser::new(&deal.config.origin, None);
    let answer = nobody.get(&other.router, &format!("/queue/notice/{first}")).await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=86400, immutable");
    assert_eq!(answer.ok(), json!({"text": "배송은 내일 시작해요."}));

    say(&deal, &pod, 3, "배송은 모레 시작해요.").await;
    eventually("the line is another", async || version(&mut shopper, &other).await != first).await;
    assert_eq!(nobody.get(&other.router, &format!("/queue/notice/{first}")).await.code(), "notice_unknown");
    assert_eq!(nobody.get(&other.router, "/queue/notice/first").await.status, 404);

    say(&deal, &pod, 4, "").await;
    eventually("the line is gone", async || version(&mut shopper, &other).await.is_null()).await;
    assert_eq!(nobody.get(&other.router, "/queue/notice/0").await.code(), "notice_unknown");
}

#[tokio::test]
async fn a_line_costs_redis_nothing_and_is_never_markup() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.settings.inside_max = 1;
        config.settings.notice = "<b>내일</b>".to_owned();
    })
    .await;
    let pod = deal.quiet_pod().await;
    let mut shopper = deal.shopper(1);
    shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    let page = shopper.get(&pod.router, "/queue/plain").await.text;
    assert!(page.contains("내일") && !page.contains("<b>내일"), "{page}");
    // Reading the counter is itself a connection and a command or two.
    let start = deal.redis.commands().await;
    let own = deal.redis.commands().await - start;
    for _ in 0..100 {
        let version = version(&mut shopper, &pod).await;
        shopper.get(&pod.router, &format!("/queue/notice/{version}")).await.ok();
    }
    assert_eq!(deal.redis.commands().await - start, 2 * own);
}
