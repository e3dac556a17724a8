//! The ground that everything else stands on: a restricted pod with a volume, its name, its metrics,
//! a command in it, and a road to it through the edge.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use e2e_cluster::{Cluster, EDGE_PORT};
use tokio::time::Instant;

const NAMESPACE: &str = "ground";
const HOST: &str = "ground.localhost";
const WITHIN: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_pod_has_a_volume_a_name_metrics_and_a_road_to_it() -> anyhow::Result<()> {
    let cluster = Cluster::existing().await?;
    if !cluster.is_local() {
        println!("skipped: the ground of somebody else's cluster is theirs to prove");
        return Ok(());
    }
    let version = cluster.client().await?.apiserver_version().await?;
    ensure!(version.git_version.starts_with("v1.34."), "the API server is {}", version.git_version);
    cluster.apply(include_str!("ground.yaml")).await?;
    let begun = Instant::now();
    cluster.kubectl(&["-n", NAMESPACE, "rollout", "status", "--timeout=120s", "statefulset/redis"]).await?;
    println!("a restricted Redis with a new volume: ready in {} ms", begun.elapsed().as_millis());
    cluster.kubectl(&["-n", NAMESPACE, "rollout", "status", "--timeout=120s", "deployment/web"]).await?;

    // By its full name and through its Service, from within a pod, which has no shell.
    let ping =
        ["-n", NAMESPACE, "exec", "redis-0", "--", "redis-cli", "-h", "redis.ground.svc.cluster.local"];
    until("it answers by its name", async || {
        let answer = cluster.kubectl(&[&ping[..], &["PING"]].concat()).await?;
        ensure!(answer.trim() == "PONG", "Redis answers {answer:?}");
        Ok(())
    })
    .await?;
    let no_shell =
        cluster.kubectl(&["-n", NAMESPACE, "exec", "redis-0", "--", "/bin/sh", "-c", "true"]).await;
    ensure!(no_shell.is_err(), "the image of Redis has a shell");

    until("its load is measured", async || {
        let top = cluster.kubectl(&["-n", NAMESPACE, "top", "pods", "--no-headers"]).await?;
        ensure!(top.contains("redis-0"), "{top}");
        Ok(())
    })
    .await?;
    let edge = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
    until("the edge forwards to it", async || {
        let asked = edge.get(format!("http://127.0.0.1:{EDGE_PORT}/ready")).header("host", HOST);
        let answer = asked.send().await?.error_for_status()?.text().await?;
        ensure!(answer == "OK", "{answer}");
        Ok(())
    })
    .await?;

    let volume = ["-n", NAMESPACE, "get", "pvc", "data-redis-0", "-o", "jsonpath={.spec.volumeName}"];
    let volume = cluster.kubectl(&volume).await?;
    cluster.kubectl(&["delete", "namespace", NAMESPACE, "--timeout=120s"]).await?;
    until("its volume is gone", async || {
        let volumes = cluster.kubectl(&["get", "pv", "-o", "name"]).await?;
        ensure!(!volumes.contains(&volume), "{volumes}");
        let directories = std::fs::read_dir(cluster.volumes()).into_iter().flatten().flatten();
        let left: Vec<_> =
            directories.filter(|entry| entry.file_name().to_string_lossy().contains(&volume)).collect();
        ensure!(left.is_empty(), "{left:?}");
        Ok(())
    })
    .await
}

async fn until(what: &str, mut check: impl AsyncFnMut() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let deadline = Instant::now() + WITHIN;
    while let Err(seen) = check().await {
        if Instant::now() >= deadline {
            return Err(seen).with_context(|| format!("not within {WITHIN:?}: {what}"));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}
