//! Proof of work before a place: what is asked for, what is refused, and how hard it becomes.

use control_plane_telemetry::clock::{Clock, ManualClock};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tenant_runtime_core::config::{DealConfig, ProofSettings};
use tenant_runtime_core::proof::{VALID_SECONDS, solve};

use crate::support::{Answer, Browser, Deal, Pod};

const RULE: ProofSettings = ProofSettings { base_bits: 4, max_bits: 8, expected_per_second: 5 };

async fn deal(change: impl FnOnce(&mut DealConfig)) -> Deal {
    Deal::new(SignedDuration::from_secs(-1), |config| {
        config.settings.proof_of_work = Some(RULE);
        change(config);
    })
    .await
}

/// A pod whose clock stands still until it is moved.
async fn pod_of(deal: &Deal) -> (Pod, ManualClock) {
    let (clock, hand) = Clock::manual(Clock::system().now());
    (deal.pod_by(clock).await, hand)
}

async fn challenge(browser: &mut Browser, pod: &Pod) -> Value {
    browser.get(&pod.router, "/queue/challenge").await.ok()
}

/// The answer to a challenge as the body of a request for a place.
fn solved(challenge: &Value) -> Value {
    let text = challenge["challenge"].as_str().unwrap();
    let bits = u32::try_from(challenge["difficultyBits"].as_u64().unwrap()).unwrap();
    json!({"proof": {"challenge": text, "nonce": solve(text, bits, 0)}})
}

async fn enter(browser: &mut Browser, pod: &Pod, body: Value) -> Answer {
    browser.post(&pod.router, "/queue/enter", body).await
}

async fn work_and_enter(browser: &mut Browser, pod: &Pod) -> Value {
    let body = solved(&challenge(browser, pod).await);
    enter(browser, pod, body).await.ok()
}

#[tokio::test]
async fn who_worked_gets_a_place_and_keeps_it_however_often_it_is_shown() {
    let deal = deal(|_| {}).await;
    let (pod, _) = pod_of(&deal).await;
    let mut shopper = deal.shopper(1);
    assert_eq!(shopper.get(&pod.router, "/queue/status").await.ok()["proofOfWork"], true);
    let asked = challenge(&mut shopper, &pod).await;
    assert_eq!(asked["difficultyBits"], 4);
    let body = solved(&asked);
    assert_eq!(enter(&mut shopper, &pod, body.clone()).await.ok()["entrant"], 1);
    work_and_enter(&mut deal.shopper(2), &pod).await;
    // Another device of the same shopper, and another pod: one place all the same.
    let (other, _) = pod_of(&deal).await;
    for pod in [&pod, &other] {
        assert_eq!(enter(&mut deal.shopper(1), pod, body.clone()).await.ok()["entrant"], 1);
    }
    assert_eq!(pod.standing().await.next, 2);
}

#[tokio::test]
async fn nobody_without_a_token_is_given_a_challenge() {
    let deal = deal(|_| {}).await;
    let (pod, _) = pod_of(&deal).await;
    let mut nobody = Browser::new(&deal.config.origin, None);
    let refused = nobody.get(&pod.router, "/queue/challenge").await;
    assert_eq!((refused.status, refused.code()), (401, "not_signed_in"));
}

#[tokio::test]
async fn where_it_is_off_nothing_is_asked_for_and_it_may_be_switched_on_and_off() {
    let deal = deal(|config| config.settings.proof_of_work = None).await;
    let (pod, _) = pod_of(&deal).await;
    let mut shopper = deal.shopper(1);
    assert_eq!(shopper.get(&pod.router, "/queue/challenge").await.code(), "proof_unneeded");
    assert_eq!(shopper.get(&pod.router, "/queue/status").await.ok()["proofOfWork"], false);
    enter(&mut shopper, &pod, json!({})).await.ok();
    let mut settings = deal.config.settings.clone();
    for (generation, proof_of_work, code) in [(2, Some(RULE), "proof_required"), (3, None, "")] {
        (settings.generation, settings.proof_of_work) = (generation, proof_of_work);
        tenant_runtime::queue::apply_settings(&pod.runtime, &settings).await.unwrap();
        assert_eq!(enter(&mut deal.shopper(2), &pod, json!({})).await.code(), code);
    }
    // An answer to what is not asked any more does no harm.
    let late = json!({"proof": {"challenge": "x", "nonce": "y"}});
    assert_eq!(enter(&mut deal.shopper(3), &pod, late).await.ok()["entrant"], 3);
}

