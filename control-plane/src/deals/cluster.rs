//! Where `TimeDeal`s live: the Kubernetes API in production, a directory of files on one machine.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use crds::TimeDeal;
use secrecy::SecretString;
use tokio::sync::watch;

/// The names of what is in a deal's secret, as its runtime reads them.
pub const MERCHANT_KEY: &str = "merchant-key";
pub const LEDGER_TOKEN: &str = "ledger-token";

/// What a [`Cluster`] answers with, boxed so that the trait can be a `dyn`.
pub type ClusterFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, ClusterError>> + Send + 'a>>;

#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Trying again may help.
    #[error("the cluster does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Trying again with the same object will not help.
    #[error("the cluster refused: {0}")]
    Refused(String),
}

/// The store of `TimeDeal`s.
pub trait Cluster: Send + Sync + 'static {
    /// Creates the deal, or replaces its spec. The status is left alone.
    fn apply(&self, deal: TimeDeal) -> ClusterFuture<'_, ()>;

    /// What is in a secret, as far as it is text; `None` where there is no such secret.
    fn secret(&self, name: &str) -> ClusterFuture<'_, Option<BTreeMap<String, SecretString>>>;

    /// Creates a secret, or replaces what was put into it from here before. What others put there
    /// under other keys stays.
    fn apply_secret(&self, name: &str, data: BTreeMap<String, SecretString>) -> ClusterFuture<'_, ()>;

    /// Asks for a deal's deletion, which takes the road of a deal's end; none is no error.
    fn delete(&self, name: &str) -> ClusterFuture<'_, ()>;

    fn get(&self, name: &str) -> ClusterFuture<'_, Option<TimeDeal>>;

    /// All of them, shared with whoever keeps them: they are listed at every change of any of them.
    fn list(&self) -> ClusterFuture<'_, Vec<Arc<TimeDeal>>>;

    /// A counter that moves whenever any deal changed.
    fn changed(&self) -> watch::Receiver<u64>;
}
