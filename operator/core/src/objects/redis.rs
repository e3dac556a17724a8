//! The deal's own Redis: one pod with a volume. What it has acknowledged survives `kill -9` of
//! anything, and it never drops a key to make room.

use k8s_openapi::api::apps::v1::{
    StatefulSet, StatefulSetPersistentVolumeClaimRetentionPolicy, StatefulSetSpec, StatefulSetUpdateStrategy,
};
use k8s_openapi::api::core::v1::{
    ExecAction, PersistentVolumeClaim, PersistentVolumeClaimSpec, Probe, SecretVolumeSource, Service,
    ServicePort, ServiceSpec, Volume, VolumeMount, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::credentials;
use super::platform::{Images, RedisStorage, Resources};
use super::pod::{self, Shape, Size};
use super::quantity::amounts;
use super::scope::{Part, Scope, matching};

pub(super) const PORT: u16 = 6379;
/// The key of the secret, and the name of the file: it holds the password, which so stands on no
/// command line.
pub(super) const CONFIGURATION: &str = "redis.conf";

const CONFIGURATION_DIRECTORY: &str = "/etc/redis";
const DATA: &str = "data";
const DATA_DIRECTORY: &str = "/data";
/// Redis ends as soon as its file is written.
const GRACE_SECONDS: i64 = 30;
/// Who asks whether it answers: may do nothing else, and needs no password for it.
const PROBE: &str = "probe";

#[derive(Debug, Clone, PartialEq)]
pub struct Redis {
    pub service: Service,
    pub stateful_set: StatefulSet,
}

impl Redis {
    pub(super) fn new(scope: &Scope, stateful_set: StatefulSet) -> Redis {
        Redis { service: service(scope), stateful_set }
    }
}

fn service(scope: &Scope) -> Service {
    const NAME: &str = "redis";
    let spec = ServiceSpec {
        ports: Some(vec![ServicePort {
            name: Some(NAME.to_owned()),
            port: i32::from(PORT),
            protocol: Some("TCP".to_owned()),
            target_port: Some(IntOrString::String(NAME.to_owned())),
            ..ServicePort::default()
        }]),
        selector: Some(scope.selector_of(Part::Redis)),
        type_: Some("ClusterIP".to_owned()),
        ..ServiceSpec::default()
    };
    Service { metadata: scope.meta_of(Part::Redis), spec: Some(spec), ..Service::default() }
}

/// What a Redis is granted: the platform's share for an idle one, and room for the crowd. A place in
/// the queue costs some 100 bytes, and ten times the expected crowd may come.
pub(super) fn size(default: Resources, expected_shoppers: u32) -> Size {
    const SHOPPERS_PER_MIB: u32 = 1_024;
    let crowd_mib = expected_shoppers.div_ceil(SHOPPERS_PER_MIB);
    Size::from(Resources { memory_mib: default.memory_mib.saturating_add(crowd_mib), ..default })
}

pub(super) fn stateful_set(
    scope: &Scope,
    images: &Images,
    size: Size,
    storage: &RedisStorage,
) -> StatefulSet {
    let mut container = pod::container("redis", &images.redis, images, size);
    container.args = Some(arguments(size.memory_mib));
    container.ports = Some(vec![pod::port("redis", i32::from(PORT))]);
    // `-e` takes an error for a failure, also the one that says that the data is still being read.
    container.startup_probe = Some(probe(&["-e"], 1, 600));
    container.readiness_probe = Some(probe(&["-e"], 5, 2));
    container.liveness_probe = Some(probe(&[], 10, 6));
    let mount = |name: &str, path: &str, read_only| VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        read_only,
        ..VolumeMount::default()
    };
    container.volume_mounts = Some(vec![
        mount("configuration", CONFIGURATION_DIRECTORY, Some(true)),
        mount(DATA, DATA_DIRECTORY, None),
    ]);
    let shape = Shape { annotations: None, grace_seconds: GRACE_SECONDS, volumes: vec![configuration()] };
    let spec = StatefulSetSpec {
        // The volume is the deal's: it goes with the namespace, and not with a StatefulSet that
        // someone deletes in the middle of a sale.
        persistent_volume_claim_retention_policy: Some(StatefulSetPersistentVolumeClaimRetentionPolicy {
            when_deleted: Some("Retain".to_owned()),
            when_scaled: Some("Retain".to_owned()),
        }),
        replicas: Some(1),
        revision_history_limit: Some(1),
        selector: matching(scope.selector_of(Part::Redis)),
        service_name: Some(Part::Redis.name().to_owned()),
        template: pod::template(scope, Part::Redis, shape, container),
        update_strategy: Some(StatefulSetUpdateStrategy {
            type_: Some("RollingUpdate".to_owned()),
            ..StatefulSetUpdateStrategy::default()
        }),
        volume_claim_templates: Some(vec![claim(scope, storage)]),
        ..StatefulSetSpec::default()
    };
    StatefulSet { metadata: scope.meta_of(Part::Redis), spec: Some(spec), ..StatefulSet::default() }
}

