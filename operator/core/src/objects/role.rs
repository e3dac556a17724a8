//! The objects of one role: its pods, how they are reached, how many there are, and how many may go
//! at once.
//!
//! How many is the autoscaler's to say, so the Deployment does not. A pod is sent shoppers only
//! while it calls itself ready, and is sent none any more for a while before it is told to end.

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscaler,
    HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget,
    ResourceMetricSource,
};
use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EnvVar, HTTPGetAction, Lifecycle, LifecycleHandler, Probe, ProjectedVolumeSource,
    SecretProjection, Service, ServicePort, ServiceSpec, SleepAction, Volume, VolumeMount, VolumeProjection,
};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use tenant_runtime_core::config::DealConfig;

use super::pod::{self, Shape, Size};
use super::quantity::int;
use super::scope::{Part, Scope, labels, matching};
use super::{Images, config, credentials, redis};
use crate::Replicas;

/// For shoppers.
pub(super) const HTTP: &str = "http";
pub(super) const HTTP_PORT: u16 = 8080;
/// The port of the Service that leads to [`HTTP`].
pub(super) const SERVICE_PORT: u16 = 80;
/// For the operator, probes and metrics; no route leads there.
pub(super) const INTERNAL: &str = "internal";
pub(super) const INTERNAL_PORT: u16 = 8081;

/// So many pods more than wanted may be there while they are replaced.
pub(super) const SURGE: u32 = 1;

/// A template that reads another document makes new pods.
const CONFIG_DIGEST: &str = "bidd.io/config-digest";
const CONFIG_DIRECTORY: &str = "/etc/ddib/config";
const SECRETS_DIRECTORY: &str = "/etc/ddib/secrets";

/// Until every edge and every kube-proxy has heard that a pod is going.
const FAREWELL_SECONDS: i64 = 10;
/// The farewell, requests under way, and work in the background.
const GRACE_SECONDS: i64 = 45;

/// New pods come before the processor time that the old ones asked for is used up.
const UTILIZATION_PERCENT: i32 = 70;

#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    pub service: Service,
    /// Without `replicas`: they are the autoscaler's.
    pub deployment: Deployment,
    pub autoscaler: HorizontalPodAutoscaler,
    pub disruption_budget: PodDisruptionBudget,
}

impl Role {
    pub(super) fn new(scope: &Scope, part: Part, deployment: Deployment, replicas: Replicas) -> Role {
        Role {
            service: service(scope, part),
            deployment,
            autoscaler: autoscaler(scope, part, replicas),
            disruption_budget: disruption_budget(scope, part),
        }
    }
}

pub(super) fn deployment(
    scope: &Scope,
    part: Part,
    images: &Images,
    size: Size,
    config: &DealConfig,
) -> Deployment {
    const DEADLINE_SECONDS: i32 = 600;
    let mut container = pod::container("runtime", &images.tenant_runtime, images, size);
    container.args = Some(vec![part.name().to_owned()]);
    container.env = Some(environment());
    container.ports =
        Some(vec![pod::port(HTTP, i32::from(HTTP_PORT)), pod::port(INTERNAL, i32::from(INTERNAL_PORT))]);
    let farewell = LifecycleHandler {
        sleep: Some(SleepAction { seconds: FAREWELL_SECONDS }),
        ..LifecycleHandler::default()
    };
    container.lifecycle = Some(Lifecycle { pre_stop: Some(farewell), ..Lifecycle::default() });
    // Longer than a pod waits for a Redis that starts at the same time.
    container.startup_probe = Some(probe("/healthz", 1, 2, 60));
    container.readiness_probe = Some(probe("/readyz", 2, 2, 3));
    // A busy pod is no dead one.
    container.liveness_probe = Some(probe("/healthz", 10, 5, 6));
    container.volume_mounts =
        Some(vec![mount("config", CONFIG_DIRECTORY), mount("secrets", SECRETS_DIRECTORY)]);
    let shape = Shape {
        annotations: Some(labels([(CONFIG_DIGEST, config::digest(config).as_str())])),
        grace_seconds: GRACE_SECONDS,
        volumes: volumes(part),
    };
    let rolling = RollingUpdateDeployment {
        max_surge: Some(IntOrString::Int(int(SURGE))),
        max_unavailable: Some(IntOrString::Int(0)),
    };
    let spec = DeploymentSpec {
        progress_deadline_seconds: Some(DEADLINE_SECONDS),
        revision_history_limit: Some(1),
        selector: matching(scope.selector_of(part)),
        strategy: Some(DeploymentStrategy {
            type_: Some("RollingUpdate".to_owned()),
            rolling_update: Some(rolling),
        }),
        template: pod::template(scope, part, shape, container),
        ..DeploymentSpec::default()
    };
    Deployment { metadata: scope.meta_of(part), spec: Some(spec), ..Deployment::default() }
}

fn environment() -> Vec<EnvVar> {
    let listen = |port: u16| format!("0.0.0.0:{port}");
    let variables = [
        ("DDIB_CONFIG", format!("{CONFIG_DIRECTORY}/{}", config::FILE)),
        ("DDIB_SECRETS", SECRETS_DIRECTORY.to_owned()),
        ("DDIB_REDIS", format!("{}:{}", Part::Redis.name(), redis::PORT)),
        ("DDIB_LISTEN", listen(HTTP_PORT)),
        ("DDIB_INTERNAL_LISTEN", listen(INTERNAL_PORT)),
    ];
    let variable = |(name, value): (&str, String)| EnvVar {
        name: name.to_owned(),
        value: Some(value),
        value_from: None,
    };
    variables.into_iter().map(variable).collect()
}

