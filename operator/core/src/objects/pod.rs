//! What all pods of a deal have in common: they may do nothing that Pod Security `restricted`
//! forbids, have no token, write nowhere but to their volumes, and spread over nodes and zones.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, PodSecurityContext, PodSpec, PodTemplateSpec,
    ResourceRequirements, SeccompProfile, SecurityContext, TopologySpreadConstraint, Volume,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Serialize};

use super::platform::{Images, Resources};
use super::quantity::{amounts, cpu, memory};
use super::scope::{Part, SERVICE_ACCOUNT, Scope, matching};

/// The user and the group that the images run as.
const USER: i64 = 10_001;

/// A pod may use so many times the processor time that it asked for, until the autoscaler's new
/// pods have come up.
const BURST: u32 = 4;

/// What one pod is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Size {
    pub cpu_request_millis: u32,
    pub cpu_limit_millis: u32,
    /// Asked for and never exceeded.
    pub memory_mib: u32,
}

impl From<Resources> for Size {
    fn from(given: Resources) -> Size {
        Size {
            cpu_request_millis: given.cpu_millis,
            cpu_limit_millis: given.cpu_millis.saturating_mul(BURST),
            memory_mib: given.memory_mib,
        }
    }
}

impl Size {
    pub fn requirements(self) -> ResourceRequirements {
        let of =
            |millis: u32| amounts([("cpu", cpu(millis.into())), ("memory", memory(self.memory_mib.into()))]);
        ResourceRequirements {
            requests: Some(of(self.cpu_request_millis)),
            limits: Some(of(self.cpu_limit_millis)),
            ..ResourceRequirements::default()
        }
    }
}

/// How a pod ends, and what marks it.
pub struct Shape {
    pub annotations: Option<BTreeMap<String, String>>,
    pub grace_seconds: i64,
    pub volumes: Vec<Volume>,
}

pub fn template(scope: &Scope, part: Part, shape: Shape, container: Container) -> PodTemplateSpec {
    let spec = PodSpec {
        automount_service_account_token: Some(false),
        containers: vec![container],
        enable_service_links: Some(false),
        security_context: Some(PodSecurityContext {
            fs_group: Some(USER),
            fs_group_change_policy: Some("OnRootMismatch".to_owned()),
            run_as_group: Some(USER),
            run_as_non_root: Some(true),
            run_as_user: Some(USER),
            seccomp_profile: Some(SeccompProfile {
                type_: "RuntimeDefault".to_owned(),
                ..SeccompProfile::default()
            }),
            ..PodSecurityContext::default()
        }),
        service_account_name: Some(SERVICE_ACCOUNT.to_owned()),
        termination_grace_period_seconds: Some(shape.grace_seconds),
        topology_spread_constraints: Some(vec![
            spread(scope, part, "kubernetes.io/hostname"),
            spread(scope, part, "topology.kubernetes.io/zone"),
        ]),
        volumes: Some(shape.volumes),
        ..PodSpec::default()
    };
    let metadata = ObjectMeta {
        labels: Some(scope.labels_of(part)),
        annotations: shape.annotations,
        ..ObjectMeta::default()
    };
    PodTemplateSpec { metadata: Some(metadata), spec: Some(spec) }
}

/// A wish, not a condition: a sale on few nodes is better than none.
fn spread(scope: &Scope, part: Part, topology_key: &str) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        label_selector: Some(matching(scope.selector_of(part))),
        max_skew: 1,
        topology_key: topology_key.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        ..TopologySpreadConstraint::default()
    }
}

/// The one container of a pod, hardened; the rest is for the caller to fill in.
pub fn container(name: &str, image: &str, images: &Images, size: Size) -> Container {
    Container {
        name: name.to_owned(),
        image: Some(image.to_owned()),
        image_pull_policy: Some(images.pull_policy.name().to_owned()),
        resources: Some(size.requirements()),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            capabilities: Some(Capabilities {
                drop: Some(vec!["ALL".to_owned()]),
                ..Capabilities::default()
            }),
            read_only_root_filesystem: Some(true),
            ..SecurityContext::default()
        }),
        termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
        ..Container::default()
    }
}

pub fn port(name: &str, number: i32) -> ContainerPort {
    ContainerPort {
        name: Some(name.to_owned()),
        container_port: number,
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    }
}
