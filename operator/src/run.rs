//! Keeps a worker for every deal that exists.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::shutdown::Shutdown;
use crds::TimeDeal;
use operator_core::Context;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::failure::{Failure, bounded};
use crate::pace::Pace;
use crate::ports::{Deals, Executor};
use crate::worker::{Shared, look_after};

/// How many deals may be worked on at once.
pub(crate) const PASSES_MAX: usize = 8;

/// Looks after all deals until the shutdown. Passes that are under way then may finish within a
/// grace period; what runs keeps running.
pub async fn run<E: Executor, D: Deals>(
    executor: Arc<E>,
    deals: Arc<D>,
    context: Context,
    clock: Clock,
    shutdown: Shutdown,
) {
    run_at(Pace::default(), executor, deals, context, clock, shutdown).await;
}

pub(crate) async fn run_at<E: Executor, D: Deals>(
    pace: Pace,
    executor: Arc<E>,
    deals: Arc<D>,
    context: Context,
    clock: Clock,
    shutdown: Shutdown,
) {
    let permits = Semaphore::new(PASSES_MAX);
    let shared =
        Arc::new(Shared { executor, deals, context, clock, shutdown: shutdown.clone(), pace, permits });
    let mut changes = shared.deals.changed();
    let mut workers = Workers::default();
    loop {
        changes.mark_unchanged();
        let relist = match workers.sync(&shared).await {
            Ok(()) => pace.relist,
            Err(failure) => {
                tracing::warn!(error = failure.chain(), "the deals could not be listed");
                pace.relist_after_failure
            }
        };
        tokio::select! {
            () = shutdown.triggered() => break,
            () = changed(&mut changes) => {}
            () = workers.one_broke_down(pace.relist_after_failure) => {}
            () = tokio::time::sleep(relist) => {}
        }
    }
    workers.finish(pace.grace).await;
}

/// A store that tells of no changes any more is still listed from time to time.
async fn changed(changes: &mut watch::Receiver<u64>) {
    if changes.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[derive(Default)]
struct Workers {
    /// By uid: an object that was deleted and made again is another deal.
    senders: HashMap<String, watch::Sender<Arc<TimeDeal>>>,
    tasks: JoinSet<()>,
}

impl Workers {
    /// Starts a worker for each new deal, tells each what changed, and lets go of those whose deal
    /// is gone.
    async fn sync<E: Executor, D: Deals>(&mut self, shared: &Arc<Shared<E, D>>) -> Result<(), Failure> {
        let found = bounded("list the deals", shared.deals.list()).await?;
        let found: HashMap<String, Arc<TimeDeal>> =
            found.into_iter().filter_map(|deal| Some((deal.metadata.uid.clone()?, deal))).collect();
        // A closed one is that of a worker that broke down.
        self.senders.retain(|uid, sender| found.contains_key(uid) && !sender.is_closed());
        for (uid, deal) in found {
            match self.senders.get(&uid) {
                Some(sender) => tell(sender, deal),
                None => self.start(shared, uid, deal),
            }
        }
        Ok(())
    }

    fn start<E: Executor, D: Deals>(&mut self, shared: &Arc<Shared<E, D>>, uid: String, deal: Arc<TimeDeal>) {
        let (sender, news) = watch::channel(deal);
        let shared = Arc::clone(shared);
        self.senders.insert(uid, sender);
        self.tasks.spawn(look_after(shared, news));
    }

    /// Returns a while after a worker broke down, so that it is started again: a bug that one pass
    /// met must not leave the deal alone.
    async fn one_broke_down(&mut self, pause: Duration) {
        loop {
            match self.tasks.join_next().await {
                None => std::future::pending().await,
                // Its deal is gone, or the shutdown has begun.
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    tracing::error!(%error, "a worker broke down");
                    tokio::time::sleep(pause).await;
                    return;
                }
            }
        }
    }

    async fn finish(mut self, grace: Duration) {
        self.senders.clear();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all).await.is_err() {
            tracing::warn!("passes were still under way when the grace ended");
            self.tasks.abort_all();
        }
    }
}

/// Only what somebody ordered is news; the status is our own doing. What is not is taken over all the
/// same: an old copy would be kept beside the store's.
fn tell(sender: &watch::Sender<Arc<TimeDeal>>, deal: Arc<TimeDeal>) {
    sender.send_if_modified(|known| {
        let is_news = known.spec != deal.spec
            || known.metadata.deletion_timestamp != deal.metadata.deletion_timestamp
            || known.metadata.annotations != deal.metadata.annotations
            || known.metadata.finalizers != deal.metadata.finalizers
            || known.metadata.generation != deal.metadata.generation;
        *known = deal;
        is_news
    });
}
