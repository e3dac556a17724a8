//! Redis' clock is wrong by an hour, or is put right, in the middle of everything. What the room promised
//! is measured here by clocks that are right: the machine's, and the monotonic one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use control_plane_telemetry::clock::Clock;
use crds::Prequeue;
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use tenant_runtime::queue::steps;
use tenant_runtime_core::clock::{DealClock, STEP_MS_MAX};
use tenant_runtime_core::room::Claimed;
use tenant_runtime_core::ticket::Ticket;
use tokio::task::JoinSet;

use crate::support::deal::shopper_id;
use crate::support::{Browser, Deal, Pod, eventually};

const RIGHT: SignedDuration = SignedDuration::ZERO;
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const BACK: SignedDuration = SignedDuration::from_hours(-1);

async fn deal(opens_in: SignedDuration, per_second: u32, inside_max: u32) -> Deal {
    Deal::new(opens_in, |config| {
        config.prequeue = Prequeue::Fifo;
        config.settings.admissions_per_second = per_second;
        config.settings.inside_max = inside_max;
    })
    .await
}

async fn enter(pod: &Pod, shoppers: u32) {
    for n in 0..shoppers {
        steps::enter(&pod.runtime, shopper_id(n), [0; 16], None).await.unwrap();
    }
}

async fn claim(pod: &Pod, n: u32) -> Claimed {
    let ticket = Ticket { shopper: shopper_id(n), index: n.into(), nonce: 0 };
    steps::claim(&pod.runtime, &ticket, n.into(), None).await.unwrap().answer
}

async fn leave(pod: &Pod, n: u32) {
    let ticket = Ticket { shopper: shopper_id(n), index: n.into(), nonce: 0 };
    steps::leave_with(&pod.runtime, &ticket, Some(n.into())).await.unwrap();
}

/// How many may have been called by a clock that never jumps, with a second's worth in hand.
fn allowed_since(start: Instant, per_second: u32) -> u64 {
    u64::from(per_second) * (1_000 + u64::try_from(start.elapsed().as_millis()).unwrap()) / 1_000
}

#[tokio::test]
async fn the_step_and_the_rule_read_the_same_clock() {
    let deal = deal(RIGHT, 1, 1).await;
    let pod = deal.quiet_pod().await;
    let (key, store) = ("clock-of-the-test", &pod.runtime.store);
    let script = concat!(include_str!("../../src/redis/prelude.lua"), "return now_ms()");
    let mut expected: Option<DealClock> = None;
    for (wrong_by, reckoned_ms) in [
        (RIGHT, 0),
        (RIGHT, 0),
        (HOUR, 20),
        (HOUR, 40),
        (HOUR, 7_200_000),
        (BACK, 7_200_000),
        (BACK, 0),
        (RIGHT, 7_200_000),
        (SignedDuration::from_millis(STEP_MS_MAX - 1_000), 0),
        (SignedDuration::from_millis(STEP_MS_MAX * 3), -7_200_000),
    ] {
        deal.redis.clock.is_wrong_by(wrong_by);
        let reckoned_ms = expected.map_or(0, |clock| clock.deal_ms) + reckoned_ms;
        let read = redis::cmd("EVAL").arg(script).arg(1).arg(key).arg(reckoned_ms).to_owned();
        let real: i64 = store.read(&read).await.unwrap();
        let kept: String = store.read(redis::cmd("GET").arg(key)).await.unwrap();
        let redis_ms = kept.split_once(' ').unwrap().0.parse().unwrap();
        let clock =
            expected.map_or_else(|| DealClock::start(redis_ms), |known| known.read(redis_ms, reckoned_ms));
        assert_eq!((real, kept), (clock.deal_ms, format!("{redis_ms} {}", clock.deal_ms)), "{wrong_by:#}");
        expected = Some(clock);
    }
}

