//! News by stream: what it tells, how many there may be, and that they ask Redis nothing.

use axum::body::{Body, BodyDataStream};
use axum::http::Method;
use futures_util::StreamExt as _;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{Browser, Deal, Pod, eventually};

async fn open(browser: &Browser, pod: &Pod) -> axum::response::Response {
    let request = browser.request(Method::GET, "/queue/events", Body::empty());
    pod.router.clone().oneshot(request).await.unwrap()
}

async fn listen(browser: &Browser, pod: &Pod) -> BodyDataStream {
    let response = open(browser, pod).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    response.into_body().into_data_stream()
}

/// The next position that the stream tells; `None` where it has ended.
async fn told(stream: &mut BodyDataStream) -> Option<Value> {
    let event = stream.next().await?.unwrap();
    let text = std::str::from_utf8(&event).unwrap();
    let data = text.strip_prefix("event: position\ndata: ").unwrap_or_else(|| panic!("{text:?}"));
    Some(serde_json::from_str(data).unwrap())
}

/// A deal with one place that the first shopper has, and a second shopper who waits for it.
async fn two_for_one_place(deal: &Deal, pod: &Pod) -> (Browser, Browser) {
    let (mut first, mut second) = (deal.shopper(1), deal.shopper(2));
    first.post(&pod.router, "/queue/enter", json!({})).await.ok();
    second.post(&pod.router, "/queue/enter", json!({})).await.ok();
    eventually("the first comes in", async || {
        first.post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
    (first, second)
}

#[tokio::test]
async fn a_stream_tells_of_the_call_and_ends_with_it() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let pod = deal.pod().await;
    let (mut first, mut second) = two_for_one_place(&deal, &pod).await;
    let position = second.get(&pod.router, "/queue/position").await.ok();
    assert_eq!(position["stream"], true, "who is next may listen: {position}");
    let mut stream = listen(&second, &pod).await;
    assert_eq!(told(&mut stream).await.unwrap()["state"], "waiting");
    first.post(&pod.router, "/queue/leave", json!({})).await;
    assert_eq!(told(&mut stream).await.unwrap()["state"], "called");
    assert_eq!(told(&mut stream).await, None);
    let called = second.get(&pod.router, "/queue/position").await.ok();
    assert_eq!(called["stream"], Value::Null, "whoever is called asks");
}

#[tokio::test]
async fn a_stream_ends_when_its_process_does() {
    let deal = Deal::new(SignedDuration::from_secs(60), |_| {}).await;
    let pod = deal.pod().await;
    let mut shopper = deal.shopper(1);
    shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    let mut stream = listen(&shopper, &pod).await;
    assert_eq!(told(&mut stream).await.unwrap()["state"], "before");
    pod.runtime.shutdown.trigger();
    assert_eq!(told(&mut stream).await, None);
}

#[tokio::test]
async fn streams_are_for_the_near() {
    let deal = Deal::new(SignedDuration::from_secs(300), |_| {}).await;
    let pod = deal.quiet_pod().await;
    let mut early = deal.shopper(1);
    let entered = early.post(&pod.router, "/queue/enter", json!({})).await.ok();
    assert_eq!((&entered["state"], &entered["stream"]), (&json!("before"), &Value::Null));

    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.settings.inside_max = 1;
        config.settings.admissions_per_second = 1;
    })
    .await;
    let pod = deal.quiet_pod().await;
    for n in 0..=100 {
        let position = deal.shopper(n).post(&pod.router, "/queue/enter", json!({})).await.ok();
        let is_near = position["ahead"].as_u64().is_none_or(|ahead| ahead < 50);
        assert_eq!(position["stream"] == true, is_near && position["state"] == "waiting", "{position}");
    }
}

#[tokio::test]
async fn a_shopper_has_three_streams_and_no_more() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let pod = deal.pod().await;
    let (_first, second) = two_for_one_place(&deal, &pod).await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(listen(&second, &pod).await);
    }
    let refused = open(&second, &pod).await;
    assert_eq!(
        (refused.status(), &refused.headers()["retry-after"]),
        (429.try_into().unwrap(), &"5".parse().unwrap())
    );
    streams.pop();
    assert_eq!(open(&second, &pod).await.status(), 200);
    let mut nobody = Browser::new(&deal.config.origin, None);
    assert_eq!(nobody.get(&pod.router, "/queue/events").await.code(), "ticket_missing");
}

#[tokio::test]
async fn streams_cost_redis_nothing() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let pod = deal.quiet_pod().await;
    let mut shoppers: Vec<Browser> = (0..40).map(|n| deal.shopper(n)).collect();
    for shopper in &mut shoppers {
        shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    pod.look().await;
    // Reading the counter is itself a connection and a command or two.
    let start = deal.redis.commands().await;
    let own = deal.redis.commands().await - start;
    let mut streams = Vec::new();
    for shopper in &shoppers[1..] {
        let mut stream = listen(shopper, &pod).await;
        assert_eq!(told(&mut stream).await.unwrap()["state"], "waiting");
        streams.push(stream);
    }
    // Nobody looks here: after a while the streams say by themselves that nothing moves.
    let quiet = streams.iter_mut().map(told);
    assert!(futures_util::future::join_all(quiet).await.iter().all(Option::is_some));
    assert_eq!(deal.redis.commands().await - start, 2 * own);
}
