//! What an operator says that it has cost so far.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use crate::platform::{NAMESPACE, Platform};

/// One kind of call to the API server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub verb: String,
    pub group: String,
    /// With its subresource, as roles have it: `timedeals/status`.
    pub resource: String,
}

/// The metrics of one operator at one moment.
#[derive(Debug, Clone)]
pub struct Measured {
    pub calls: BTreeMap<Call, u64>,
    pub memory_bytes: u64,
}

impl Measured {
    /// Calls since `before`, without the Lease's renewals.
    pub fn calls_since(&self, before: &Measured) -> u64 {
        self.all_but_leases() - before.all_but_leases()
    }

    fn all_but_leases(&self) -> u64 {
        self.calls.iter().filter(|(call, _)| call.resource != "leases").map(|(_, count)| count).sum()
    }
}

impl Platform {
    /// Asks one of the operator's pods.
    pub async fn measured(&self, pod: &str) -> Result<Measured> {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/pods/{pod}:8080/proxy/metrics");
        let text = self.cluster.kubectl(&["get", "--raw", &path]).await?;
        let calls = text.lines().filter_map(call).collect();
        let memory = text
            .lines()
            .find_map(|line| line.strip_prefix("process_resident_memory_bytes "))
            .with_context(|| format!("{pod} does not say how much memory it has: {text}"))?;
        Ok(Measured { calls, memory_bytes: memory.trim().parse()? })
    }
}

/// A line like `kube_requests_total{verb="get",group="",resource="pods",subresource=""} 3`.
fn call(line: &str) -> Option<(Call, u64)> {
    let (labels, count) = line.strip_prefix("kube_requests_total{")?.split_once("} ")?;
    let label = |name: &str| -> Option<String> {
        let (_, rest) = labels.split_once(&format!("{name}=\""))?;
        rest.split('"').next().map(str::to_owned)
    };
    // The one label's name ends like the other's.
    let resource = labels.split(',').find_map(|pair| pair.strip_prefix("resource=\""))?.trim_end_matches('"');
    let resource = match label("subresource")?.as_str() {
        "" => resource.to_owned(),
        subresource => format!("{resource}/{subresource}"),
    };
    Some((Call { verb: label("verb")?, group: label("group")?, resource }, count.trim().parse().ok()?))
}