fn probe(path: &str, period_seconds: i32, timeout_seconds: i32, failure_threshold: i32) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(INTERNAL.to_owned()),
            ..HTTPGetAction::default()
        }),
        period_seconds: Some(period_seconds),
        timeout_seconds: Some(timeout_seconds),
        failure_threshold: Some(failure_threshold),
        ..Probe::default()
    }
}

fn mount(name: &str, path: &str) -> VolumeMount {
    VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        read_only: Some(true),
        ..VolumeMount::default()
    }
}

/// The document, and the secrets that the role needs in one directory.
fn volumes(part: Part) -> Vec<Volume> {
    /// For the owner and the group.
    const MODE: i32 = 0o440;
    let names: &[&str] = match part {
        Part::Payment => &[credentials::RUNTIME, credentials::PAYMENT],
        Part::Queue | Part::Shop | Part::Redis => &[credentials::RUNTIME],
    };
    let source = |name: &&str| VolumeProjection {
        secret: Some(SecretProjection { name: (*name).to_owned(), ..SecretProjection::default() }),
        ..VolumeProjection::default()
    };
    let config =
        ConfigMapVolumeSource { name: config::CONFIG_MAP.to_owned(), ..ConfigMapVolumeSource::default() };
    let secrets =
        ProjectedVolumeSource { default_mode: Some(MODE), sources: Some(names.iter().map(source).collect()) };
    vec![
        Volume { name: "config".to_owned(), config_map: Some(config), ..Volume::default() },
        Volume { name: "secrets".to_owned(), projected: Some(secrets), ..Volume::default() },
    ]
}

fn service(scope: &Scope, part: Part) -> Service {
    let port = |name: &str, number: u16| ServicePort {
        name: Some(name.to_owned()),
        port: i32::from(number),
        protocol: Some("TCP".to_owned()),
        target_port: Some(IntOrString::String(name.to_owned())),
        ..ServicePort::default()
    };
    let spec = ServiceSpec {
        ports: Some(vec![port(HTTP, SERVICE_PORT), port(INTERNAL, INTERNAL_PORT)]),
        selector: Some(scope.selector_of(part)),
        type_: Some("ClusterIP".to_owned()),
        ..ServiceSpec::default()
    };
    Service { metadata: scope.meta_of(part), spec: Some(spec), ..Service::default() }
}

fn autoscaler(scope: &Scope, part: Part, replicas: Replicas) -> HorizontalPodAutoscaler {
    let cpu = ResourceMetricSource {
        name: "cpu".to_owned(),
        target: MetricTarget {
            type_: "Utilization".to_owned(),
            average_utilization: Some(UTILIZATION_PERCENT),
            ..MetricTarget::default()
        },
    };
    let spec = HorizontalPodAutoscalerSpec {
        behavior: Some(behavior()),
        max_replicas: int(replicas.max),
        metrics: Some(vec![MetricSpec {
            type_: "Resource".to_owned(),
            resource: Some(cpu),
            ..MetricSpec::default()
        }]),
        min_replicas: Some(int(replicas.min)),
        scale_target_ref: CrossVersionObjectReference {
            api_version: Some("apps/v1".to_owned()),
            kind: "Deployment".to_owned(),
            name: part.name().to_owned(),
        },
    };
    HorizontalPodAutoscaler {
        metadata: scope.meta_of(part),
        spec: Some(spec),
        ..HorizontalPodAutoscaler::default()
    }
}

/// Up at once, for a crowd comes at once; down slowly, for it may come back, and every pod that goes
/// sends its shoppers to another.
fn behavior() -> HorizontalPodAutoscalerBehavior {
    let policy = |type_: &str, value, period_seconds| HPAScalingPolicy {
        type_: type_.to_owned(),
        value,
        period_seconds,
    };
    let up = HPAScalingRules {
        stabilization_window_seconds: Some(0),
        select_policy: Some("Max".to_owned()),
        policies: Some(vec![policy("Percent", 100, 15), policy("Pods", 4, 15)]),
        ..HPAScalingRules::default()
    };
    let down = HPAScalingRules {
        stabilization_window_seconds: Some(300),
        select_policy: Some("Max".to_owned()),
        policies: Some(vec![policy("Percent", 25, 60), policy("Pods", 1, 60)]),
        ..HPAScalingRules::default()
    };
    HorizontalPodAutoscalerBehavior { scale_up: Some(up), scale_down: Some(down) }
}

/// One at a time; a pod that is not ready serves nobody and may always go.
fn disruption_budget(scope: &Scope, part: Part) -> PodDisruptionBudget {
    let spec = PodDisruptionBudgetSpec {
        max_unavailable: Some(IntOrString::Int(1)),
        selector: Some(matching(scope.selector_of(part))),
        unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
        ..PodDisruptionBudgetSpec::default()
    };
    PodDisruptionBudget { metadata: scope.meta_of(part), spec: Some(spec), ..PodDisruptionBudget::default() }
}