#[tokio::test]
async fn whatever_is_no_proof_is_refused_without_asking_redis() {
    let deal = deal(|_| {}).await;
    let other_deal = self::deal(|config| config.deal = "another-20261124-1000".to_owned()).await;
    let (pod, hand) = pod_of(&deal).await;
    let (other_pod, _) = pod_of(&other_deal).await;
    let mut shopper = deal.shopper(1);
    let right = challenge(&mut shopper, &pod).await;
    let text = right["challenge"].as_str().unwrap().to_owned();
    let nonce = solved(&right)["proof"]["nonce"].clone();
    let of_another = solved(&challenge(&mut deal.shopper(2), &pod).await);
    let of_another_deal = solved(&challenge(&mut other_deal.shopper(1), &other_pod).await);
    let mut forged = text.clone();
    forged.replace_range(30..34, if &text[30..34] == "zzzz" { "yyyy" } else { "zzzz" });
    let forged = json!({"proof": {"challenge": forged, "nonce": solve(&forged, 8, 0)}});
    let unsolved = (0_u64..).map(|n| format!("{n:016x}")).find(|n| solve_bits(&text, n) < 4).unwrap();
    let proof = |challenge: &str, nonce: Value| json!({"proof": {"challenge": challenge, "nonce": nonce}});

    let start = deal.redis.commands().await;
    let own = deal.redis.commands().await - start;
    for (body, status, code) in [
        (json!({}), 403, "proof_required"),
        (json!({"nonce": "ab".repeat(16)}), 403, "proof_required"),
        (json!({"proof": null}), 403, "proof_required"),
        (proof(&text, json!(unsolved)), 403, "proof_wrong"),
        (proof(&text, json!("")), 403, "proof_wrong"),
        (proof(&text, json!("g".repeat(16))), 403, "proof_wrong"),
        (proof(&text, json!("0".repeat(10_000))), 403, "proof_wrong"),
        (proof("", nonce.clone()), 403, "proof_wrong"),
        (proof(&"A".repeat(10_000), nonce.clone()), 403, "proof_wrong"),
        (forged, 403, "proof_wrong"),
        (of_another, 403, "proof_wrong"),
        (of_another_deal, 403, "proof_wrong"),
        (json!({"proof": {"challenge": text}}), 422, "invalid_body"),
        (json!({"proof": {"challenge": text, "nonce": 5}}), 422, "invalid_body"),
    ] {
        let refused = enter(&mut shopper, &pod, body.clone()).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{body}");
        assert!(!shopper.cookies.contains_key("ticket"));
    }
    for n in 0..100 {
        challenge(&mut deal.shopper(n), &pod).await;
    }
    // Redis, by whose clock it was made, may be a moment ahead of the pod's.
    hand.advance(SignedDuration::from_secs(VALID_SECONDS + 1));
    let late = enter(&mut shopper, &pod, proof(&text, nonce)).await;
    assert_eq!((late.status, late.code()), (409, "proof_expired"));
    assert_eq!(deal.redis.commands().await - start, 2 * own, "no command but those that count");
    work_and_enter(&mut shopper, &pod).await;
}

