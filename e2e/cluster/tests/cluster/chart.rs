//! The chart as it is rendered: every way of setting it up, what it refuses, and what it must never say.

use std::path::Path;

use anyhow::{Context as _, ensure};
use e2e_cluster::Cluster;
use serde::Deserialize as _;
use serde_json::Value;

const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../charts/bidd");
const VALUES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/values.yaml");
const GATEWAY_API: &str = "gateway.networking.k8s.io/v1";

async fn render(cluster: &Cluster, api: Option<&str>, set: &[&str]) -> anyhow::Result<Vec<Value>> {
    let mut arguments = vec!["template", "bidd", CHART, "--namespace", "bidd", "--kube-version", "1.34.0"];
    if let Some(api) = api {
        arguments.extend(["--api-versions", api]);
    }
    for value in set {
        arguments.extend(["--set", value]);
    }
    let text = cluster.helm(&arguments).await?;
    let documents = serde_yaml::Deserializer::from_str(&text).map(Value::deserialize);
    let objects: Vec<Value> = documents.collect::<Result<_, _>>().context("what was rendered is no YAML")?;
    Ok(objects.into_iter().filter(|object| !object.is_null()).collect())
}

fn kinds<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

#[tokio::test]
async fn every_way_of_setting_it_up_renders() -> anyhow::Result<()> {
    let cluster = Cluster::existing().await?;
    cluster.helm(&["lint", "--strict", CHART]).await?;
    cluster.helm(&["lint", "--strict", CHART, "--values", VALUES]).await?;

    let usual = render(&cluster, Some(GATEWAY_API), &[]).await?;
    ensure!(kinds(&usual, "Gateway").len() == 1 && kinds(&usual, "HTTPRoute").len() == 1);
    ensure!(kinds(&usual, "Ingress").is_empty() && kinds(&usual, "PersistentVolumeClaim").len() == 1);
    ensure!(kinds(&usual, "PodDisruptionBudget").len() == 2 && kinds(&usual, "NetworkPolicy").len() == 2);
    let definition = kinds(&usual, "CustomResourceDefinition");
    let [definition] = definition[..] else { anyhow::bail!("not one definition of TimeDeal") };
    ensure!(definition["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep");
    let committed = std::fs::read_to_string(Path::new(CHART).join("../../crds/timedeals.yaml"))?;
    let committed: Value = serde_yaml::from_str(&committed)?;
    ensure!(definition["spec"] == committed["spec"], "the chart's TimeDeal is not the generated one");

    let bare = render(&cluster, None, &[]).await?;
    ensure!(kinds(&bare, "Gateway").is_empty() && kinds(&bare, "HTTPRoute").is_empty());

    let ingress = render(&cluster, None, &["edge.kind=ingress"]).await?;
    ensure!(kinds(&ingress, "Ingress").len() == 1 && kinds(&ingress, "Gateway").is_empty());

    let outside = ["database.url=postgres://db/bidd", "storage.bucket=bidd", "controlPlane.replicas=3"];
    let outside = render(&cluster, Some(GATEWAY_API), &outside).await?;
    ensure!(kinds(&outside, "PersistentVolumeClaim").is_empty());
    let text = serde_json::to_string(&kinds(&outside, "Deployment"))?;
    ensure!(!text.contains("postgres://"), "the database's URL stands outside of the secret");

    let given = render(&cluster, Some(GATEWAY_API), &["secrets.existing=mine"]).await?;
    ensure!(kinds(&given, "Secret").is_empty());
    ensure!(serde_json::to_string(&kinds(&given, "Deployment"))?.contains("\"mine\""));
    Ok(())
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_named() -> anyhow::Result<()> {
    let cluster = Cluster::existing().await?;
    for (set, named) in [
        ("public.domian=x", "domian"),
        ("public.scheme=ftp", "scheme"),
        ("public.domain=Upper", "domain"),
        ("edge.kind=nodeport", "kind"),
        ("controlPlane.replicas=2", "controlPlane.replicas"),
        ("operator.roles.queue.cpuMillis=lots", "cpuMillis"),
        ("kakaopay.baseUrl=https://x/", "baseUrl"),
        ("toss.scriptUrl=js", "scriptUrl"),
    ] {
        match render(&cluster, Some(GATEWAY_API), &[set]).await {
            Ok(_) => anyhow::bail!("{set} was rendered"),
            Err(error) => ensure!(format!("{error:#}").contains(named), "{set}: {error:#}"),
        }
    }
    Ok(())
}

#[tokio::test]
async fn nothing_asks_for_more_than_it_needs() -> anyhow::Result<()> {
    let cluster = Cluster::existing().await?;
    let objects = render(&cluster, Some(GATEWAY_API), &[]).await?;
    for role in objects.iter().filter(|o| o["kind"] == "Role" || o["kind"] == "ClusterRole") {
        let text = serde_json::to_string(&role["rules"])?;
        ensure!(!text.contains('*'), "{} has a wildcard", role["metadata"]["name"]);
    }
    let pods = objects.iter().filter_map(|object| match object["kind"].as_str() {
        Some("Pod") => Some(&object["spec"]),
        Some("Deployment") => Some(&object["spec"]["template"]["spec"]),
        _ => None,
    });
    let mut seen = 0;
    for pod in pods {
        seen += 1;
        ensure!(pod["securityContext"]["runAsNonRoot"] == true, "{pod}");
        ensure!(pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", "{pod}");
        for container in pod["containers"].as_array().context("a pod without containers")? {
            let security = &container["securityContext"];
            ensure!(security["allowPrivilegeEscalation"] == false, "{container}");
            ensure!(security["readOnlyRootFilesystem"] == true, "{container}");
            ensure!(security["capabilities"]["drop"] == serde_json::json!(["ALL"]), "{container}");
            ensure!(container["resources"]["limits"]["memory"].is_string(), "{container}");
        }
    }
    ensure!(seen == 3, "{seen} kinds of pods were looked at, of control plane, operator and probe");
    Ok(())
}
