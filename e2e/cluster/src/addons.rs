//! What a cluster is given before anybody uses it: volumes, metrics, DNS, and the classes of the edge.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use tokio::time::Instant;

use crate::cluster::Cluster;
use crate::layout::{DNS_ADDRESS, METRICS_PORT, NODE_ADDRESS, NODE_NAME, fill};

/// Holds a pod's namespaces, and makes the directories of volumes.
pub const POD_IMAGE: &str = "bidd.local/pod:1";
pub const DNS_IMAGE: &str = "bidd.local/dns:1";

const READY_WITHIN: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// The resource definitions of the Gateway API. The edge looks for them when it starts.
///
/// # Errors
/// Where the API server refuses them or does not establish them in time.
pub async fn apply_gateway_api(cluster: &Cluster) -> anyhow::Result<()> {
    let definitions = cluster.programs()?.gateway_api();
    let from = definitions.to_string_lossy();
    cluster.kubectl(&["apply", "--server-side", "--force-conflicts", "-f", &from]).await?;
    // Discovery lags behind: what uses them is refused until they are established.
    cluster.kubectl(&["wait", "--for=condition=Established", "--timeout=60s", "-f", &from]).await.map(drop)
}

/// # Errors
/// Where the API server refuses one of them.
pub async fn apply(cluster: &Cluster) -> anyhow::Result<()> {
    let authority = fs::read(cluster.layout().pki().join("ca.crt")).context("the cluster's authority")?;
    let authority = base64::engine::general_purpose::STANDARD.encode(authority);
    let port = METRICS_PORT.to_string();
    let values = [
        ("node", NODE_ADDRESS),
        ("dns_address", DNS_ADDRESS),
        ("dns_image", DNS_IMAGE),
        ("metrics_port", &port),
        ("authority", &authority),
    ];
    let manifests = [
        include_str!("../addons/storage.yaml"),
        include_str!("../addons/metrics.yaml"),
        include_str!("../addons/dns.yaml"),
        include_str!("../addons/edge.yaml"),
    ];
    cluster.apply(&fill(&manifests.join("---\n"), &values)).await.map(drop)
}

/// Waits until the node takes pods, names resolve and load is measured.
///
/// # Errors
/// What was missing, and what the cluster says about it.
pub async fn wait(cluster: &Cluster) -> anyhow::Result<()> {
    let node = format!("node/{NODE_NAME}");
    until(cluster, &["wait", "--for=condition=Ready", "--timeout=1s", &node], &["describe", &node]).await?;
    let dns =
        ["wait", "--for=condition=Available", "--timeout=1s", "-n", "kube-system", "deployment/coredns"];
    until(cluster, &dns, &["-n", "kube-system", "describe", "pods"]).await?;
    let metrics = "apiservice/v1beta1.metrics.k8s.io";
    let measured = ["wait", "--for=condition=Available", "--timeout=1s", metrics];
    until(cluster, &measured, &["describe", metrics]).await
}

async fn until(cluster: &Cluster, question: &[&str], explanation: &[&str]) -> anyhow::Result<()> {
    let deadline = Instant::now() + READY_WITHIN;
    while let Err(seen) = cluster.kubectl(question).await {
        if Instant::now() >= deadline {
            let explained = cluster.kubectl(explanation).await.unwrap_or_else(|error| error.to_string());
            bail!("not within {READY_WITHIN:?}: {seen:#}\n{explained}");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}
