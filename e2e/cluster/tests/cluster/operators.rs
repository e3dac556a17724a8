//! The operator's pods: which of them leads, and the end of one that gets no time to say goodbye.

use std::fs;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::platform::{NAMESPACE, Platform, until};

const SELECTOR: &str = "app.kubernetes.io/component=operator";

impl Platform {
    /// The pod that holds the Lease.
    pub async fn leader(&self) -> Result<String> {
        let holder =
            ["-n", NAMESPACE, "get", "lease", "bidd-operator", "-o", "jsonpath={.spec.holderIdentity}"];
        let holder = self.cluster.kubectl(&holder).await?;
        ensure!(!holder.is_empty(), "nobody holds the Lease");
        Ok(holder)
    }

    /// Waits until a pod that exists holds the Lease, and it is another than `former`.
    pub async fn until_led_by_another(&self, former: &str) -> Result<String> {
        let mut leader = String::new();
        until("another operator leads", async || {
            leader = self.leader().await?;
            ensure!(leader != former, "{former} still holds the Lease");
            self.cluster.kubectl(&["-n", NAMESPACE, "get", "pod", &leader, "-o", "name"]).await.map(drop)
        })
        .await?;
        Ok(leader)
    }

    /// `kill -9` of the operator in a pod, and a new pod in its place: one that was only killed would be
    /// kept waiting the longer, the more often it is.
    pub async fn kill_operator(&self, pod: &str) -> Result<()> {
        let pid = process_of(pod)?;
        kill_process(pid, Signal::KILL).with_context(|| format!("the operator in {pod}"))?;
        self.cluster
            .kubectl(&["-n", NAMESPACE, "delete", "pod", pod, "--grace-period=0", "--force", "--wait=false"])
            .await
            .map(drop)
    }

    /// The names of the operator's pods.
    pub async fn operators(&self) -> Result<Vec<String>> {
        let pods =
            ["-n", NAMESPACE, "get", "pods", "-l", SELECTOR, "-o", "jsonpath={.items[*].metadata.name}"];
        Ok(self.cluster.kubectl(&pods).await?.split_whitespace().map(str::to_owned).collect())
    }
}

/// The first process of a pod, which is a process of this machine: the kubelet puts the pod's name
/// into its environment.
fn process_of(pod: &str) -> Result<Pid> {
    let wanted = format!("HOSTNAME={pod}");
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let Ok(environment) = fs::read(entry.path().join("environ")) else { continue };
        if environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes()) {
            return Pid::from_raw(pid).context("process 0");
        }
    }
    bail!("no process of the pod {pod} runs")
}
