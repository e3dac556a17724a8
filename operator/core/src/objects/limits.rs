//! How much a deal may use: all that its autoscalers may ask for, and no more. Reckoned from the
//! workloads that are applied, frozen ones too, so that nothing of a deal is ever refused by it.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    LimitRange, LimitRangeItem, LimitRangeSpec, ResourceQuota, ResourceQuotaSpec,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::blueprint::Blueprint;
use super::pod::Size;
use super::quantity::{amounts, count, cpu, memory};
use super::role::SURGE;
use super::scope::Scope;
use crate::RoleReplicas;

const NAME: &str = "deal";

pub(super) fn quota(scope: &Scope, workloads: &Blueprint, roles: &RoleReplicas) -> ResourceQuota {
    let sizes = &workloads.sizes;
    let mut total = Total::default();
    total.add(sizes.redis, 1);
    for (size, replicas) in
        [(sizes.queue, roles.queue), (sizes.shop, roles.shop), (sizes.payment, roles.payment)]
    {
        // A pod that is on its way out counts until it has gone, and all of a role may be replaced.
        total.add(size, replicas.max.saturating_mul(2).saturating_add(SURGE));
    }
    let storage = Quantity(workloads.storage_size.clone());
    let hard = amounts([
        ("pods", count(total.pods)),
        ("requests.cpu", cpu(total.cpu_request_millis)),
        ("limits.cpu", cpu(total.cpu_limit_millis)),
        ("requests.memory", memory(total.memory_mib)),
        ("limits.memory", memory(total.memory_mib)),
        ("persistentvolumeclaims", count(1)),
        ("requests.storage", storage),
        ("services.loadbalancers", count(0)),
        ("services.nodeports", count(0)),
    ]);
    ResourceQuota {
        metadata: scope.meta(NAME),
        spec: Some(ResourceQuotaSpec { hard: Some(hard), ..ResourceQuotaSpec::default() }),
        ..ResourceQuota::default()
    }
}

/// No container may be larger than the largest of the deal's own, and one that asks for nothing gets
/// little.
pub(super) fn range(scope: &Scope, workloads: &Blueprint) -> LimitRange {
    let sizes = &workloads.sizes;
    let all = [sizes.redis, sizes.queue, sizes.shop, sizes.payment];
    let most = |of: fn(Size) -> u32| all.into_iter().map(of).max().unwrap_or_default();
    let least = |of: fn(Size) -> u32| all.into_iter().map(of).min().unwrap_or_default();
    let pair = |millis: u32, mib: u32| -> BTreeMap<String, Quantity> {
        amounts([("cpu", cpu(millis.into())), ("memory", memory(mib.into()))])
    };
    let least_mib = least(|size| size.memory_mib);
    let container = LimitRangeItem {
        type_: "Container".to_owned(),
        max: Some(pair(most(|size| size.cpu_limit_millis), most(|size| size.memory_mib))),
        default: Some(pair(least(|size| size.cpu_limit_millis), least_mib)),
        default_request: Some(pair(least(|size| size.cpu_request_millis), least_mib)),
        ..LimitRangeItem::default()
    };
    LimitRange { metadata: scope.meta(NAME), spec: Some(LimitRangeSpec { limits: vec![container] }) }
}

#[derive(Default)]
struct Total {
    pods: u64,
    cpu_request_millis: u64,
    cpu_limit_millis: u64,
    memory_mib: u64,
}

impl Total {
    fn add(&mut self, size: Size, pods: u32) {
        let pods = u64::from(pods);
        self.pods += pods;
        self.cpu_request_millis += pods * u64::from(size.cpu_request_millis);
        self.cpu_limit_millis += pods * u64::from(size.cpu_limit_millis);
        self.memory_mib += pods * u64::from(size.memory_mib);
    }
}
