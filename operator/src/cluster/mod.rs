//! The lifecycle's executor in a Kubernetes cluster: for each deal a namespace with all that its
//! runtime needs.
//!
//! It decides nothing: `operator-core` says what shall be there and builds the objects. It never
//! touches a namespace that carries another deal's uid, never changes a secret, and applies an object
//! again only where something else is desired or a watch showed somebody else's hand.

mod applied;
mod apply;
mod deals;
mod observe;
mod obstacle;
mod secrets;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crds::TimeDeal;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::{Api, Client};
use operator_core::objects::{
    Blueprint, BlueprintError, ClusterPlatform, ConfigError, DEAL_UID, namespace_of,
};
use operator_core::{Desired, Observed};
use prometheus_client::metrics::counter::Counter;
use tokio::task::JoinSet;

use self::applied::Applied;
pub use self::deals::ClusterDeals;
use self::secrets::Tokens;
use crate::inside::{Inside, InsideError};
use crate::ports::Executor;

/// Changes come in groups; and whoever fights over an object shall not keep the operator busy.
const GATHER: Duration = Duration::from_millis(500);

#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error("the deal has no name or no uid")]
    Unnamed,
    #[error("the namespace {0} belongs to another deal, or to something else")]
    Foreign(String),
    #[error("the secret {namespace}/{name} {problem}")]
    Secret { namespace: String, name: String, problem: &'static str },
    #[error("{kind} {namespace}/{name}")]
    Object {
        kind: String,
        namespace: String,
        name: String,
        #[source]
        source: kube::Error,
    },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Blueprint(#[from] BlueprintError),
    #[error(transparent)]
    Inside(#[from] InsideError),
    #[error(transparent)]
    Api(#[from] kube::Error),
}

/// Runs deals as pods.
pub struct Cluster {
    client: Client,
    platform: ClusterPlatform,
    inside: Inside,
    applied: Arc<Applied>,
    /// What need not be asked for again while a deal lives, by its uid.
    known: Mutex<HashMap<String, Known>>,
    passes: Counter,
    /// The watches; they end with this value.
    _watches: JoinSet<()>,
}

#[derive(Clone, Default)]
struct Known {
    tokens: Option<Tokens>,
    /// The secret of the runtime's pods, as it was made.
    runtime: Option<Secret>,
    /// What the last apply was refused for.
    obstacle: Option<String>,
    /// Only once the deal is warm.
    blueprint: Option<Blueprint>,
}

impl Cluster {
    /// Begins to watch what deals have. `passes` counts how often a deal was looked at.
    #[must_use]
    pub fn watch(client: Client, platform: ClusterPlatform, inside: Inside, passes: Counter) -> Cluster {
        let applied = Arc::new(Applied::default());
        let watches = watch::all(&client, &platform.edge.route, &applied);
        Cluster { client, platform, inside, applied, known: Mutex::default(), passes, _watches: watches }
    }

    fn known(&self, deal: &Named) -> Known {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(deal.uid).cloned().unwrap_or_default()
    }

    fn learn(&self, deal: &Named, change: impl FnOnce(&mut Known)) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        change(known.entry(deal.uid.to_owned()).or_default());
    }

    fn forget(&self, deal: &Named) {
        self.applied.forget(deal.name);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(deal.uid);
    }

    /// The deal's namespace as it is, whoever it belongs to.
    async fn namespace(&self, deal: &Named<'_>) -> Result<Option<Namespace>, ClusterError> {
        Ok(Api::<Namespace>::all(self.client.clone()).get_opt(&deal.namespace()).await?)
    }
}

impl Executor for Cluster {
    type Error = ClusterError;

    async fn observe(&self, deal: &TimeDeal) -> Result<Observed, ClusterError> {
        self.passes.inc();
        let named = Named::of(deal)?;
        let observed = self.look(&named).await?;
        Ok(Observed { obstacle: self.known(&named).obstacle, ..observed })
    }

    async fn apply(&self, deal: &TimeDeal, desired: &Desired) -> Result<(), ClusterError> {
        let named = Named::of(deal)?;
        match desired {
            Desired::Untouched => Ok(()),
            Desired::Absent => self.absent(&named).await,
            Desired::Present(runtime) => {
                let applied = self.present(&named, &deal.spec, runtime).await;
                let obstacle = applied.as_ref().err().and_then(ClusterError::obstacle);
                self.learn(&named, |known| known.obstacle = obstacle);
                applied
            }
        }
    }

    async fn stirred(&self, deal: &TimeDeal) {
        match Named::of(deal) {
            Ok(named) => {
                self.applied.stirred(named.name).await;
                tokio::time::sleep(GATHER).await;
            }
            Err(_) => std::future::pending().await,
        }
    }
}

/// A deal's name and uid; every stored deal has both.
#[derive(Clone, Copy)]
struct Named<'a> {
    name: &'a str,
    uid: &'a str,
}

impl<'a> Named<'a> {
    fn of(deal: &'a TimeDeal) -> Result<Named<'a>, ClusterError> {
        match (deal.metadata.name.as_deref(), deal.metadata.uid.as_deref()) {
            (Some(name), Some(uid)) if !uid.is_empty() => Ok(Named { name, uid }),
            _ => Err(ClusterError::Unnamed),
        }
    }

    fn namespace(&self) -> String {
        namespace_of(self.name)
    }

    /// Where the operator finds the runtime's own interface: any payment pod.
    fn runtime_url(&self) -> String {
        format!("http://payment.{}.svc:8081", self.namespace())
    }
}

/// The uid of the deal that a namespace belongs to; empty where it belongs to none.
fn uid_of(namespace: &Namespace) -> String {
    namespace.metadata.labels.as_ref().and_then(|labels| labels.get(DEAL_UID)).cloned().unwrap_or_default()
}
