//! The Kubernetes objects of a deal: from what is desired to what is applied, pure. The same deal,
//! desire and platform always come to the same objects, so that applying them again changes nothing.
//!
//! Nothing here is random and no value of a secret is kept: [`Credentials`] lays out what it is given.

mod blueprint;
mod config;
mod credentials;
mod limits;
mod platform;
mod pod;
mod policies;
mod quantity;
mod redis;
mod role;
mod route;
mod scope;

use crds::TimeDealSpec;
use k8s_openapi::api::core::v1::{ConfigMap, LimitRange, Namespace, ResourceQuota, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;

pub use self::blueprint::{Blueprint, BlueprintError, CONFIG_MAP as BLUEPRINT};
pub use self::config::{CONFIG_MAP as CONFIG, ConfigError, read as read_config};
pub use self::credentials::{Credentials, NewSecrets, PAYMENT, REDIS, RUNTIME, redis_password};
pub use self::platform::{
    ClusterPlatform, Edge, EdgeError, EdgeRoute, Images, PullPolicy, RedisStorage, Resources, RoleDefaults,
};
pub use self::redis::Redis;
pub use self::role::Role;
pub use self::route::{NAME as ROUTE, Route};
pub use self::scope::{
    COMPONENT, DEAL, DEAL_UID, MANAGED_BY, MANAGER, NAME, PART_OF, PLATFORM, Part, deal_in, namespace_of,
};
use crate::RuntimeDesired;

/// Everything that a deal has in a cluster. Whoever applies it takes it apart without `..`, so that
/// nothing is forgotten; the order of the fields is one in which it can be created.
#[derive(Debug, Clone, PartialEq)]
pub struct Objects {
    /// Carries the uid of the deal that it belongs to; see [`DEAL_UID`].
    pub namespace: Namespace,
    pub quota: ResourceQuota,
    pub limits: LimitRange,
    /// First the one that denies everything, then the exceptions. Whatever other policy the
    /// namespace has is not ours.
    pub policies: Vec<NetworkPolicy>,
    pub service_account: ServiceAccount,
    /// Lays out the secrets where they are absent; never applied over what is there.
    pub credentials: Credentials,
    /// The runtime's document. Written last of all where its settings changed while the deal runs:
    /// it says what was applied.
    pub config: ConfigMap,
    pub blueprint: ConfigMap,
    pub redis: Redis,
    pub queue: Role,
    pub shop: Role,
    pub payment: Role,
    pub route: Route,
    /// Whether the route shall be there, or not.
    pub routed: bool,
}

/// The objects of the deal with this name and uid.
///
/// `frozen` is the blueprint in place where [`RuntimeDesired::frozen`] asks for it: its workloads
/// are taken as they were made. Without one they are made anew, as for a runtime that was lost.
#[must_use]
pub fn build(
    name: &str,
    uid: &str,
    spec: &TimeDealSpec,
    desired: &RuntimeDesired,
    platform: &ClusterPlatform,
    frozen: Option<Blueprint>,
) -> Objects {
    let scope = scope::Scope::new(name, uid);
    let RuntimeDesired { config, secret_ref, roles, routed, frozen: _, seal: _ } = desired;
    let workloads = frozen.unwrap_or_else(|| Blueprint::draw(&scope, spec, config, platform));
    Objects {
        namespace: scope.namespace(),
        quota: limits::quota(&scope, &workloads, roles),
        limits: limits::range(&scope, &workloads),
        policies: policies::all(&scope, &config.payment.base_url, platform),
        service_account: scope.service_account(),
        credentials: Credentials::new(&scope, &platform.namespace, secret_ref),
        config: config::config_map(&scope, config),
        blueprint: workloads.config_map(&scope),
        redis: Redis::new(&scope, workloads.redis),
        queue: Role::new(&scope, Part::Queue, workloads.queue, roles.queue),
        shop: Role::new(&scope, Part::Shop, workloads.shop, roles.shop),
        payment: Role::new(&scope, Part::Payment, workloads.payment, roles.payment),
        route: route::build(&scope, &spec.host, &platform.edge.route),
        routed: *routed,
    }
}