#[tokio::test]
async fn nobody_loses_a_place_and_nobody_comes_in_by_a_jump() {
    // An hour later the doors would be closed, and calls and passes over.
    let deal = deal(SignedDuration::from_secs(-10), 10, 3).await;
    let pod = deal.quiet_pod().await;
    enter(&pod, 30).await;
    pod.look().await;
    for n in [0, 1] {
        assert!(matches!(claim(&pod, n).await, Claimed::Inside { renewed: false, .. }));
    }
    for wrong_by in [HOUR, RIGHT, BACK, HOUR, BACK, RIGHT] {
        let before = pod.standing().await;
        deal.redis.clock.is_wrong_by(wrong_by);
        pod.look().await;
        let after = pod.standing().await;
        assert_eq!((after.inside, after.reserved, after.frontier), (2, 1, 3), "{wrong_by:#}");
        assert_eq!((after.closed_ms, after.opened_ms), (0, before.opened_ms), "{wrong_by:#}");
        let passed_ms = after.now_ms - before.now_ms;
        assert!(
            (0..STEP_MS_MAX).contains(&passed_ms),
            "{passed_ms} ms in the deal by a jump to {wrong_by:#}"
        );
        assert!(matches!(claim(&pod, 0).await, Claimed::Inside { renewed: true, .. }), "{wrong_by:#}");
        assert_eq!(claim(&pod, 3).await, Claimed::NotCalled, "{wrong_by:#}");
    }
    assert!(
        matches!(claim(&pod, 2).await, Claimed::Inside { renewed: false, .. }),
        "called before, and in time"
    );
    leave(&pod, 0).await;
    pod.look().await;
    assert_eq!(pod.standing().await.frontier, 4, "a free place goes to the next at once");
}

#[tokio::test]
async fn the_rate_is_the_right_clocks_and_goes_on_behind_a_jump() {
    let (per_second, start) = (20, Instant::now());
    let deal = deal(SignedDuration::from_secs(-10), per_second, 10_000).await;
    let pod = deal.quiet_pod().await;
    enter(&pod, 500).await;
    let called = async |wrong_by| {
        deal.redis.clock.is_wrong_by(wrong_by);
        pod.look().await;
        let frontier = pod.standing().await.frontier;
        let allowed = allowed_since(start, per_second);
        assert!(frontier <= allowed, "{frontier} called where {allowed} may be");
        frontier
    };
    for wrong_by in [HOUR, RIGHT, BACK, RIGHT].into_iter().cycle().take(40) {
        tokio::time::sleep(Duration::from_millis(10)).await;
        called(wrong_by).await;
    }
    for wrong_by in [BACK, HOUR, BACK, RIGHT] {
        let before = called(wrong_by).await;
        let jumped_ms = pod.standing().await.now_ms;
        eventually("the next is called", async || {
            let goes_on = called(wrong_by).await > before;
            assert!(goes_on || pod.standing().await.now_ms < jumped_ms + 1_000, "nobody for a second");
            goes_on
        })
        .await;
    }
}

#[tokio::test]
async fn the_doors_open_and_close_when_they_should() {
    let early = deal(SignedDuration::from_secs(600), 10, 10).await;
    let pod = early.quiet_pod().await;
    enter(&pod, 1).await;
    for wrong_by in [HOUR, BACK, RIGHT, HOUR] {
        early.redis.clock.is_wrong_by(wrong_by);
        pod.look().await;
        let standing = pod.standing().await;
        assert_eq!((standing.opened_ms, standing.closed_ms), (0, 0), "{wrong_by:#}");
        assert_eq!(claim(&pod, 0).await, Claimed::NotCalled);
    }

    let due = Deal::new(SignedDuration::from_secs(1), |config| {
        config.closes_at = config.opens_at + SignedDuration::from_secs(2);
    })
    .await;
    let pod = due.pod().await;
    let mut looks = pod.runtime.room.looks();
    looks.changed().await.unwrap();
    due.redis.clock.is_wrong_by(BACK);
    let right_now = || Clock::system().now();
    eventually("the doors open", async || pod.standing().await.opened_ms > 0).await;
    assert!(right_now() >= due.config.opens_at, "too early");
    due.redis.clock.is_wrong_by(HOUR);
    let is_closed = pod.standing().await.closed_ms > 0;
    assert!(!is_closed || right_now() >= due.config.closes_at, "too early");
    due.redis.clock.is_wrong_by(BACK);
    eventually("the doors close", async || pod.standing().await.closed_ms > 0).await;
    assert!(right_now() >= due.config.closes_at, "too early");
}

