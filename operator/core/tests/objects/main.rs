//! The objects of a deal: as they are written down, and what must hold of all of them.

#[path = "../support/mod.rs"]
mod support;

mod blueprint;
mod golden;
mod isolation;
mod listed;
mod quota;
mod restricted;
mod wiring;

use crds::{RoleResources, TimeDealSpec};
use operator_core::objects::{
    Blueprint, ClusterPlatform, Edge, EdgeRoute, Images, NewSecrets, Objects, PullPolicy, RedisStorage,
    Resources, RoleDefaults,
};
use operator_core::{Replicas, RoleReplicas, RuntimeDesired, config, objects};

fn platform() -> ClusterPlatform {
    let role = Resources { cpu_millis: 500, memory_mib: 256 };
    ClusterPlatform {
        namespace: "bidd".into(),
        control_plane_port: 8080,
        images: Images {
            tenant_runtime: "registry.example/tenant-runtime:1.0".into(),
            redis: "registry.example/redis:1.0".into(),
            pull_policy: PullPolicy::IfNotPresent,
        },
        edge: Edge {
            route: EdgeRoute::Gateway {
                name: "platform".into(),
                namespace: "bidd".into(),
                section: Some("deals".into()),
            },
            namespace: "edge".into(),
        },
        redis: RedisStorage { storage_class: Some("fast".into()), storage_size: "10Gi".into() },
        resources: RoleDefaults {
            queue: role,
            shop: role,
            payment: Resources { cpu_millis: 250, ..role },
            redis: Resources { cpu_millis: 1_000, memory_mib: 512 },
        },
    }
}

fn at_ingress(mut platform: ClusterPlatform) -> ClusterPlatform {
    platform.edge.route = EdgeRoute::Ingress { class: "public".into() };
    platform.redis.storage_class = None;
    platform
}

fn spec() -> TimeDealSpec {
    let mut spec = support::deal().spec;
    spec.roles.shop.resources = Some(RoleResources { cpu_millis: 2_000, memory_mib: 1_024 });
    spec
}

fn desired(name: &str, spec: &TimeDealSpec) -> RuntimeDesired {
    let mut platform = support::context().platform;
    platform.kakaopay_base_url = "https://open-api.kakaopay.com".into();
    let settings = config::settings(spec, 1, false);
    let size = |role: &crds::RoleSize| Replicas { min: role.warm, max: role.max };
    RuntimeDesired {
        config: config::build(name, spec, spec.window, settings, &platform),
        secret_ref: "hanbit-payment".into(),
        roles: RoleReplicas {
            queue: size(&spec.roles.queue),
            shop: size(&spec.roles.shop),
            payment: size(&spec.roles.payment),
        },
        routed: true,
        frozen: false,
        seal: false,
    }
}

fn built(platform: &ClusterPlatform, frozen: Option<Blueprint>) -> Objects {
    let spec = spec();
    let desired = desired(support::NAME, &spec);
    objects::build(support::NAME, support::UID, &spec, &desired, platform, frozen)
}

/// Values that are found again wherever they leak to.
fn new_secrets() -> NewSecrets {
    NewSecrets {
        deal_key: "d0".repeat(32),
        draw_secret: "d1".repeat(32),
        control_token: "control-token-value".into(),
        redis_password: "redisPasswordValue".into(),
    }
}
