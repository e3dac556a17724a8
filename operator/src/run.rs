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

use crate::failure::Failure;
use crate::ports::{Deals, Executor};
use crate::worker::{Shared, look_after};

/// How many deals may be worked on at once.
const PASSES_MAX: usize = 8;

/// How often the deals are listed though nothing is said to have changed.
const RELIST_SECONDS: u64 = 30;

/// How soon after a failed listing the next one is tried.
const RELIST_AFTER_FAILURE_SECONDS: u64 = 2;

/// How long the passes under way at the shutdown may take to finish.
const GRACE_SECONDS: u64 = 10;

/// Looks after all deals until the shutdown. Passes that are under way then may finish within a
/// grace period; what runs keeps running.
pub async fn run<E: Executor, D: Deals>(
    executor: Arc<E>,
    deals: Arc<D>,
    context: Context,
    clock: Clock,
    shutdown: Shutdown,
) {
    let permits = Semaphore::new(PASSES_MAX);
    let shared = Arc::new(Shared { executor, deals, context, clock, shutdown: shutdown.clone(), permits });
    let mut changes = shared.deals.changed();
    let mut workers = Workers::default();
    loop {
        changes.mark_unchanged();
        let relist_seconds = match workers.sync(&shared).await {
            Ok(()) => RELIST_SECONDS,
            Err(failure) => {
                tracing::warn!(error = failure.chain(), "the deals could not be listed");
                RELIST_AFTER_FAILURE_SECONDS
            }
        };
        tokio::select! {
            () = shutdown.triggered() => break,
            () = changed(&mut changes) => {}
            () = workers.one_ended() => {}
            () = tokio::time::sleep(Duration::from_secs(relist_seconds)) => {}
        }
    }
    workers.finish().await;
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
    tasks: JoinSet<String>,
}

impl Workers {
    /// Starts a worker for each new deal, tells each what changed, and lets go of those whose deal
    /// is gone.
    async fn sync<E: Executor, D: Deals>(&mut self, shared: &Arc<Shared<E, D>>) -> Result<(), Failure> {
        let found = shared.deals.list().await.map_err(|source| Failure::new("list the deals", source))?;
        let found: HashMap<String, Arc<TimeDeal>> =
            found.into_iter().filter_map(|deal| Some((deal.metadata.uid.clone()?, Arc::new(deal)))).collect();
        self.senders.retain(|uid, _| found.contains_key(uid));
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
        self.senders.insert(uid.clone(), sender);
        self.tasks.spawn(async move {
            look_after(shared, news).await;
            uid
        });
    }

    /// Returns when a worker that should still be there has ended: a bug in one deal's pass must not
    /// leave the deal alone.
    async fn one_ended(&mut self) {
        loop {
            match self.tasks.join_next().await {
                None => std::future::pending().await,
                // Its deal is gone, or the shutdown has begun.
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    tracing::error!(%error, "a worker broke down");
                    tokio::time::sleep(Duration::from_secs(RELIST_AFTER_FAILURE_SECONDS)).await;
                    self.senders.retain(|_, sender| !sender.is_closed());
                    return;
                }
            }
        }
    }

    async fn finish(mut self) {
        self.senders.clear();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(Duration::from_secs(GRACE_SECONDS), all).await.is_err() {
            tracing::warn!("passes were still under way when the grace ended");
            self.tasks.abort_all();
        }
    }
}

/// Only what somebody ordered is news; the status is our own doing.
fn tell(sender: &watch::Sender<Arc<TimeDeal>>, deal: Arc<TimeDeal>) {
    sender.send_if_modified(|known| {
        let is_news = known.spec != deal.spec
            || known.metadata.deletion_timestamp != deal.metadata.deletion_timestamp
            || known.metadata.annotations != deal.metadata.annotations
            || known.metadata.finalizers != deal.metadata.finalizers
            || known.metadata.generation != deal.metadata.generation;
        if is_news {
            *known = deal;
        }
        is_news
    });
}
