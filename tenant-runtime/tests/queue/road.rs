//! One shopper after the other down the road of the waiting room.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tenant_runtime_core::draw;

use crate::support::deal::{CONTROL_TOKEN, shopper_id};
use crate::support::{Browser, Deal, Pod, eventually, product};

async fn position(browser: &mut Browser, pod: &Pod) -> Value {
    browser.get(&pod.router, "/queue/position").await.ok()
}

async fn report(pod: &Pod) -> Value {
    Browser::control(&pod.router, Method::GET, "/internal/report", CONTROL_TOKEN, Value::Null).await.ok()
}

#[tokio::test]
async fn a_shopper_enters_is_called_comes_in_and_leaves() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |_| {}).await;
    let pod = deal.pod().await;
    let mut shopper = deal.shopper(1);
    let entered = shopper.post(&pod.router, "/queue/enter", json!({})).await;
    let cookie = entered.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/;"));
    assert_eq!(entered.headers["cache-control"], "no-store");
    let entered = entered.ok();
    assert_eq!((&entered["number"], &entered["entrant"]), (&json!(1), &json!(1)));

    eventually("the first is called", async || position(&mut shopper, &pod).await["state"] == "called").await;
    let inside = shopper.post(&pod.router, "/queue/pass", json!({})).await.ok();
    assert!(inside["expiresAt"].is_string());
    assert_eq!(position(&mut shopper, &pod).await["state"], "inside");
    assert_eq!(report(&pod).await["inside"], 1);
    shopper.post(&pod.router, "/queue/pass", json!({})).await.ok();
    assert_eq!(report(&pod).await["admitted"], 1, "a renewal is no second admission");

    let pass = shopper.cookies["pass"].clone();
    assert_eq!(shopper.post(&pod.router, "/queue/leave", json!({})).await.status, 204);
    assert!(!shopper.cookies.contains_key("ticket") && !shopper.cookies.contains_key("pass"));
    assert_eq!(report(&pod).await["inside"], 0);
    shopper.cookies.insert("pass".to_owned(), pass);
    let again = shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    assert_eq!(again["entrant"], 2, "who left begins anew");
    assert_ne!(again["state"], "inside", "whatever pass is still lying around");
}

#[tokio::test]
async fn entering_twice_keeps_the_place_on_any_device() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let pod = deal.quiet_pod().await;
    for n in 1..=3 {
        deal.shopper(n).post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    let again = deal.shopper(2).post(&pod.router, "/queue/enter", json!({})).await.ok();
    assert_eq!(again["entrant"], 2);
}

#[tokio::test]
async fn a_reload_goes_back_to_the_end_where_the_deal_says_so() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.on_refresh = crds::OnRefresh::Requeue;
        config.settings.inside_max = 1;
    })
    .await;
    let pod = deal.quiet_pod().await;
    let mut shoppers: Vec<Browser> = (1..=3).map(|n| deal.shopper(n)).collect();
    for shopper in &mut shoppers {
        shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    pod.look().await;
    let called = shoppers[0].post(&pod.router, "/queue/enter", json!({})).await.ok();
    assert_eq!(called["entrant"], 1, "whoever is called keeps the place");
    let mut old = shoppers[1].clone();
    let waiting = shoppers[1].post(&pod.router, "/queue/enter", json!({})).await.ok();
    assert_eq!(waiting["entrant"], 4, "whoever waits goes to the end");
    shoppers[0].post(&pod.router, "/queue/leave", json!({})).await;
    pod.look().await;
    assert_eq!(old.post(&pod.router, "/queue/pass", json!({})).await.code(), "ticket_invalid");
}

