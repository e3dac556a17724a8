//! The `TimeDeal`s in the Kubernetes API. They are watched and kept in memory, so that following
//! them asks the API server nothing; one is asked for only where what is known must not be stale.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crds::TimeDeal;
use futures_util::StreamExt as _;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{DeleteParams, ObjectMeta, Patch, PatchParams};
use kube::runtime::reflector::{self, Store};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, Client, Resource as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Cluster, ClusterError, ClusterFuture};

const MANAGER: &str = "bidd-control-plane";
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// A cluster, and what its `TimeDeal`s are like.
pub struct Kubernetes {
    deals: Api<TimeDeal>,
    secrets: Api<Secret>,
    store: Store<TimeDeal>,
    changed: watch::Receiver<u64>,
    watching: JoinHandle<()>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("there is no cluster to be found: run in a pod with a service account, or set KUBECONFIG")]
    NotFound(#[from] kube::config::InferConfigError),
    #[error("the cluster's configuration cannot be used")]
    Unusable(#[from] kube::Error),
}

#[derive(Debug, thiserror::Error)]
#[error("the watch of the deals has ended")]
struct Unwatched;

impl Kubernetes {
    /// Begins to watch; the secrets of deals go into `namespace`.
    ///
    /// # Errors
    /// Where no cluster is configured. One that does not answer yet is no error.
    pub async fn connect(namespace: &str) -> Result<Kubernetes, ConnectError> {
        let mut config = kube::Config::infer().await?;
        config.connect_timeout = Some(CONNECT_WITHIN);
        Ok(Kubernetes::watch(&Client::try_from(config)?, namespace))
    }

    fn watch(client: &Client, namespace: &str) -> Kubernetes {
        let deals = Api::<TimeDeal>::all(client.clone());
        let (store, writer) = reflector::store();
        let (count, changed) = watch::channel(0);
        let events = watcher(deals.clone(), watcher::Config::default())
            .default_backoff()
            .modify(TimeDeal::drop_accounts);
        let watching = tokio::spawn(async move {
            let mut events = std::pin::pin!(reflector::reflector(writer, events));
            while let Some(event) = events.next().await {
                match event {
                    Ok(watcher::Event::Init | watcher::Event::InitApply(_)) => {}
                    Ok(_) => count.send_modify(|count| *count += 1),
                    Err(error) => tracing::warn!(%error, "the watch of the deals broke, and is begun again"),
                }
            }
        });
        let secrets = Api::namespaced(client.clone(), namespace);
        Kubernetes { deals, secrets, store, changed, watching }
    }
}

impl Drop for Kubernetes {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

impl Cluster for Kubernetes {
    fn apply(&self, deal: TimeDeal) -> ClusterFuture<'_, ()> {
        Box::pin(async move {
            let name = deal.metadata.name.unwrap_or_default();
            let patch = json!({
                "apiVersion": TimeDeal::api_version(&()),
                "kind": TimeDeal::kind(&()),
                "metadata": { "name": name },
                "spec": deal.spec,
            });
            let parameters = PatchParams::apply(MANAGER).force();
            asked(self.deals.patch(&name, &parameters, &Patch::Apply(patch))).await.map(drop)
        })
    }

    fn secret(&self, name: &str) -> ClusterFuture<'_, Option<BTreeMap<String, SecretString>>> {
        let name = name.to_owned();
        Box::pin(async move {
            let found = asked(self.secrets.get_opt(&name)).await?;
            Ok(found.map(|secret| texts(secret.data.unwrap_or_default())))
        })
    }

    fn apply_secret(&self, name: &str, data: BTreeMap<String, SecretString>) -> ClusterFuture<'_, ()> {
        let secret = secret(name, &data);
        Box::pin(async move {
            let name = secret.metadata.name.as_deref().unwrap_or_default();
            let parameters = PatchParams::apply(MANAGER).force();
            asked(self.secrets.patch(name, &parameters, &Patch::Apply(&secret))).await.map(drop)
        })
    }

    fn delete(&self, name: &str) -> ClusterFuture<'_, ()> {
        let name = name.to_owned();
        Box::pin(async move {
            let parameters = DeleteParams::default();
            let deleted = asked(async {
                match self.deals.delete(&name, &parameters).await {
                    Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
                    other => other.map(drop),
                }
            });
            deleted.await
        })
    }

    fn get(&self, name: &str) -> ClusterFuture<'_, Option<TimeDeal>> {
        let name = name.to_owned();
        Box::pin(async move { asked(self.deals.get_opt(&name)).await })
    }

    fn list(&self) -> ClusterFuture<'_, Vec<Arc<TimeDeal>>> {
        Box::pin(async move {
            let ready = tokio::time::timeout(ANSWER_WITHIN, self.store.wait_until_ready()).await;
            ready.map_err(unavailable)?.map_err(|_| unavailable(Unwatched))?;
            Ok(self.store.state())
        })
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.clone()
    }
}

fn secret(name: &str, data: &BTreeMap<String, SecretString>) -> Secret {
    let bytes = |value: &SecretString| ByteString(value.expose_secret().as_bytes().to_vec());
    Secret {
        metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
        data: Some(data.iter().map(|(key, value)| (key.clone(), bytes(value))).collect()),
        ..Secret::default()
    }
}

/// What of it is text; a line break at its end belongs to whoever typed it, not to the value.
fn texts(data: BTreeMap<String, ByteString>) -> BTreeMap<String, SecretString> {
    let text = |value: ByteString| String::from_utf8(value.0).ok().map(|text| text.trim().to_owned());
    data.into_iter().filter_map(|(key, value)| Some((key, SecretString::from(text(value)?)))).collect()
}

/// Waits for an answer, but not for ever.
async fn asked<T>(call: impl Future<Output = Result<T, kube::Error>>) -> Result<T, ClusterError> {
    let answer = tokio::time::timeout(ANSWER_WITHIN, call).await.map_err(unavailable)?;
    answer.map_err(|error| match error {
        // What a rule of the resource forbids, or this account may not do.
        kube::Error::Api(status) if matches!(status.code, 400 | 403 | 422) => {
            ClusterError::Refused(status.message.clone())
        }
        other => unavailable(other),
    })
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ClusterError {
    ClusterError::Unavailable(Box::new(error))
}
