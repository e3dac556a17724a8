//! What the operator costs: every call to the API server, what it is made of, and its memory.

use std::time::Duration;

use axum::http::{Method, Request};
use control_plane_telemetry::metrics::Metrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

const MEMORY_EVERY: Duration = Duration::from_secs(5);

/// A call to the API server, as its access rules see it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Call {
    pub verb: String,
    /// Empty for the core group.
    pub group: String,
    pub resource: String,
    /// Empty where none is meant.
    pub subresource: String,
}

#[derive(Clone, Default)]
pub struct Meter {
    calls: Family<Call, Counter>,
    pub passes: Counter,
    /// 1 while this process is the one at work.
    pub leader: Gauge,
    memory: Gauge,
}

impl Meter {
    #[must_use]
    pub fn register(metrics: &Metrics) -> Meter {
        let meter = Meter::default();
        metrics.register(|registry| {
            let calls = "Calls to the API server, by verb, group, resource and subresource";
            registry.register("kube_requests", calls, meter.calls.clone());
            registry.register("reconcile_passes", "How often a deal was looked at", meter.passes.clone());
            registry.register("leader", "1 while this process is the one at work", meter.leader.clone());
            let memory = "Resident memory of the process";
            registry.register("process_resident_memory_bytes", memory, meter.memory.clone());
        });
        meter
    }

    /// Counts one call.
    pub fn count<B>(&self, request: &Request<B>) {
        if let Some(call) = call(request.method(), request.uri().path(), request.uri().query()) {
            self.calls.get_or_create(&call).inc();
        }
    }

    /// Keeps the memory's figure fresh. Never returns.
    pub async fn watch_memory(&self) {
        loop {
            if let Some(bytes) = resident_bytes() {
                self.memory.set(bytes);
            }
            tokio::time::sleep(MEMORY_EVERY).await;
        }
    }
}

fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok().map(|kib| kib * 1_024)
}

/// `None` for what is no resource, such as a question for the server's version.
fn call(method: &Method, path: &str, query: Option<&str>) -> Option<Call> {
    let mut parts = path.trim_matches('/').split('/');
    let group = match parts.next()? {
        "api" => "",
        "apis" => parts.next()?,
        _ => return None,
    };
    let _version = parts.next()?;
    let mut rest: Vec<&str> = parts.collect();
    // A namespace is the place of something, or the thing itself.
    if rest.len() >= 3 && rest[0] == "namespaces" && !["status", "finalize"].contains(&rest[2]) {
        rest.drain(..2);
    }
    let resource = *rest.first()?;
    let is_named = rest.len() >= 2;
    let watches =
        query.is_some_and(|query| query.split('&').any(|part| part == "watch=true" || part == "watch=1"));
    let verb = match (method.as_str(), is_named) {
        ("GET", _) if watches => "watch",
        ("GET", true) => "get",
        ("GET", false) => "list",
        ("POST", _) => "create",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", true) => "delete",
        ("DELETE", false) => "deletecollection",
        _ => return None,
    };
    Some(Call {
        verb: verb.to_owned(),
        group: group.to_owned(),
        resource: resource.to_owned(),
        subresource: rest.get(2).copied().unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_named_as_access_rules_name_it() {
        let check = |method: Method, address: &str, expected: [&str; 4]| {
            let (path, query) = address.split_once('?').map_or((address, None), |(p, q)| (p, Some(q)));
            let call = call(&method, path, query).unwrap();
            assert_eq!(
                [&*call.verb, &*call.group, &*call.resource, &*call.subresource],
                expected,
                "{address}"
            );
        };
        check(Method::GET, "/api/v1/namespaces/ddib-a", ["get", "", "namespaces", ""]);
        check(Method::GET, "/api/v1/namespaces?limit=500", ["list", "", "namespaces", ""]);
        check(Method::GET, "/api/v1/configmaps?watch=true", ["watch", "", "configmaps", ""]);
        check(Method::GET, "/api/v1/namespaces/a/secrets/b", ["get", "", "secrets", ""]);
        check(Method::POST, "/api/v1/namespaces/a/secrets?", ["create", "", "secrets", ""]);
        check(
            Method::PATCH,
            "/apis/bidd.io/v1alpha1/timedeals/a/status?force=true",
            ["patch", "bidd.io", "timedeals", "status"],
        );
        check(
            Method::PUT,
            "/apis/coordination.k8s.io/v1/namespaces/bidd/leases/bidd-operator",
            ["update", "coordination.k8s.io", "leases", ""],
        );
        assert!(call(&Method::GET, "/version", None).is_none());
    }

    #[test]
    fn a_process_has_memory() {
        assert!(resident_bytes().unwrap() > 1_000_000);
    }
}
