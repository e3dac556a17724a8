//! The two outside parties of the lifecycle: what runs deals, and what keeps them.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use crds::{TimeDeal, TimeDealStatus};
use operator_core::{Desired, Notice, Observed};
use tokio::sync::watch;

/// Runs deals: as pods in a cluster, or as processes on one machine. It is called for one deal at a
/// time, for several deals at once.
pub trait Executor: Send + Sync + 'static {
    type Error: Error + Send + Sync + 'static;

    /// Looks at everything that belongs to the deal. What cannot be learnt is left unknown in the
    /// [`Observed`]; an error is for when nothing useful can be said at all, the presence included.
    fn observe(&self, deal: &TimeDeal) -> impl Future<Output = Result<Observed, Self::Error>> + Send;

    /// Takes one step towards what is desired and does not wait for it to come true. Idempotent. May
    /// be cancelled by the end of the process at any point, and is then called again. Never called
    /// with [`Desired::Untouched`]. It must refuse to touch what carries another deal's uid.
    fn apply(
        &self,
        deal: &TimeDeal,
        desired: &Desired,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Returns when something of the deal is no longer as it was applied, so that a pass is due
    /// before its time. Never, where nobody else has a hand in what is applied.
    fn stirred(&self, _deal: &TimeDeal) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }
}

/// Keeps the `TimeDeal`s: the Kubernetes API, or a directory of files.
pub trait Deals: Send + Sync + 'static {
    type Error: Error + Send + Sync + 'static;

    /// All there are, those with a deletion timestamp included. Shared with whoever keeps them: they
    /// are listed at every change of any of them.
    fn list(&self) -> impl Future<Output = Result<Vec<Arc<TimeDeal>>, Self::Error>> + Send;

    /// Counts up on every change of any deal, also on one that came from here.
    fn changed(&self) -> watch::Receiver<u64>;

    /// Adds [`operator_core::FINALIZER`] before anything is created for the deal. Idempotent.
    fn add_finalizer(&self, deal: &TimeDeal) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Replaces the status of the deal with this name and uid; durable when it returns. An error
    /// where that deal is gone.
    fn write_status(
        &self,
        deal: &TimeDeal,
        status: &TimeDealStatus,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Releases the finalizer, and deletes the object where nobody has asked for that yet.
    /// Idempotent.
    fn remove_finalized(&self, deal: &TimeDeal) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Tells people. Best effort: a lost notice loses no fact, for the conditions say the same.
    fn publish(&self, deal: &TimeDeal, notices: &[Notice]) -> impl Future<Output = ()> + Send;
}
