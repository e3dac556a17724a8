//! The workloads of a deal as they were made. Once the deal is warm they are applied from here: a
//! newer operator that would make them otherwise restarts nobody's pods.

use crds::{RoleSize, TimeDealSpec};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::ConfigMap;
use serde::{Deserialize, Serialize};
use tenant_runtime_core::config::DealConfig;

use super::platform::{ClusterPlatform, Resources};
use super::pod::Size;
use super::scope::{Part, Scope, labels};
use super::{redis, role};

/// The name of the ConfigMap.
pub const CONFIG_MAP: &str = "blueprint";
const KEY: &str = "workloads.json";

/// Whatever has a pod template, and what that adds up to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Blueprint {
    pub(super) redis: StatefulSet,
    pub(super) queue: Deployment,
    pub(super) shop: Deployment,
    pub(super) payment: Deployment,
    pub(super) sizes: Sizes,
    /// Of the volume of Redis, as Kubernetes writes it.
    pub(super) storage_size: String,
}

/// What one pod of each workload is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sizes {
    pub redis: Size,
    pub queue: Size,
    pub shop: Size,
    pub payment: Size,
}

#[derive(Debug, thiserror::Error)]
pub enum BlueprintError {
    #[error("the ConfigMap `blueprint` has no `workloads.json`")]
    Missing,
    #[error("`workloads.json` in the ConfigMap `blueprint` is not a blueprint")]
    Document(#[source] serde_json::Error),
}

impl Blueprint {
    /// The workloads as this version makes them.
    pub(super) fn draw(
        scope: &Scope,
        spec: &TimeDealSpec,
        config: &DealConfig,
        platform: &ClusterPlatform,
    ) -> Blueprint {
        let ClusterPlatform { images, resources, redis: storage, .. } = platform;
        let size = |role: &RoleSize, default| Size::from(role.resources.map_or(default, Resources::from));
        let sizes = Sizes {
            redis: redis::size(resources.redis, spec.capacity.expected_shoppers),
            queue: size(&spec.roles.queue, resources.queue),
            shop: size(&spec.roles.shop, resources.shop),
            payment: size(&spec.roles.payment, resources.payment),
        };
        let role = |part, size| role::deployment(scope, part, images, size, config);
        Blueprint {
            redis: redis::stateful_set(scope, images, sizes.redis, storage),
            queue: role(Part::Queue, sizes.queue),
            shop: role(Part::Shop, sizes.shop),
            payment: role(Part::Payment, sizes.payment),
            sizes,
            storage_size: storage.storage_size.clone(),
        }
    }

    /// The blueprint that is kept beside a deal.
    ///
    /// # Errors
    /// Where the ConfigMap does not hold one.
    pub fn read(config_map: &ConfigMap) -> Result<Blueprint, BlueprintError> {
        let text = config_map.data.as_ref().and_then(|data| data.get(KEY)).ok_or(BlueprintError::Missing)?;
        serde_json::from_str(text).map_err(BlueprintError::Document)
    }

    pub(super) fn config_map(&self, scope: &Scope) -> ConfigMap {
        let text = serde_json::to_string(self).expect("workloads are plain data");
        ConfigMap {
            metadata: scope.meta(CONFIG_MAP),
            data: Some(labels([(KEY, text.as_str())])),
            ..ConfigMap::default()
        }
    }
}
