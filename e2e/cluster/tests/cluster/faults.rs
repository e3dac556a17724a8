//! The road while everything under it is taken away, one thing after the other: operators, pods of every
//! role, Redis, containerd, the API server, and the version of the platform itself. Each blow waits for
//! the sale to have come so far, never for a time.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use crds::Phase;
use e2e_cluster::Component;
use jiff::SignedDuration;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::ListParams;
use serde_json::json;

use crate::platform::{Platform, install, until};
use crate::road;
use crate::shops::BOOKS;

const LENGTH: SignedDuration = SignedDuration::from_secs(150);
const SHOPPERS: u32 = 400;
/// The names under which the images are loaded, and the other one that they get.
const IMAGES: [&str; 4] = ["control-plane", "tenant-runtime", "operator", "redis"];
const OTHER_TAG: &str = "next";

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_survives_the_loss_of_everything_under_it() -> Result<()> {
    let Some(platform) = Platform::take().await? else { return Ok(()) };
    let mut books = platform.rent(&BOOKS, "달빛 심야 서점", LENGTH).await?;
    let (deal, stock) = (books.deal.clone(), books.stock());
    let namespace = format!("ddib-{deal}");

    platform.until_phase(&deal, Phase::Warming).await?;
    let first = platform.leader().await?;
    platform.cluster.kubectl(&["-n", "bidd", "delete", "pod", &first, "--wait=false"]).await?;
    let second = platform.until_led_by_another(&first).await?;
    platform.until_phase(&deal, Phase::Armed).await?;
    // Slowly, so that there is a sale to be disturbed for as long as it takes.
    platform.patch_spec(&deal, json!({"capacity": {"admissionsPerSecond": 3}})).await?;

    let mut options = platform.crowd(BOOKS.slug, SHOPPERS, 11);
    options.mix.within = std::time::Duration::from_secs(30);
    options.patience = std::time::Duration::from_secs(150);
    let clock = platform.clock.clone();
    let crowd = tokio::spawn(async move { e2e_platform::crowd::run(&options, &clock).await });

    let sold = async |part: u64| platform.until_left(BOOKS.slug, stock - stock * part / 100).await;
    sold(5).await?;
    platform.kill_operator(&second).await?;
    for (part, role) in [(10, "queue"), (15, "shop"), (20, "payment")] {
        sold(part).await?;
        delete_one_pod(&platform, &namespace, role).await?;
    }
    sold(25).await?;
    platform.cluster.kubectl(&["-n", &namespace, "delete", "pod", "redis-0", "--wait=false"]).await?;
    sold(35).await?;
    platform.cluster.restart_containerd().await?;
    sold(45).await?;
    platform.cluster.stop(Component::ApiServer).await?;
    sold(55).await?;
    platform.cluster.start(Component::ApiServer).await?;
    upgrade(&platform, &namespace).await?;

    let verdict = crowd.await??;
    println!("{verdict}");
    ensure!(verdict.clean, "the books do not agree: {:?}", verdict.remarks);
    ensure!(verdict.arrived == u64::from(SHOPPERS), "only {} arrived", verdict.arrived);
    books.completed(&platform.clock).await?;
    road::settled(&platform, &books).await?;
    platform.expect_gone(&deal).await?;
    install(&platform.cluster, &[]).await.map(drop)
}

/// As whoever drains a node does, or a node that dies.
async fn delete_one_pod(platform: &Platform, namespace: &str, role: &str) -> Result<()> {
    let selector = format!("app.kubernetes.io/component={role}");
    let name = ["-n", namespace, "get", "pods", "-l", &selector, "-o", "jsonpath={.items[0].metadata.name}"];
    let name = platform.cluster.kubectl(&name).await?;
    platform.cluster.kubectl(&["-n", namespace, "delete", "pod", &name, "--wait=false"]).await.map(drop)
}

/// Every image gets another name, as a new version has, and the release is moved to it: the platform's
/// pods are new afterwards, the deal's are what they were.
async fn upgrade(platform: &Platform, namespace: &str) -> Result<()> {
    until("the pods of the deal are settled", async || {
        let rollout = ["-n", namespace, "wait", "--for=condition=Ready", "pods", "--all", "--timeout=5s"];
        platform.cluster.kubectl(&rollout).await.map(drop)
    })
    .await?;
    let (before, operators) = (pods(platform, namespace).await?, platform.operators().await?);
    for image in IMAGES {
        let name = |tag: &str| format!("bidd.local/{image}:{tag}");
        platform.cluster.tag_image(&name("dev"), &name(OTHER_TAG)).await?;
    }
    install(&platform.cluster, &[&format!("image.tag={OTHER_TAG}")]).await?;
    until("the new operator leads", async || {
        let leader = platform.leader().await?;
        ensure!(!operators.contains(&leader), "{leader} is an old one");
        Ok(())
    })
    .await?;
    let after = pods(platform, namespace).await?;
    for (uid, pod) in &after {
        // The autoscaler may have asked for others meanwhile, made as those before.
        let is_known = before.values().any(|known| known.made_as == pod.made_as);
        let is_same = before.get(uid).is_none_or(|known| known == pod);
        ensure!(is_known && is_same, "the upgrade touched the deal's pods: {before:?}, now {after:?}");
    }
    ensure!(after.keys().any(|uid| before.contains_key(uid)), "none is left: {before:?}, now {after:?}");
    Ok(())
}

/// What there is to say of a pod that goes on.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    name: String,
    /// Its name without what is random: role and template.
    made_as: String,
    image: String,
    restarts: i32,
}

/// The pods of a deal by uid, but for those that are on their way out.
pub async fn pods(platform: &Platform, namespace: &str) -> Result<BTreeMap<String, Seen>> {
    let pods: Api<Pod> = Api::namespaced(platform.cluster.client().await?, namespace);
    let listed = pods.list(&ListParams::default()).await?;
    let going_on = listed.items.into_iter().filter(|pod| pod.metadata.deletion_timestamp.is_none());
    going_on
        .map(|pod| {
            let name = pod.metadata.name.context("a pod without a name")?;
            let made_as = name.rsplit_once('-').map_or("", |(made_as, _)| made_as).to_owned();
            let statuses = pod.status.and_then(|status| status.container_statuses).unwrap_or_default();
            let status = statuses.first().with_context(|| format!("{name} has no container yet"))?;
            let seen = Seen { made_as, image: status.image.clone(), restarts: status.restart_count, name };
            Ok((pod.metadata.uid.context("a pod without a uid")?, seen))
        })
        .collect()
}
