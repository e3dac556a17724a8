//! The room for a browser without JavaScript: the whole way by links and forms.

use jiff::SignedDuration;
use serde_json::json;

use crate::support::{Answer, Browser, Deal, Pod, eventually, product};

const PAGE: &str = "/queue/plain";

async fn page(browser: &mut Browser, pod: &Pod) -> String {
    let answer = browser.get(&pod.router, PAGE).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text
}

#[track_caller]
fn sends_to(answer: &Answer, path: &str) {
    assert_eq!(
        (answer.status, answer.headers.get("location")),
        (303, Some(&path.parse().unwrap())),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_shopper_waits_comes_in_and_leaves_by_forms() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let pod = deal.pod().await;
    let (mut first, mut second) = (deal.shopper(1), deal.shopper(2));
    assert!(page(&mut first, &pod).await.contains(r#"action="/queue/plain/enter""#));
    sends_to(&first.submit(&pod.router, "/queue/plain/enter").await, PAGE);
    sends_to(&second.submit(&pod.router, "/queue/plain/enter").await, PAGE);

    eventually("the first is called", async || {
        page(&mut first, &pod).await.contains(r#"action="/queue/plain/pass""#)
    })
    .await;
    let waiting = page(&mut second, &pod).await;
    assert!(waiting.contains("대기 순서") && waiting.contains("다음이 내 차례예요"), "{waiting}");
    assert!(waiting.contains(r#"<meta http-equiv="refresh" content=""#), "{waiting}");

    sends_to(&first.submit(&pod.router, "/queue/plain/pass").await, "/shop/plain");
    let inside = page(&mut first, &pod).await;
    assert!(inside.contains("입장했어요") && inside.contains(r#"href="/shop/plain""#), "{inside}");
    let shop = first.get(&pod.router, "/shop/plain").await;
    assert_eq!(shop.status, 200, "{}", shop.text);
    sends_to(&second.get(&pod.router, "/shop/plain").await, PAGE);
    assert_eq!(first.get(&pod.router, "/queue/position").await.ok()["state"], "inside", "as any other");
    let early = second.submit(&pod.router, "/queue/plain/pass").await;
    assert_eq!(early.status, 409);
    assert!(
        early.text.contains("아직 차례가 아니에요") && early.text.contains("대기 순서"),
        "{}",
        early.text
    );

    sends_to(&first.submit(&pod.router, "/queue/plain/leave").await, PAGE);
    assert!(!first.cookies.contains_key("ticket") && !first.cookies.contains_key("pass"));
    eventually("the second is called", async || page(&mut second, &pod).await.contains("들어갈 차례예요"))
        .await;
}

#[tokio::test]
async fn who_has_no_right_gets_the_page_and_what_to_do() {
    let deal = Deal::new(SignedDuration::from_secs(300), |_| {}).await;
    let pod = deal.quiet_pod().await;
    let mut nobody = Browser::new(&deal.config.origin, None);
    let home = page(&mut nobody, &pod).await;
    let way = "returnTo=http%3A%2F%2Fshop.ddib.localhost%3A8080%2Fqueue%2Fplain";
    assert!(home.contains(way) && !home.contains("<form"), "{home}");
    for (path, words) in [
        ("/queue/plain/enter", "로그인이 필요해요"),
        ("/queue/plain/pass", "대기표가 없어요"),
        ("/queue/plain/leave", "대기표가 없어요"),
    ] {
        let refused = nobody.submit(&pod.router, path).await;
        assert_eq!(refused.status, 401, "{path}");
        assert!(refused.text.contains(words) && refused.text.contains(way), "{path}: {}", refused.text);
        assert!(nobody.cookies.is_empty());
        let mut elsewhere = deal.shopper(1).sending_from("http://evil.ddib.localhost:8080");
        assert_eq!(elsewhere.submit(&pod.router, path).await.code(), "origin_refused", "{path}");
    }
}

#[tokio::test]
async fn words_of_others_are_words_and_nothing_else() {
    let deal = Deal::new(SignedDuration::from_secs(300), |config| {
        config.title = "<script>alert(1)</script>".to_owned();
        config.company_name = "\"><b>포근".to_owned();
        config.settings.products[0].name = "<img src=x onerror=alert(1)>".to_owned();
    })
    .await;
    let pod = deal.quiet_pod().await;
    let answer = deal.shopper(1).get(&pod.router, PAGE).await;
    for raw in ["<script", "<b>포근", "<img"] {
        assert!(!answer.text.contains(raw), "{}", answer.text);
    }
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'self'") && policy.contains("form-action 'self'"), "{policy}");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let style = deal.shopper(1).get(&pod.router, "/queue/plain/style.css").await;
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
    assert!(style.text.contains(".stage"));
}

#[tokio::test]
async fn before_the_doors_the_page_promises_and_after_them_it_proves() {
    let deal = Deal::new(SignedDuration::from_secs(2), |config| config.settings.inside_max = 1).await;
    let pod = deal.pod().await;
    let mut shopper = deal.shopper(1);
    sends_to(&shopper.submit(&pod.router, "/queue/plain/enter").await, PAGE);
    let before = page(&mut shopper, &pod).await;
    assert!(
        before.contains("열리는 순간 추첨으로 순서를 정하고") && before.contains("미리 공개한 값"),
        "{before}"
    );
    assert!(!before.contains("추첨에 쓴 비밀값"));
    eventually("the doors open", async || page(&mut shopper, &pod).await.contains("들어갈 차례예요")).await;
    let after = page(&mut shopper, &pod).await;
    let status = shopper.get(&pod.router, "/queue/status").await.ok();
    for field in ["seed", "secret", "accumulator", "commitment"] {
        assert!(after.contains(status["drawn"][field].as_str().unwrap()), "{field}");
    }
}

#[tokio::test]
async fn the_page_costs_redis_nothing() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let pod = deal.quiet_pod().await;
    let mut shopper = deal.shopper(1);
    shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    // Reading the counter is itself a connection and a command or two.
    let start = deal.redis.commands().await;
    let own = deal.redis.commands().await - start;
    for _ in 0..100 {
        page(&mut shopper, &pod).await;
    }
    assert_eq!(deal.redis.commands().await - start, 2 * own);
}

#[tokio::test]
async fn who_types_for_longer_than_the_pass_lasts_orders_where_a_place_is_free() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.pass_seconds = 2).await;
    let pod = deal.pod().await;
    let mut shopper = deal.shopper(1);
    sends_to(&shopper.submit(&pod.router, "/queue/plain/enter").await, PAGE);
    eventually("the shopper is called", async || page(&mut shopper, &pod).await.contains("들어갈 차례예요"))
        .await;
    sends_to(&shopper.submit(&pod.router, "/queue/plain/pass").await, "/shop/plain");
    let old = shopper.cookies["pass"].clone();
    eventually("the pass is over", async || {
        shopper.get(&pod.router, "/queue/position").await.ok()["state"] != "inside"
    })
    .await;

    let mut settings = deal.config.settings.clone();
    (settings.generation, settings.inside_max) = (2, 0);
    tenant_runtime::queue::apply_settings(&pod.runtime, &settings).await.unwrap();
    let form = format!(
        "key=a&product={}&quantity=1&recipient=a&phone=01012345678&postcode=04524&line1=b",
        product(1)
    );
    let full = shopper.fill(&pod.router, "/shop/plain/holds", form.clone()).await;
    assert_eq!(full.status, 409, "{}", full.text);
    assert!(full.text.contains("자리가 다음 분에게 넘어갔어요"), "{}", full.text);
    assert_eq!(shopper.cookies["pass"], old);

    (settings.generation, settings.inside_max) = (3, 1);
    tenant_runtime::queue::apply_settings(&pod.runtime, &settings).await.unwrap();
    let kept = shopper.fill(&pod.router, "/shop/plain/holds", form).await;
    assert_eq!(kept.status, 303, "{}", kept.text);
    assert!(kept.headers["location"].to_str().unwrap().starts_with("/shop/plain/orders/"));
    assert_ne!(shopper.cookies["pass"], old, "and is inside again");
}