#[tokio::test]
async fn who_came_before_the_doors_draws_a_number_that_anyone_can_check() {
    let deal = Deal::new(SignedDuration::from_secs(2), |config| config.settings.inside_max = 1).await;
    let pod = deal.pod().await;
    let mut shoppers: Vec<Browser> = (1..=20).map(|n| deal.shopper(n)).collect();
    for shopper in &mut shoppers {
        let entered = shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
        assert_eq!((&entered["state"], &entered["number"]), (&json!("before"), &Value::Null));
        assert_eq!(shopper.post(&pod.router, "/queue/pass", json!({})).await.code(), "not_open");
    }
    let before = shoppers[0].get(&pod.router, "/queue/status").await.ok();
    assert_eq!((&before["phase"], &before["drawn"]), (&json!("before"), &Value::Null));
    assert_eq!(before["prequeue"], "draw");

    eventually("the doors open", async || {
        shoppers[0].get(&pod.router, "/queue/status").await.ok()["phase"] == "open"
    })
    .await;
    let opened = report(&pod).await["openedAt"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let lag = opened.duration_since(deal.config.opens_at);
    assert!(!lag.is_negative() && lag < SignedDuration::from_millis(500), "opened {lag:?} after the time");

    let late = deal.shopper(99).post(&pod.router, "/queue/enter", json!({})).await.ok();
    assert_eq!(late["number"], 21, "after the doors opened, first come, first served");

    let status = shoppers[0].get(&pod.router, "/queue/status").await.ok();
    let drawn = &status["drawn"];
    assert_eq!(drawn["commitment"], before["commitment"]);
    let secret: [u8; 32] = hex::decode(drawn["secret"].as_str().unwrap()).unwrap().try_into().unwrap();
    let (accumulator, seed) = (drawn["accumulator"].as_str().unwrap(), drawn["seed"].as_str().unwrap());
    assert!(draw::verify(&secret, before["commitment"].as_str().unwrap(), 20, accumulator, seed));
    let checked = draw::Draw::new(draw::seed(&secret, 20, accumulator), 20);
    for shopper in &mut shoppers {
        let position = position(shopper, &pod).await;
        let entrant = position["entrant"].as_u64().unwrap();
        assert_eq!(position["number"].as_u64().unwrap(), checked.number(entrant - 1) + 1);
    }
}

#[tokio::test]
async fn a_position_costs_redis_nothing() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let pod = deal.quiet_pod().await;
    deal.shopper(1).post(&pod.router, "/queue/enter", json!({})).await.ok();
    let mut shopper = deal.shopper(2);
    shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    pod.look().await;
    // Reading the counter is itself a connection and a command or two.
    let start = deal.redis.commands().await;
    let own = deal.redis.commands().await - start;
    let early = shopper.post(&pod.router, "/queue/pass", json!({})).await;
    assert_eq!((early.code(), &early.body["position"]), ("not_called", &json!(1)));
    for _ in 0..100 {
        let position = position(&mut shopper, &pod).await;
        assert_eq!((&position["state"], &position["ahead"]), (&json!("waiting"), &json!(0)));
        shopper.get(&pod.router, "/queue/status").await.ok();
    }
    assert_eq!(deal.redis.commands().await - start, 2 * own);
}

#[tokio::test]
async fn forged_values_cost_redis_nothing() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |_| {}).await;
    let pod = deal.quiet_pod().await;
    let mut shopper = deal.shopper(1);
    shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    let ticket = shopper.cookies["ticket"].clone();
    let swapped: String = ticket.chars().rev().collect();
    let start = deal.redis.commands().await;
    let own = deal.redis.commands().await - start;
    for length in (0..ticket.len()).step_by(7) {
        for forged in [
            &ticket[..length],
            &swapped[length..],
            &format!("{}A{}", &ticket[..length], &ticket[length + 1..]),
        ] {
            if forged == ticket {
                continue;
            }
            shopper.cookies.insert("ticket".to_owned(), forged.to_owned());
            for path in ["/queue/pass", "/queue/leave"] {
                let refused = shopper.post(&pod.router, path, json!({})).await;
                assert_eq!((refused.status, refused.code()), (403, "ticket_invalid"), "{forged:?}");
            }
            assert_eq!(shopper.get(&pod.router, "/queue/position").await.status, 403, "{forged:?}");
        }
    }
    for token in ["", "x", "a.b.c", &deal.token(shopper_id(1), jiff::Timestamp::UNIX_EPOCH)] {
        let mut forger = Browser::new(&deal.config.origin, Some(token.to_owned()));
        assert_eq!(forger.post(&pod.router, "/queue/enter", json!({})).await.status, 401);
    }
    assert_eq!(deal.redis.commands().await - start, 2 * own);
}

