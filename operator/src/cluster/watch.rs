//! Watches what deals have in the cluster, by label and as metadata alone: nothing is kept of it
//! but whether it is still as it was applied. Whose something is says its namespace, not the label's
//! value: whoever edits an object may well edit that.

use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::Arc;

use futures_util::StreamExt as _;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{
    ConfigMap, LimitRange, Namespace, ResourceQuota, Secret, Service, ServiceAccount,
};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::PartialObjectMeta;
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, Client, Resource, ResourceExt as _};
use operator_core::objects::{DEAL, EdgeRoute, deal_in};
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;

use super::applied::Applied;

/// Watches every kind, until the set is dropped.
pub fn all(client: &Client, edge: &EdgeRoute, applied: &Arc<Applied>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(kind::<Namespace>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<ResourceQuota>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<LimitRange>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<NetworkPolicy>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<ServiceAccount>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<ConfigMap>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<Secret>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<Service>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<StatefulSet>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<Deployment>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<HorizontalPodAutoscaler>(client.clone(), Arc::clone(applied)));
    tasks.spawn(kind::<PodDisruptionBudget>(client.clone(), Arc::clone(applied)));
    match edge {
        EdgeRoute::Gateway { .. } => {
            tasks.spawn(kind::<gateway_api::httproutes::HttpRoute>(client.clone(), Arc::clone(applied)))
        }
        EdgeRoute::Ingress { .. } => tasks.spawn(kind::<Ingress>(client.clone(), Arc::clone(applied))),
    };
    tasks
}

/// A broken watch is begun again after a pause that grows; what happened meanwhile, its first list
/// tells.
async fn kind<K>(client: Client, applied: Arc<Applied>)
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let name: &'static str = kind_of::<K>();
    let api = Api::<PartialObjectMeta<K>>::all(client);
    let config = watcher::Config::default().labels(DEAL);
    let mut events = std::pin::pin!(watcher(api, config).default_backoff());
    let mut listed = HashSet::new();
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Init) => listed.clear(),
            Ok(watcher::Event::InitApply(found)) => {
                if let Some(deal) = deal_of(&found.metadata) {
                    listed.insert((deal.to_owned(), found.name_any()));
                    applied.saw(deal, name, &found.metadata);
                }
            }
            Ok(watcher::Event::InitDone) => applied.listed(name, &std::mem::take(&mut listed)),
            Ok(watcher::Event::Apply(found)) => {
                if let Some(deal) = deal_of(&found.metadata) {
                    applied.saw(deal, name, &found.metadata);
                }
            }
            Ok(watcher::Event::Delete(found)) => {
                if let Some(deal) = deal_of(&found.metadata) {
                    applied.lost(deal, name, &found.name_any());
                }
            }
            Err(error) => tracing::warn!(kind = name, %error, "a watch broke, and is begun again"),
        }
    }
}

/// The deal that an object lies in, or, if it has no namespace, the one whose namespace it is.
fn deal_of(found: &ObjectMeta) -> Option<&str> {
    deal_in(found.namespace.as_deref().or(found.name.as_deref())?)
}

/// What entries of this kind are kept under.
pub fn kind_of<K>() -> &'static str {
    std::any::type_name::<K>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_something_is_says_its_namespace() {
        let meta = |namespace: Option<&str>, name: &str, label: &str| ObjectMeta {
            namespace: namespace.map(str::to_owned),
            name: Some(name.to_owned()),
            labels: Some([(DEAL.to_owned(), label.to_owned())].into()),
            ..ObjectMeta::default()
        };
        assert_eq!(deal_of(&meta(Some("ddib-moa"), "queue", "another")), Some("moa"));
        assert_eq!(deal_of(&meta(None, "ddib-moa", "another")), Some("moa"));
        assert_eq!(deal_of(&meta(Some("default"), "queue", "moa")), None);
    }
}
