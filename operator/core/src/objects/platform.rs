//! What a cluster is to the deals in it: where the platform lives, the images, the edge, and what a
//! pod gets where a deal says nothing.

use crds::RoleResources;
use serde::{Deserialize, Serialize};

/// The cluster as every deal finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterPlatform {
    /// The platform's own namespace: the operator, the control plane, and the secrets that deals
    /// name.
    pub namespace: String,
    /// The port at which the control plane's pods listen; what a network policy sees, whatever the
    /// port of its Service is.
    pub control_plane_port: u16,
    pub images: Images,
    pub edge: Edge,
    pub redis: RedisStorage,
    pub resources: RoleDefaults,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    pub tenant_runtime: String,
    pub redis: String,
    #[serde(default)]
    pub pull_policy: PullPolicy,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PullPolicy {
    Always,
    #[default]
    IfNotPresent,
    Never,
}

impl PullPolicy {
    pub(super) fn name(self) -> &'static str {
        match self {
            PullPolicy::Always => "Always",
            PullPolicy::IfNotPresent => "IfNotPresent",
            PullPolicy::Never => "Never",
        }
    }
}

/// What stands between shoppers and deals.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "EdgeFields")]
pub struct Edge {
    pub route: EdgeRoute,
    /// The namespace of the edge's pods: from there, and from nowhere else, shoppers come.
    pub namespace: String,
}

/// By what object the edge learns of a deal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EdgeRoute {
    /// An `HTTPRoute` at that Gateway, at one of its listeners or at all of them.
    Gateway { name: String, namespace: String, section: Option<String> },
    /// An `Ingress` of that class.
    Ingress { class: String },
}

/// As it is written in a configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EdgeFields {
    kind: EdgeKind,
    namespace: String,
    gateway_name: Option<String>,
    gateway_namespace: Option<String>,
    gateway_section: Option<String>,
    ingress_class: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum EdgeKind {
    Gateway,
    Ingress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`edge.{missing}` is needed where `edge.kind` is `{kind}`")]
pub struct EdgeError {
    missing: &'static str,
    kind: &'static str,
}

impl TryFrom<EdgeFields> for Edge {
    type Error = EdgeError;

    fn try_from(fields: EdgeFields) -> Result<Edge, EdgeError> {
        let need = |value: Option<String>, kind, missing| {
            value.filter(|value| !value.is_empty()).ok_or(EdgeError { missing, kind })
        };
        let route = match fields.kind {
            EdgeKind::Gateway => EdgeRoute::Gateway {
                name: need(fields.gateway_name, "gateway", "gateway_name")?,
                namespace: need(fields.gateway_namespace, "gateway", "gateway_namespace")?,
                section: fields.gateway_section.filter(|section| !section.is_empty()),
            },
            EdgeKind::Ingress => {
                EdgeRoute::Ingress { class: need(fields.ingress_class, "ingress", "ingress_class")? }
            }
        };
        Ok(Edge { route, namespace: fields.namespace })
    }
}

/// Where a deal's Redis keeps its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedisStorage {
    /// `None` takes the cluster's default.
    pub storage_class: Option<String>,
    /// As Kubernetes writes it: `10Gi`.
    pub storage_size: String,
}

impl Default for RedisStorage {
    fn default() -> Self {
        RedisStorage { storage_class: None, storage_size: "10Gi".to_owned() }
    }
}

/// What one pod asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// In thousandths of a core.
    pub cpu_millis: u32,
    pub memory_mib: u32,
}

impl From<RoleResources> for Resources {
    fn from(given: RoleResources) -> Self {
        Resources { cpu_millis: given.cpu_millis, memory_mib: given.memory_mib }
    }
}

/// What a pod asks for where its deal says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleDefaults {
    pub queue: Resources,
    pub shop: Resources,
    pub payment: Resources,
    /// For an idle Redis; it gets more by the number of expected shoppers.
    pub redis: Resources,
}

impl Default for RoleDefaults {
    fn default() -> Self {
        let role = Resources { cpu_millis: 500, memory_mib: 256 };
        RoleDefaults {
            queue: role,
            shop: role,
            payment: Resources { cpu_millis: 250, memory_mib: 256 },
            redis: Resources { cpu_millis: 1_000, memory_mib: 512 },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_edge_is_what_its_kind_needs() {
        let gateway = json!({
            "kind": "gateway", "namespace": "edge", "gateway_name": "platform", "gateway_namespace": "bidd",
            "gateway_section": "",
        });
        let edge: Edge = serde_json::from_value(gateway).expect("a gateway");
        let route = EdgeRoute::Gateway { name: "platform".into(), namespace: "bidd".into(), section: None };
        assert_eq!(edge, Edge { route, namespace: "edge".into() });
        let ingress = json!({ "kind": "ingress", "namespace": "edge", "ingress_class": "public" });
        let edge: Edge = serde_json::from_value(ingress).expect("an ingress");
        assert_eq!(edge.route, EdgeRoute::Ingress { class: "public".into() });
    }

    #[test]
    fn an_error_names_what_is_missing() {
        let check = |fields: serde_json::Value, missing: &str| {
            let error = serde_json::from_value::<Edge>(fields).expect_err("it is incomplete").to_string();
            assert!(error.contains(missing), "{error}");
        };
        check(json!({ "kind": "gateway", "namespace": "edge" }), "edge.gateway_name");
        check(
            json!({ "kind": "gateway", "namespace": "edge", "gateway_name": "platform" }),
            "edge.gateway_namespace",
        );
        check(json!({ "kind": "ingress", "namespace": "edge", "ingress_class": "" }), "edge.ingress_class");
        check(json!({ "kind": "gateway" }), "namespace");
        check(json!({ "kind": "gateway", "namespace": "edge", "class": "x" }), "class");
    }
}
