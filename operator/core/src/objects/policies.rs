//! Who may talk to whom: nobody, and then the named exceptions. What a policy names is labels of
//! pods and namespaces; addresses stand only for what is outside of the cluster.
//!
//! An answer needs no permission of its own, and a kubelet reaches the pods of its node in any case.

use std::net::IpAddr;

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::platform::ClusterPlatform;
use super::scope::{COMPONENT, NAME, Part, RUNTIME, Scope, labels, matching};
use super::{redis, role};

/// The label that every namespace carries of itself.
const NAMESPACE: &str = "kubernetes.io/metadata.name";
const CONTROL_PLANE: &str = "control-plane";
const OPERATOR: &str = "operator";
const DNS_PORT: u16 = 53;

/// Not the internet: this host, private networks, carriers' networks, link-local addresses (where
/// clouds keep their credentials), benchmarks, multicast, reserved ones.
const NOT_PUBLIC_V4: [&str; 9] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
];
const PUBLIC_V6: &str = "2000::/3";

/// The first denies everything.
pub(super) fn all(scope: &Scope, payment_base_url: &str, platform: &ClusterPlatform) -> Vec<NetworkPolicy> {
    let runtime = || matching(labels([(NAME, RUNTIME)]));
    let part = |part: Part| matching(scope.selector_of(part));
    let gateway = Gateway::of(payment_base_url);
    vec![
        policy(scope, "deny-all", LabelSelector::default(), Some(Vec::new()), Some(Vec::new())),
        policy(scope, "names", runtime(), None, Some(vec![to_dns()])),
        policy(
            scope,
            "edge-to-roles",
            runtime(),
            Some(vec![from(in_namespace(&platform.edge.namespace, None), role::HTTP_PORT)]),
            None,
        ),
        policy(
            scope,
            "operator-to-roles",
            runtime(),
            Some(vec![from(in_namespace(&platform.namespace, Some(OPERATOR)), role::INTERNAL_PORT)]),
            None,
        ),
        policy(
            scope,
            "roles-to-redis",
            runtime(),
            None,
            Some(vec![to(beside(part(Part::Redis)), redis::PORT)]),
        ),
        policy(
            scope,
            "redis-from-roles",
            part(Part::Redis),
            Some(vec![from(beside(runtime()), redis::PORT)]),
            None,
        ),
        policy(
            scope,
            "payment-to-ledger",
            part(Part::Payment),
            None,
            Some(vec![to(
                in_namespace(&platform.namespace, Some(CONTROL_PLANE)),
                platform.control_plane_port,
            )]),
        ),
        policy(scope, "payment-to-gateway", part(Part::Payment), None, Some(vec![gateway.rule()])),
    ]
}

/// A direction that is given is restricted to its rules; one that is not is left to other policies.
fn policy(
    scope: &Scope,
    name: &str,
    pods: LabelSelector,
    ingress: Option<Vec<NetworkPolicyIngressRule>>,
    egress: Option<Vec<NetworkPolicyEgressRule>>,
) -> NetworkPolicy {
    let directions = [("Ingress", ingress.is_some()), ("Egress", egress.is_some())];
    let types = directions.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned());
    let spec = NetworkPolicySpec {
        pod_selector: Some(pods),
        policy_types: Some(types.collect()),
        ingress: ingress.filter(|rules| !rules.is_empty()),
        egress: egress.filter(|rules| !rules.is_empty()),
    };
    NetworkPolicy { metadata: scope.meta(name), spec: Some(spec) }
}

fn from(peer: NetworkPolicyPeer, number: u16) -> NetworkPolicyIngressRule {
    NetworkPolicyIngressRule { from: Some(vec![peer]), ports: Some(vec![port("TCP", number)]) }
}

fn to(peer: NetworkPolicyPeer, number: u16) -> NetworkPolicyEgressRule {
    NetworkPolicyEgressRule { to: Some(vec![peer]), ports: Some(vec![port("TCP", number)]) }
}

fn to_dns() -> NetworkPolicyEgressRule {
    let peer = NetworkPolicyPeer {
        namespace_selector: Some(matching(labels([(NAMESPACE, "kube-system")]))),
        pod_selector: Some(matching(labels([("k8s-app", "kube-dns")]))),
        ip_block: None,
    };
    NetworkPolicyEgressRule {
        to: Some(vec![peer]),
        ports: Some(vec![port("UDP", DNS_PORT), port("TCP", DNS_PORT)]),
    }
}

fn port(protocol: &str, number: u16) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some(protocol.to_owned()),
        port: Some(IntOrString::Int(i32::from(number))),
        end_port: None,
    }
}

/// Pods of the deal's own namespace.
fn beside(pods: LabelSelector) -> NetworkPolicyPeer {
    NetworkPolicyPeer { pod_selector: Some(pods), ..NetworkPolicyPeer::default() }
}

fn in_namespace(namespace: &str, component: Option<&str>) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        namespace_selector: Some(matching(labels([(NAMESPACE, namespace)]))),
        pod_selector: component.map(|component| matching(labels([(COMPONENT, component)]))),
        ip_block: None,
    }
}

/// Where the payment gateway is, as far as a policy can say: names are not for policies to know.
#[derive(Debug, PartialEq, Eq)]
struct Gateway {
    /// Where it is given as an address, as it is where payments are only tried out.
    address: Option<IpAddr>,
    port: u16,
}

impl Gateway {
    fn of(base_url: &str) -> Gateway {
        let (scheme, rest) = base_url.split_once("://").unwrap_or(("https", base_url));
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (authority, None),
        };
        let default = if scheme == "http" { 80 } else { 443 };
        let address = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        Gateway { address, port: port.unwrap_or(default) }
    }

    fn rule(&self) -> NetworkPolicyEgressRule {
        let block = |cidr: String, except: &[&str]| {
            let except = except.iter().map(|&range| range.to_owned()).collect::<Vec<_>>();
            NetworkPolicyPeer {
                ip_block: Some(IPBlock { cidr, except: (!except.is_empty()).then_some(except) }),
                ..NetworkPolicyPeer::default()
            }
        };
        let peers = match self.address {
            Some(IpAddr::V4(address)) => vec![block(format!("{address}/32"), &[])],
            Some(IpAddr::V6(address)) => vec![block(format!("{address}/128"), &[])],
            None => vec![block("0.0.0.0/0".to_owned(), &NOT_PUBLIC_V4), block(PUBLIC_V6.to_owned(), &[])],
        };
        NetworkPolicyEgressRule { to: Some(peers), ports: Some(vec![port("TCP", self.port)]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base_url: &str, address: Option<&str>, port: u16) {
        let address = address.map(|text| text.parse().expect("an address"));
        assert_eq!(Gateway::of(base_url), Gateway { address, port });
    }

    #[test]
    fn a_gateway_is_an_address_or_somewhere_in_the_internet() {
        check("https://open-api.kakaopay.com", None, 443);
        check("http://gateway.example/base?x", None, 80);
        check("https://gateway.example:8443", None, 8443);
        check("http://198.19.0.1:9090", Some("198.19.0.1"), 9090);
        check("http://[2001:db8::1]:9090/", Some("2001:db8::1"), 9090);
        check("https://[2001:db8::1]", Some("2001:db8::1"), 443);
    }
}