/// How many zero bits the hash has, reckoned by whoever solves: the least that is not reached.
fn solve_bits(challenge: &str, nonce: &str) -> u32 {
    let start = u64::from_str_radix(nonce, 16).unwrap();
    (0..).take_while(|bits| solve(challenge, *bits, start) == nonce).last().unwrap()
}

#[tokio::test]
async fn whoever_asks_for_challenges_without_end_is_slowed_down_and_nobody_else() {
    let deal = deal(|_| {}).await;
    let (pod, _) = pod_of(&deal).await;
    let mut eager = deal.shopper(1);
    let asked = solved(&challenge(&mut eager, &pod).await);
    let start = deal.redis.commands().await;
    let own = deal.redis.commands().await - start;
    let mut refused = 0;
    for _ in 0..200 {
        let answer = eager.get(&pod.router, "/queue/challenge").await;
        if answer.status == 200 {
            continue;
        }
        assert_eq!((answer.status, answer.code()), (429, "too_many_requests"));
        assert_eq!(answer.headers["retry-after"], "2");
        refused += 1;
    }
    assert!(refused > 100, "{refused} of 200 were refused");
    assert_eq!(deal.redis.commands().await - start, 2 * own, "no command but those that count");
    work_and_enter(&mut deal.shopper(2), &pod).await;
    // What has been worked on is worth a place all the same.
    assert_eq!(enter(&mut eager, &pod, asked).await.ok()["entrant"], 2);
}

#[tokio::test]
async fn it_becomes_harder_in_a_burst_and_easier_after_it() {
    let deal = deal(|_| {}).await;
    let (pod, hand) = pod_of(&deal).await;
    let second = SignedDuration::from_secs(1);
    let bits = async || challenge(&mut deal.shopper(1), &pod).await["difficultyBits"].as_u64().unwrap();
    let mut patient = deal.shopper(9_999);
    let begun = solved(&challenge(&mut patient, &pod).await);
    // Whoever only asks, and whoever comes back, makes nothing harder.
    for n in 0..200 {
        challenge(&mut deal.shopper(n), &pod).await;
    }
    for _ in 0..15 {
        work_and_enter(&mut deal.shopper(2), &pod).await;
    }
    hand.advance(second);
    assert_eq!(bits().await, 4);

    let mut n = 100;
    let mut seen = Vec::new();
    for _ in 0..6 {
        for _ in 0..100 {
            work_and_enter(&mut deal.shopper(n), &pod).await;
            n += 1;
        }
        hand.advance(second);
        seen.push(bits().await);
    }
    assert_eq!(seen, [5, 6, 7, 8, 8, 8]);
    let refused = enter(&mut patient, &pod, begun).await;
    assert_eq!((refused.status, refused.code()), (409, "proof_expired"), "it has become much harder");
    work_and_enter(&mut patient, &pod).await;
    hand.advance(SignedDuration::from_secs(12));
    assert_eq!(bits().await, 6);
    hand.advance(SignedDuration::from_secs(12));
    assert_eq!(bits().await, 4);
}

#[tokio::test]
async fn the_page_without_javascript_says_that_it_needs_it() {
    let deal = deal(|_| {}).await;
    let (pod, _) = pod_of(&deal).await;
    let mut shopper = deal.shopper(1);
    let page = shopper.get(&pod.router, "/queue/plain").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("자바스크립트가 꼭 필요해요"), "{}", page.text);
    assert!(!page.text.contains(r#"action="/queue/plain/enter""#), "{}", page.text);
    let refused = shopper.submit(&pod.router, "/queue/plain/enter").await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("자바스크립트를 켜고 다시 시도해 주세요"), "{}", refused.text);
    assert!(!shopper.cookies.contains_key("ticket"));
    // Whoever has a place already waits there as anybody does.
    work_and_enter(&mut shopper, &pod).await;
    let waiting = shopper.get(&pod.router, "/queue/plain").await.text;
    assert!(waiting.contains(r#"action="/queue/plain/leave""#), "{waiting}");
}
