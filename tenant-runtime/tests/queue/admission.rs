//! Admission under a crowd: the cap at every instant, the rate however many pods there are, and
//! places that come back.

use std::time::Instant;

use crds::Prequeue;
use jiff::SignedDuration;
use serde_json::json;
use tenant_runtime::queue::steps;
use tenant_runtime_core::presence::Silent;
use tenant_runtime_core::room::{Claimed, Entered};
use tenant_runtime_core::ticket::Ticket;
use uuid::Uuid;

use crate::support::deal::shopper_id;
use crate::support::{Browser, Deal, Pod, eventually};

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
    assert_eq!(pod.standing().await.inside, 10);
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
    let opened_ms = pods[0].standing().await.opened_ms;
    let mut last = 0;
    eventually("half of them are called", async || {
        let standing = pods[0].standing().await;
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
    let standing = pod.standing().await;
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
    pod.standing().await;
    let claim = async |shopper: u32, index: u64| {
        let ticket = Ticket { shopper: shopper_id(shopper), index, nonce: 0 };
        steps::claim(&pod.runtime, &ticket, index, None).await.unwrap().answer
    };
    assert_eq!(claim(1, 1).await, Claimed::NotCalled);
    assert_eq!(claim(1, 0).await, Claimed::Replaced);
    assert_eq!(claim(7, 0).await, Claimed::Replaced);
    assert!(matches!(claim(0, 0).await, Claimed::Inside { renewed: false, .. }));
}

#[tokio::test]
async fn ten_thousand_who_are_gone_cost_those_behind_one_look() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.prequeue = Prequeue::Fifo;
        config.settings.admissions_per_second = 10;
        config.settings.inside_max = 10;
    })
    .await;
    let (pod, other) = (deal.quiet_pod().await, deal.quiet_pod().await);
    let gone: u64 = 10_000;
    let mut entering = tokio::task::JoinSet::new();
    for n in 0..u32::try_from(gone).unwrap() + 20 {
        let runtime = pod.runtime.clone();
        entering.spawn(async move {
            (steps::enter(&runtime, shopper_id(n), [0; 16], None).await.unwrap().answer, shopper_id(n))
        });
    }
    let mut shoppers = vec![Uuid::nil(); usize::try_from(gone).unwrap() + 20];
    for (answer, shopper) in entering.join_all().await {
        let Entered::Place { index, new: true } = answer else { panic!("{answer:?}") };
        shoppers[usize::try_from(index).unwrap()] = shopper;
    }
    let ticket = |index: u64| Ticket { shopper: shoppers[usize::try_from(index).unwrap()], index, nonce: 0 };

    let silent = Silent::of(0, gone, |_| true);
    let nobody = Silent::default();
    let say = async |name: &str, pod: &Pod, silent: &Silent| {
        steps::admit(&pod.runtime, Some((name, silent)), 0).await.unwrap()
    };
    // A pod that has heard from them, or has not listened for long, keeps them from being passed over.
    say("other", &other, &nobody).await;
    let standing = say("pod", &pod, &silent).await;
    assert_eq!((standing.frontier, standing.reserved, standing.absent), (10, 10, 0));
    eventually("what the two said under their own names is too old to count", async || {
        say("other", &other, &silent).await;
        say("pod", &pod, &silent).await;
        let pods = redis::cmd("HLEN").arg(pod.runtime.keys.silent()).to_owned();
        pod.runtime.store.read::<u64>(&pods).await.unwrap() == 2
    })
    .await;
    for index in 0..10 {
        steps::leave_with(&pod.runtime, &ticket(index), Some(index)).await.unwrap();
    }
    say("other", &other, &silent).await;
    let standing = say("pod", &pod, &silent).await;
    assert_eq!((standing.frontier, standing.reserved), (gone + 10, 10), "all of the gone in one look");
    assert_eq!(standing.absent, gone - 10, "ten of them had given up their places");

    // Who was passed over and comes after all waits for a place that nobody was called to.
    assert_eq!(steps::claim(&pod.runtime, &ticket(50), 50, None).await.unwrap().answer, Claimed::Full);
    for index in gone..gone + 10 {
        let claimed = steps::claim(&pod.runtime, &ticket(index), index, None).await.unwrap().answer;
        assert!(matches!(claimed, Claimed::Inside { .. }), "{index}: {claimed:?}");
    }
    assert_eq!(pod.standing().await.inside, 10, "as many as the cap");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_tabs_on_ten_devices_gain_no_place() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| config.settings.inside_max = 1).await;
    let (pod, other) = (deal.quiet_pod().await, deal.quiet_pod().await);
    deal.shopper(1).post(&pod.router, "/queue/enter", json!({})).await.ok();
    let mut tabs = tokio::task::JoinSet::new();
    for tab in 0..1_000 {
        let router = if tab % 2 == 0 { pod.router.clone() } else { other.router.clone() };
        // Each device has cookies of its own, each tab a request.
        let mut device = deal.shopper(2);
        tabs.spawn(async move {
            let entered = device.post(&router, "/queue/enter", json!({})).await;
            match entered.status {
                200 => Some(entered.body["entrant"].as_u64().unwrap()),
                429 => None,
                status => panic!("{status} {}", entered.body),
            }
        });
    }
    let places: Vec<u64> = tabs.join_all().await.into_iter().flatten().collect();
    assert!(!places.is_empty() && places.iter().all(|place| *place == 2), "{places:?}");
    let next = deal.shopper(3).post(&pod.router, "/queue/enter", json!({})).await.ok();
    assert_eq!(next["entrant"], 3, "no place was lost to them either");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_enters_together_shares_calls_and_nobody_shares_a_place() {
    let deal = Deal::new(SignedDuration::from_secs(60), |_| {}).await;
    let pod = deal.quiet_pod().await;
    let before = deal.redis.calls("evalsha").await;
    let mut entering = tokio::task::JoinSet::new();
    for n in 0..2_000 {
        let runtime = pod.runtime.clone();
        entering.spawn(async move { steps::enter(&runtime, shopper_id(n), [1; 16], None).await.unwrap() });
    }
    let mut places: Vec<i64> = entering
        .join_all()
        .await
        .into_iter()
        .map(|entered| match entered.answer {
            Entered::Place { index, new: true } => index,
            other => panic!("{other:?}"),
        })
        .collect();
    places.sort_unstable();
    assert_eq!(places, (0..2_000).collect::<Vec<i64>>());
    let calls = deal.redis.calls("evalsha").await - before;
    assert!(calls <= 100, "{calls} calls for 2000 who entered");
    // The draw's accumulator went through each nonce, batch or no batch.
    let standing = pod.standing().await;
    assert_eq!((standing.next, standing.accumulator.len()), (2_000, 40));
}

#[tokio::test]
async fn whoever_came_first_is_first_within_a_second_too_whatever_their_ids() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.prequeue = Prequeue::Fifo;
        config.settings.inside_max = 0;
    })
    .await;
    let pod = deal.quiet_pod().await;
    // Their ids fall while they arrive.
    for (arrived, n) in (0..60).rev().enumerate() {
        let entered = deal.shopper(n).post(&pod.router, "/queue/enter", json!({})).await.ok();
        assert_eq!(entered["entrant"], json!(arrived + 1));
    }
    pod.look().await;
    for (arrived, n) in (0..60).rev().enumerate() {
        let seen = deal.shopper(n).post(&pod.router, "/queue/enter", json!({})).await.ok();
        assert_eq!((&seen["entrant"], &seen["ahead"]), (&json!(arrived + 1), &json!(arrived)));
    }
}