#[tokio::test]
async fn nobody_waits_for_what_is_sold_out() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |_| {}).await;
    let pod = deal.quiet_pod().await;
    let mut shopper = deal.shopper(1);
    shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    let stock = pod.runtime.keys.stock(product(1));
    let set = |left: u32, held: u32, sold: u32| {
        redis::cmd("HSET").arg(&stock).arg(&[("left", left), ("held", held), ("sold", sold)]).to_owned()
    };
    pod.runtime.store.read::<()>(&set(0, 3, 47)).await.unwrap();
    pod.look().await;
    let waiting = position(&mut shopper, &pod).await;
    assert_eq!(waiting["state"], "waiting", "nobody is called to an empty shelf");
    assert!(waiting["announcement"].as_str().unwrap().contains("3개"), "{waiting}");
    pod.runtime.store.read::<()>(&set(0, 0, 50)).await.unwrap();
    pod.look().await;
    assert_eq!(position(&mut shopper, &pod).await["state"], "soldOut");
    assert_eq!(shopper.post(&pod.router, "/queue/pass", json!({})).await.code(), "sold_out");
    assert_eq!(shopper.get(&pod.router, "/queue/status").await.ok()["soldOut"], true);
    pod.runtime.store.read::<()>(&set(2, 0, 48)).await.unwrap();
    pod.look().await;
    assert_eq!(position(&mut shopper, &pod).await["state"], "called", "what comes back is sold");
}

#[tokio::test]
async fn settings_apply_once_and_in_order_in_every_pod() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |_| {}).await;
    let (pod, other) = (deal.quiet_pod().await, deal.pod().await);
    let mut shopper = deal.shopper(1);
    let put = async |generation: i64, paused: bool, stock: u32| {
        let mut settings = deal.config.settings.clone();
        settings.generation = generation;
        settings.paused = paused;
        settings.products[0].stock = stock;
        let body = serde_json::to_value(&settings).unwrap();
        let answer =
            Browser::control(&pod.router, Method::PUT, "/internal/settings", CONTROL_TOKEN, body).await;
        assert_eq!(answer.status, 204);
    };
    put(3, true, 70).await;
    put(2, false, 10).await;
    eventually("the other pod learns of it", async || {
        let status = shopper.get(&other.router, "/queue/status").await.ok();
        status["paused"] == true && status["stockLeft"] == 70
    })
    .await;
    assert_eq!(report(&other).await["generation"], 3);
    shopper.post(&other.router, "/queue/enter", json!({})).await.ok();
    assert_eq!(position(&mut shopper, &other).await["state"], "waiting");
    put(4, false, 1).await;
    eventually("admission goes on", async || position(&mut shopper, &other).await["state"] == "called").await;
    assert_eq!(shopper.get(&other.router, "/queue/status").await.ok()["stockLeft"], 1);
}

#[tokio::test]
async fn after_the_end_nobody_enters_and_the_report_says_so() {
    let deal = Deal::new(SignedDuration::from_secs(-2), |config| {
        config.closes_at = config.opens_at + SignedDuration::from_secs(4);
    })
    .await;
    let pod = deal.pod().await;
    let mut inside = deal.shopper(1);
    inside.post(&pod.router, "/queue/enter", json!({})).await.ok();
    eventually("the first comes in", async || {
        inside.post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
    eventually("the doors close", async || {
        inside.get(&pod.router, "/queue/status").await.ok()["phase"] == "closed"
    })
    .await;
    assert_eq!(deal.shopper(2).post(&pod.router, "/queue/enter", json!({})).await.code(), "closed");
    assert_eq!(
        inside.post(&pod.router, "/queue/pass", json!({})).await.status,
        200,
        "those inside may finish"
    );
    let report = report(&pod).await;
    assert!(report["closedAt"].is_string() && report["sealed"] == false);
    let sealed =
        Browser::control(&pod.router, Method::POST, "/internal/seal", CONTROL_TOKEN, Value::Null).await.ok();
    assert_eq!(sealed["sealed"], true);
    assert_eq!(inside.post(&pod.router, "/queue/pass", json!({})).await.code(), "closed");
}

#[tokio::test]
async fn a_place_is_given_back_after_paying() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let pod = deal.pod().await;
    let (mut first, mut second) = (deal.shopper(1), deal.shopper(2));
    for shopper in [&mut first, &mut second] {
        shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    eventually("the first comes in", async || {
        first.post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
    assert_eq!(second.post(&pod.router, "/queue/pass", json!({})).await.body["position"], 1);
    assert_eq!(position(&mut first, &pod).await["state"], "inside");
    tenant_runtime::queue::steps::leave(&pod.runtime, shopper_id(1)).await.unwrap();
    eventually("the first is told that the place is gone, whatever pass is lying around", async || {
        first.get(&pod.router, "/queue/position").await.code() == "ticket_invalid"
    })
    .await;
    eventually("the second comes in", async || {
        second.post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
}
