//! The loop, with everything around it in memory and the clock in the test's hand.

pub mod api;
pub mod memory;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use control_plane_telemetry::clock::{Clock, ManualClock};
use control_plane_telemetry::shutdown::Shutdown;
use crds::Phase;
use jiff::SignedDuration;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use memory::{MemoryDeals, MemoryExecutor, at, context, deal};
use tokio::task::JoinHandle;

use crate::pace::Pace;
use crate::run::{PASSES_MAX, run_at};

/// The same as ever, a thousand times as fast.
fn fast() -> Pace {
    Pace {
        nap_max: Duration::from_millis(5),
        backoff_min: Duration::from_millis(1),
        backoff_max: Duration::from_millis(30),
        relist: Duration::from_millis(30),
        relist_after_failure: Duration::from_millis(2),
        grace: Duration::from_secs(5),
    }
}

struct Stage {
    deals: Arc<MemoryDeals>,
    executor: Arc<MemoryExecutor>,
    hand: ManualClock,
    shutdown: Shutdown,
    running: JoinHandle<()>,
}

impl Stage {
    fn start(deals: MemoryDeals, executor: impl FnOnce(Clock) -> MemoryExecutor, now: i64) -> Stage {
        let (clock, hand) = Clock::manual(at(now));
        let (deals, executor) = (Arc::new(deals), Arc::new(executor(clock.clone())));
        let shutdown = Shutdown::manual();
        let running = tokio::spawn(run_at(
            fast(),
            Arc::clone(&executor),
            Arc::clone(&deals),
            context(),
            clock,
            shutdown.clone(),
        ));
        Stage { deals, executor, hand, shutdown, running }
    }

    fn phase(&self, name: &str) -> Option<Phase> {
        self.deals.get(name).and_then(|deal| deal.status).map(|status| status.phase)
    }

    /// Waits until it is so, while the clock goes on by so many seconds every few milliseconds.
    async fn until(&self, what: &str, seconds: i64, is_so: impl Fn(&Stage) -> bool) {
        const LOOKS_MAX: u32 = 6_000;
        for _ in 0..LOOKS_MAX {
            if is_so(self) {
                return;
            }
            self.hand.advance(SignedDuration::from_secs(seconds));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("never came: {what}; phases so far: {:?}", self.deals.phases.lock().unwrap());
    }

    async fn stop(self) {
        self.shutdown.trigger();
        tokio::time::timeout(Duration::from_secs(10), self.running)
            .await
            .expect("it stops in time")
            .expect("it does not break down");
    }
}

const ROAD: [Phase; 9] = [
    Phase::Pending,
    Phase::Provisioning,
    Phase::Warming,
    Phase::Armed,
    Phase::Open,
    Phase::Draining,
    Phase::Settling,
    Phase::TearingDown,
    Phase::Completed,
];

#[track_caller]
fn assert_is_road(phases: &[Phase]) {
    assert!(phases.is_sorted(), "{phases:?}");
    let all_known = phases.iter().all(|phase| ROAD.contains(phase));
    assert!(all_known && phases.last() == Some(&Phase::Completed), "{phases:?}");
}

#[tokio::test]
async fn a_deal_lives_its_life_though_every_fifth_call_fails() {
    let deals = MemoryDeals::new([deal("moa-1", 0)], 5);
    let stage = Stage::start(deals, |clock| MemoryExecutor::new(clock, 5), -1_000);
    stage.until("the sale", 2, |stage| stage.phase("moa-1") == Some(Phase::Open)).await;
    assert!(stage.executor.runs("moa-1"));
    stage.until("the end", 5, |stage| stage.deals.len() == 0).await;
    assert!(!stage.executor.runs("moa-1"));
    assert_is_road(&stage.deals.phases.lock().unwrap()["moa-1"]);
    for reason in ["Open", "TearingDown", "Completed"] {
        let told = stage.deals.told.lock().unwrap().iter().filter(|told| *told == reason).count();
        assert_eq!(told, 1, "{reason} is told once");
    }
    stage.stop().await;
}

#[tokio::test]
async fn many_deals_go_side_by_side_but_not_too_many_at_once() {
    let names: Vec<String> = (0..30).map(|n| format!("moa-{n}")).collect();
    let deals = MemoryDeals::new(names.iter().map(|name| deal(name, 0)), 0);
    let slow = |clock| {
        let mut executor = MemoryExecutor::new(clock, 7);
        executor.takes = Duration::from_millis(2);
        executor
    };
    let stage = Stage::start(deals, slow, -400);
    stage.until("the end of all", 5, |stage| stage.deals.len() == 0).await;
    for name in &names {
        assert_is_road(&stage.deals.phases.lock().unwrap()[name]);
    }
    let at_once = stage.executor.busy_max.load(Ordering::SeqCst);
    assert!((2..=PASSES_MAX).contains(&at_once), "{at_once} at once");
    stage.stop().await;
}

#[tokio::test]
async fn a_change_is_looked_at_at_once() {
    // It opens in a day; the clock stands still.
    let stage =
        Stage::start(MemoryDeals::new([deal("moa-1", 86_400)], 0), |clock| MemoryExecutor::new(clock, 0), 0);
    stage.until("a first look", 0, |stage| stage.phase("moa-1") == Some(Phase::Pending)).await;
    stage.deals.change("moa-1", |deal| deal.metadata.deletion_timestamp = Some(Time(at(0))));
    stage.until("the end", 0, |stage| stage.deals.len() == 0).await;
    assert_eq!(stage.deals.phases.lock().unwrap()["moa-1"], [Phase::Pending, Phase::Cancelled]);
    stage.stop().await;
}

#[tokio::test]
async fn a_deal_in_peace_is_not_written_to() {
    let stage =
        Stage::start(MemoryDeals::new([deal("moa-1", 0)], 0), |clock| MemoryExecutor::new(clock, 0), -30);
    stage.until("the sale", 1, |stage| stage.phase("moa-1") == Some(Phase::Open)).await;
    // One more pass may be needed to see the runtime's own word for it.
    stage.hand.advance(SignedDuration::from_secs(10));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let before = stage.deals.writes.load(Ordering::SeqCst);
    for _ in 0..20 {
        stage.hand.advance(SignedDuration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(stage.deals.writes.load(Ordering::SeqCst), before);
    stage.stop().await;
}

#[tokio::test]
async fn what_runs_keeps_running_when_the_loop_ends_and_is_taken_up_again() {
    let deals = MemoryDeals::new([deal("moa-1", 0)], 0);
    let stage = Stage::start(deals, |clock| MemoryExecutor::new(clock, 0), -30);
    stage.until("the sale", 1, |stage| stage.phase("moa-1") == Some(Phase::Open)).await;
    let (deals, executor) = (Arc::clone(&stage.deals), Arc::clone(&stage.executor));
    stage.stop().await;
    assert!(executor.runs("moa-1"));

    let (clock, hand) = Clock::manual(at(100));
    let shutdown = Shutdown::manual();
    let running = tokio::spawn(run_at(
        fast(),
        Arc::clone(&executor),
        Arc::clone(&deals),
        context(),
        clock,
        shutdown.clone(),
    ));
    let stage = Stage { deals, executor, hand, shutdown, running };
    // The runtimes have a clock of their own, which stands still here: the deal is deleted to end it.
    stage.deals.change("moa-1", |deal| deal.metadata.deletion_timestamp = Some(Time(at(100))));
    stage.until("the end", 1, |stage| stage.deals.len() == 0).await;
    assert_is_road(&stage.deals.phases.lock().unwrap()["moa-1"]);
    stage.stop().await;
}