#[tokio::test]
async fn a_redis_that_comes_up_elsewhere_may_have_another_clock() {
    let deal = deal(SignedDuration::from_secs(-10), 10, 3).await;
    let pod = deal.pod().await;
    enter(&pod, 5).await;
    eventually("three are called", async || pod.standing().await.frontier == 3).await;
    assert!(matches!(claim(&pod, 0).await, Claimed::Inside { renewed: false, .. }));
    for wrong_by in [HOUR, BACK] {
        let before = pod.standing().await;
        deal.redis.kill();
        deal.redis.clock.is_wrong_by(wrong_by);
        deal.redis.start_again().await;
        // One that was there all the time, and one that has just started.
        for pod in [&pod, &deal.quiet_pod().await] {
            eventually("redis answers", async || pod.runtime.store.ping().await.is_ok()).await;
            let after = pod.standing().await;
            assert_eq!((after.inside, after.reserved, after.frontier), (1, 2, 3), "{wrong_by:#}");
            assert!(after.now_ms >= before.now_ms && after.now_ms <= Clock::system().now().as_millisecond());
        }
    }
    assert!(matches!(claim(&pod, 0).await, Claimed::Inside { renewed: true, .. }));
}

#[tokio::test]
async fn time_that_passed_while_everybody_was_away_has_passed() {
    let deal = deal(SignedDuration::from_secs(-10), 10, 3).await;
    let pod = deal.quiet_pod().await;
    enter(&pod, 5).await;
    pod.standing().await;
    assert!(matches!(claim(&pod, 0).await, Claimed::Inside { renewed: false, .. }));
    let before = pod.standing().await;
    // Ten minutes later, by Redis' clock and by that of a process which starts then.
    let minutes = SignedDuration::from_mins(10);
    deal.redis.clock.is_wrong_by(minutes);
    let (later, _hand) = Clock::manual(Clock::system().now() + minutes);
    let pod = deal.pod_by(later).await;
    let after = pod.standing().await;
    assert!(after.now_ms - before.now_ms >= 599_000, "{} ms", after.now_ms - before.now_ms);
    assert_eq!((after.inside, after.frontier), (0, 5), "passes and calls are over");
}

const SHOPPERS: u32 = 40;
const INSIDE_MAX: u32 = 4;
const PER_SECOND: u32 = 40;
/// How long anybody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_comes_in_one_after_the_other_while_the_clock_jumps() {
    let seed = std::env::var("DDIB_TEST_SEED").map_or(23, |seed| seed.parse().unwrap());
    println!("seed {seed}");
    let deal = deal(SignedDuration::from_secs(-10), PER_SECOND, INSIDE_MAX).await;
    let pods = [deal.pod().await, deal.pod().await];
    let started = Instant::now();
    let mut crowd = JoinSet::new();
    for n in 0..SHOPPERS {
        crowd.spawn(visit(deal.shopper(n), pods[(n % 2) as usize].router.clone()));
    }
    let over = AtomicBool::new(false);
    let everybody = async {
        while let Some(visited) = crowd.join_next().await {
            visited.unwrap();
        }
        over.store(true, Ordering::SeqCst);
    };
    let jumping = async {
        let mut random = StdRng::seed_from_u64(seed);
        while !over.load(Ordering::SeqCst) {
            deal.redis.clock.is_wrong_by(SignedDuration::from_hours(random.random_range(-1..=1)));
            tokio::time::sleep(Duration::from_millis(random.random_range(50..500))).await;
        }
    };
    tokio::join!(everybody, jumping, audit(&pods[0], started, &over));
    let standing = pods[0].standing().await;
    assert_eq!((standing.admitted, standing.absent), (u64::from(SHOPPERS), 0), "seed {seed}");
}

/// Places and rate, by a clock that never jumps, until it is over.
async fn audit(pod: &Pod, started: Instant, over: &AtomicBool) {
    let mut before = pod.standing().await;
    while !over.load(Ordering::SeqCst) {
        let now = pod.standing().await;
        assert!(now.inside <= u64::from(INSIDE_MAX), "{} are inside", now.inside);
        assert!(before.frontier <= now.frontier && before.now_ms <= now.now_ms, "{before:?}, then {now:?}");
        let allowed = allowed_since(started, PER_SECOND);
        assert!(now.frontier <= allowed, "{} called where {allowed} may be", now.frontier);
        before = now;
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
}

/// Waits, comes in, stays for a moment with a pass that is good, and leaves.
async fn visit(mut shopper: Browser, router: Router) {
    let until = Instant::now() + PATIENCE;
    shopper.post(&router, "/queue/enter", json!({})).await.ok();
    while shopper.get(&router, "/queue/position").await.ok()["state"] != "called"
        || shopper.post(&router, "/queue/pass", json!({})).await.status != 200
    {
        assert!(Instant::now() < until, "waited {PATIENCE:?} in vain");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(shopper.get(&router, "/queue/position").await.ok()["state"], "inside");
    }
    shopper.post(&router, "/queue/leave", json!({})).await.ok();
}
