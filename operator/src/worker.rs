//! Looks after one deal for as long as it exists: one pass at a time, the next one when its time
//! has come, when the deal has changed, or a while after a failure.

use std::sync::Arc;
use std::time::Duration;

use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::shutdown::Shutdown;
use crds::TimeDeal;
use jiff::Timestamp;
use operator_core::Context;
use tokio::sync::{Semaphore, watch};

use crate::pace::Pace;
use crate::ports::{Deals, Executor};
use crate::reconcile::reconcile;

/// What all workers share.
pub struct Shared<E, D> {
    pub executor: Arc<E>,
    pub deals: Arc<D>,
    pub context: Context,
    pub clock: Clock,
    pub shutdown: Shutdown,
    pub pace: Pace,
    /// How many passes may be under way at once.
    pub permits: Semaphore,
}

/// When the next pass is due: at the earlier of the two, or on a change.
struct Next {
    /// By the clock.
    at: Option<Timestamp>,
    /// So long after a failure, whatever the clock says. A failure puts off nothing that is due.
    retry: Option<Duration>,
    /// The deal is let go of: whatever happens to the object now is no concern of ours.
    is_over: bool,
}

/// Returns when the deal is gone (the sender is dropped) or the process shuts down.
pub async fn look_after<E: Executor, D: Deals>(
    shared: Arc<Shared<E, D>>,
    mut news: watch::Receiver<Arc<TimeDeal>>,
) {
    let mut deal = TimeDeal::clone(&news.borrow_and_update());
    let mut failures = 0;
    loop {
        let next = pass(&shared, &mut deal, &mut failures).await;
        if next.is_over {
            return ended(&shared.shutdown, news).await;
        }
        let changed = tokio::select! {
            () = shared.shutdown.triggered() => return,
            changed = news.changed() => changed,
            () = shared.executor.stirred(&deal) => Ok(()),
            () = wait(&shared.clock, shared.pace.nap_max, &next) => Ok(()),
        };
        if changed.is_err() {
            return;
        }
        take_over(&mut deal, &news.borrow_and_update());
    }
}

/// The spec and the metadata are what the store says. The status has one writer, and that is us: a
/// list that was taken before our last write must not take us back.
fn take_over(deal: &mut TimeDeal, found: &TimeDeal) {
    deal.metadata = found.metadata.clone();
    deal.spec = found.spec.clone();
}

async fn pass<E: Executor, D: Deals>(shared: &Shared<E, D>, deal: &mut TimeDeal, failures: &mut u32) -> Next {
    let name = deal.metadata.name.clone().unwrap_or_default();
    let phase_before = deal.status.as_ref().map(|status| status.phase).unwrap_or_default();
    let _permit = shared.permits.acquire().await.expect("the semaphore is never closed");
    // Boxed: a pass is large, and hundreds of deals wait while a few are worked on.
    let pass = Box::pin(reconcile(&*shared.executor, &*shared.deals, deal, &shared.context, &shared.clock));
    let pass = pass.await;
    let phase = deal.status.as_ref().map(|status| status.phase).unwrap_or_default();
    if phase != phase_before {
        tracing::info!(deal = name, from = %phase_before, to = %phase, "the deal went on");
    }
    let retry = match pass.result {
        Ok(()) => {
            *failures = 0;
            None
        }
        Err(failure) => {
            let pause = shared.pace.backoff(*failures);
            *failures = failures.saturating_add(1);
            tracing::warn!(
                deal = name,
                error = failure.chain(),
                failures = *failures,
                retry_seconds = pause.as_secs(),
                "a pass failed"
            );
            Some(pause)
        }
    };
    Next { at: pass.next_wake, is_over: pass.is_over && retry.is_none(), retry }
}

/// Waits until the object is gone: a worker that ends before would be started again.
async fn ended(shutdown: &Shutdown, mut news: watch::Receiver<Arc<TimeDeal>>) {
    tokio::select! {
        () = shutdown.triggered() => {}
        () = async { while news.changed().await.is_ok() {} } => {}
    }
}

async fn wait(clock: &Clock, nap_max: Duration, next: &Next) {
    tokio::select! {
        () = until(clock, nap_max, next.at) => {}
        () = pause(next.retry) => {}
    }
}

async fn pause(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}

async fn until(clock: &Clock, nap_max: Duration, at: Option<Timestamp>) {
    let Some(at) = at else { return std::future::pending().await };
    loop {
        // Negative, and so no duration of this kind, where the time has come.
        let left = Duration::try_from(at.duration_since(clock.now())).unwrap_or_default();
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(nap_max)).await;
    }
}

#[cfg(test)]
mod tests {
    use crds::{Phase, TimeDealStatus};

    use super::*;
    use crate::tests::memory::{MemoryDeals, MemoryExecutor, at, context, deal};

    #[test]
    fn a_deal_that_waits_takes_little_memory() {
        let (clock, _hand) = Clock::manual(at(0));
        let shared = Shared {
            executor: Arc::new(MemoryExecutor::new(clock.clone(), 0)),
            deals: Arc::new(MemoryDeals::new([], 0)),
            context: context(),
            clock,
            shutdown: Shutdown::manual(),
            pace: Pace::default(),
            permits: Semaphore::new(1),
        };
        let (_sender, news) = watch::channel(Arc::new(deal("a", 0)));
        let bytes = size_of_val(&look_after(Arc::new(shared), news));
        assert!(bytes < 8 * 1024, "{bytes} bytes for each deal, whatever is done for it");
    }

    #[test]
    fn an_old_list_takes_no_status_back() {
        let old = deal("a", 0);
        let mut ours = old.clone();
        ours.status = Some(TimeDealStatus { phase: Phase::TearingDown, ..TimeDealStatus::default() });
        let mut found = old;
        found.spec.paused = true;
        take_over(&mut ours, &found);
        assert!(ours.spec.paused);
        assert_eq!(ours.status.map(|status| status.phase), Some(Phase::TearingDown));
    }
}
