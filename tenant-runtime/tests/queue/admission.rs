//! Admission under a crowd: the cap at every instant, the rate however many pods there are, and
//! places that come back.

use std::time::Instant;

use jiff::SignedDuration;
use serde_json::json;
use tenant_runtime::queue::steps;
use tenant_runtime_core::room::Claimed;
use tenant_runtime_core::ticket::Ticket;

use crate::support::deal::shopper_id;
use crate::support::{Browser, Deal, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cap_holds_under_two_hundred_claims_at_once() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 10).await;
    let (pod, other) = (deal.pod().await, deal.pod().await);
    let mut shoppers: Vec<Browser> = (0..200).map(|n| deal.shopper(n)).collect();
    for shopper in &mut shoppers {
        shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    let mut inside = 0;
    for _ in 0..3 {
        pod.look().await;
        other.look().await;
        let mut claims = tokio::task::JoinSet::new();
        for (n, shopper) in shoppers.iter().enumerate() {
            let (mut shopper, router) =
                (shopper.clone(), if n % 2 == 0 { pod.router.clone() } else { other.router.clone() });
            claims.spawn(async move { shopper.post(&router, "/queue/pass", json!({})).await.status });
        }
        inside = claims.join_all().await.into_iter().filter(|status| *status == 200).count();
        assert!(inside <= 10, "{inside} inside at once");
    }
    assert_eq!(inside, 10, "all places are used");
    assert_eq!(steps::admit(&pod.runtime).await.unwrap().inside, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_pods_admit_no_more_than_one() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.settings.admissions_per_second = 10;
        config.settings.inside_max = 10_000;
    })
    .await;
    let pods = [deal.pod().await, deal.pod().await, deal.pod().await];
    let runtime = &pods[0].runtime;
    for n in 0..100 {
        steps::enter(runtime, shopper_id(n), [0; 16], None).await.unwrap();
    }
    let opened_ms = steps::admit(runtime).await.unwrap().opened_ms;
    let mut last = 0;
    eventually("half of them are called", async || {
        let standing = steps::admit(runtime).await.unwrap();
        let allowed = 10 + (standing.now_ms - opened_ms) * 10 / 1000;
        let called = i64::try_from(standing.frontier).unwrap();
        assert!(called <= allowed, "{called} called where {allowed} may be");
        assert!(standing.frontier >= last, "the frontier never moves back");
        last = standing.frontier;
        last >= 50
    })
    .await;
}

#[tokio::test]
async fn places_of_the_absent_and_the_gone_are_given_to_others_in_time() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.settings.inside_max = 2;
        config.claim_seconds = 1;
        config.pass_seconds = 1;
    })
    .await;
    let pod = deal.pod().await;
    let mut shoppers: Vec<Browser> = (0..4).map(|n| deal.shopper(n)).collect();
    for shopper in &mut shoppers {
        shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    let [absent, gone, third, fourth] = &mut shoppers[..] else { unreachable!("four shoppers") };
    eventually("the second comes in", async || {
        gone.post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
    let started = Instant::now();
    eventually("the others come in", async || {
        third.post(&pod.router, "/queue/pass", json!({})).await.status == 200
            && fourth.post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
    assert!(started.elapsed().as_secs() < 4, "took {:?}", started.elapsed());
    let standing = steps::admit(&pod.runtime).await.unwrap();
    assert!(standing.absent >= 1 && standing.inside <= 2);
    // Late, but called: in as soon as a place is free.
    eventually("the absent comes in after all", async || {
        absent.post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn an_expired_pass_opens_nothing_and_its_ticket_still_counts() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.settings.inside_max = 1;
        config.pass_seconds = 1;
    })
    .await;
    let pod = deal.pod().await;
    let (mut first, mut second) = (deal.shopper(1), deal.shopper(2));
    first.post(&pod.router, "/queue/enter", json!({})).await.ok();
    eventually("the first comes in", async || {
        first.post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
    second.post(&pod.router, "/queue/enter", json!({})).await.ok();
    eventually("the second has the place now", async || {
        second.post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
    let refused = first.post(&pod.router, "/queue/pass", json!({})).await;
    assert_eq!(refused.code(), "place_taken_back");
    assert_eq!(first.get(&pod.router, "/queue/position").await.ok()["state"], "called");
    eventually("the first comes in again", async || {
        first.post(&pod.router, "/queue/pass", json!({})).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn a_number_that_is_not_called_and_a_place_of_another_open_nothing() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let pod = deal.quiet_pod().await;
    for n in 0..3 {
        steps::enter(&pod.runtime, shopper_id(n), [0; 16], None).await.unwrap();
    }
    steps::admit(&pod.runtime).await.unwrap();
    let claim = async |shopper: u32, index: u64| {
        let ticket = Ticket { shopper: shopper_id(shopper), index, nonce: 0 };
        steps::claim(&pod.runtime, &ticket, index).await.unwrap().answer
    };
    assert_eq!(claim(1, 1).await, Claimed::NotCalled);
    assert_eq!(claim(1, 0).await, Claimed::Replaced);
    assert_eq!(claim(7, 0).await, Claimed::Replaced);
    assert!(matches!(claim(0, 0).await, Claimed::Inside { renewed: false, .. }));
}
