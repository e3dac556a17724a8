//! Keeps the `TimeDeal`s in the Kubernetes API.
//!
//! They are watched and kept in memory; writing says which of them is meant by its uid, so that one
//! that was deleted and made again gets nothing that was meant for another. That a leader which has
//! been replaced writes nothing is the client's concern; see [`crate::leader::Fence`].

use std::sync::Arc;

use crds::{TimeDeal, TimeDealStatus};
use futures_util::StreamExt as _;
use kube::api::{DeleteParams, Patch, PatchParams, Preconditions};
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::runtime::reflector::{self, Store};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, Client, Resource as _, ResourceExt as _};
use operator_core::{FINALIZER, Notice, Severity};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::ports::Deals;

const STATUS_MANAGER: &str = "bidd-operator-status";
const FINALIZER_MANAGER: &str = "bidd-operator-finalizer";
const CONTROLLER: &str = "bidd.io/operator";
/// The API server takes no longer note.
const NOTE_BYTES_MAX: usize = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum DealsError {
    #[error("the watch of the deals has ended")]
    Unwatched,
    #[error(transparent)]
    Api(#[from] kube::Error),
}

/// The `TimeDeal`s of a cluster.
pub struct ClusterDeals {
    api: Api<TimeDeal>,
    store: Store<TimeDeal>,
    changed: watch::Receiver<u64>,
    recorder: Recorder,
    watching: JoinHandle<()>,
}

impl ClusterDeals {
    /// Begins to watch; `identity` is who tells people.
    #[must_use]
    pub fn watch(client: Client, identity: &str) -> ClusterDeals {
        let api = Api::<TimeDeal>::all(client.clone());
        let (store, writer) = reflector::store();
        let (count, changed) = watch::channel(0);
        let events = watcher(api.clone(), watcher::Config::default())
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
        let reporter = Reporter { controller: CONTROLLER.to_owned(), instance: Some(identity.to_owned()) };
        ClusterDeals { api, store, changed, recorder: Recorder::new(client, reporter), watching }
    }
}

impl Drop for ClusterDeals {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

impl Deals for ClusterDeals {
    type Error = DealsError;

    async fn list(&self) -> Result<Vec<Arc<TimeDeal>>, DealsError> {
        self.store.wait_until_ready().await.map_err(|_| DealsError::Unwatched)?;
        Ok(self.store.state())
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.clone()
    }

    async fn add_finalizer(&self, deal: &TimeDeal) -> Result<(), DealsError> {
        self.claim(deal, &[FINALIZER]).await
    }

    async fn write_status(&self, deal: &TimeDeal, status: &TimeDealStatus) -> Result<(), DealsError> {
        let patch = patch_of(deal, &json!({ "status": status }));
        let parameters = PatchParams::apply(STATUS_MANAGER).force();
        self.api.patch_status(&deal.name_any(), &parameters, &Patch::Apply(patch)).await?;
        Ok(())
    }

    async fn remove_finalized(&self, deal: &TimeDeal) -> Result<(), DealsError> {
        if deal.metadata.deletion_timestamp.is_none() {
            let uid = Some(deal.metadata.uid.clone().unwrap_or_default());
            let preconditions = Some(Preconditions { uid, resource_version: None });
            let parameters = DeleteParams { preconditions, ..DeleteParams::default() };
            gone_is_fine(self.api.delete(&deal.name_any(), &parameters).await.map(drop))?;
        }
        match self.claim(deal, &[]).await {
            Err(DealsError::Api(error)) => gone_is_fine(Err(error)),
            other => other,
        }
    }

    async fn publish(&self, deal: &TimeDeal, notices: &[Notice]) {
        let regarding = deal.object_ref(&());
        for notice in notices {
            let event = Event {
                type_: match notice.severity {
                    Severity::Normal => EventType::Normal,
                    Severity::Warning => EventType::Warning,
                },
                reason: notice.reason.clone(),
                note: Some(shortened(&notice.message)),
                action: "Reconcile".to_owned(),
                secondary: None,
            };
            if let Err(error) = self.recorder.publish(&event, &regarding).await {
                tracing::warn!(deal = deal.name_any(), reason = notice.reason, %error, "a notice was lost");
            }
        }
    }
}

impl ClusterDeals {
    /// Makes exactly these the finalizers that are ours.
    async fn claim(&self, deal: &TimeDeal, finalizers: &[&str]) -> Result<(), DealsError> {
        let mut patch = patch_of(deal, &json!({}));
        patch["metadata"]["finalizers"] = json!(finalizers);
        let parameters = PatchParams::apply(FINALIZER_MANAGER).force();
        self.api.patch_metadata(&deal.name_any(), &parameters, &Patch::Apply(patch)).await?;
        Ok(())
    }
}

/// The uid makes the API server refuse the patch where the name is another object's by now.
fn patch_of(deal: &TimeDeal, fields: &serde_json::Value) -> serde_json::Value {
    let mut patch = json!({
        "apiVersion": TimeDeal::api_version(&()),
        "kind": TimeDeal::kind(&()),
        "metadata": { "name": deal.name_any(), "uid": deal.metadata.uid },
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        patch[name] = value.clone();
    }
    patch
}

/// What was to be removed is not there, or the name is another object's by now.
fn gone_is_fine(result: Result<(), kube::Error>) -> Result<(), DealsError> {
    match result {
        Err(kube::Error::Api(status)) if status.code == 404 || status.code == 409 => Ok(()),
        other => Ok(other?),
    }
}

fn shortened(message: &str) -> String {
    message[..message.floor_char_boundary(NOTE_BYTES_MAX)].to_owned()
}