/// Of the memory granted some is left for the rewriting of the file and for buffers.
fn arguments(memory_mib: u32) -> Vec<String> {
    let data_mib = u64::from(memory_mib) * 3 / 5;
    let configuration = format!("{CONFIGURATION_DIRECTORY}/{CONFIGURATION}");
    let port = PORT.to_string();
    let maxmemory = format!("{data_mib}mb");
    // Whoever the network policies let in, from any address; without the password they can ask
    // whether it answers.
    let network = ["--bind", "*", "-::*", "--protected-mode", "no", "--port", &port, "--tcp-keepalive", "60"];
    let durable = ["--dir", DATA_DIRECTORY, "--appendonly", "yes", "--appendfsync", "always", "--save", ""];
    // Rewriting the file takes a fork, a core, and copies of whatever changes meanwhile, all in the middle of
    // a sale; most deals never come to this size, and it is read back within seconds.
    let rewrite = ["--auto-aof-rewrite-min-size", "256mb"];
    // An order is one flat piece of memory, with its longest field.
    let flat = ["--hash-max-listpack-value", "1024"];
    let memory = ["--maxmemory", &maxmemory, "--maxmemory-policy", "noeviction"];
    let probe = ["--user", PROBE, "on", "nopass", "resetkeys", "resetchannels", "-@all", "+ping"];
    let parts: [&[&str]; 7] = [&[&configuration], &network, &durable, &rewrite, &flat, &memory, &probe];
    parts.into_iter().flatten().map(|&part| part.to_owned()).collect()
}

/// There is no shell in the image, and none is needed.
fn probe(options: &[&str], period_seconds: i32, failure_threshold: i32) -> Probe {
    const TIMEOUT_SECONDS: i32 = 5;
    let who = ["redis-cli", "--user", PROBE, "--pass", PROBE, "--no-auth-warning"];
    let command = who.iter().chain(options).chain(&["ping"]).map(|&part| part.to_owned()).collect();
    Probe {
        exec: Some(ExecAction { command: Some(command) }),
        period_seconds: Some(period_seconds),
        timeout_seconds: Some(TIMEOUT_SECONDS),
        failure_threshold: Some(failure_threshold),
        ..Probe::default()
    }
}

fn configuration() -> Volume {
    const MODE: i32 = 0o440;
    let secret = SecretVolumeSource {
        secret_name: Some(credentials::REDIS.to_owned()),
        default_mode: Some(MODE),
        ..SecretVolumeSource::default()
    };
    Volume { name: "configuration".to_owned(), secret: Some(secret), ..Volume::default() }
}

fn claim(scope: &Scope, storage: &RedisStorage) -> PersistentVolumeClaim {
    let metadata = ObjectMeta {
        name: Some(DATA.to_owned()),
        labels: Some(scope.labels_of(Part::Redis)),
        ..ObjectMeta::default()
    };
    let spec = PersistentVolumeClaimSpec {
        access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
        resources: Some(VolumeResourceRequirements {
            requests: Some(amounts([("storage", Quantity(storage.storage_size.clone()))])),
            ..VolumeResourceRequirements::default()
        }),
        storage_class_name: storage.storage_class.clone(),
        ..PersistentVolumeClaimSpec::default()
    };
    PersistentVolumeClaim { metadata, spec: Some(spec), ..PersistentVolumeClaim::default() }
}
