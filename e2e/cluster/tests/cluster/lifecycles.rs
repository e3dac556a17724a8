//! Whole lives of deals while their operators are killed, compared with a life that nobody disturbed;
//! and what such a life asks of the API server, compared with what the chart's role allows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use crds::{Phase, TimeDealStatus};
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::admin::manifest;
use crate::measured::Call;
use crate::platform::{NAMESPACE, Platform, until};

const DEALS: usize = 6;
const LENGTH: SignedDuration = SignedDuration::from_secs(12);

/// What is the same for every deal that lived alike. The digest of its books is not: it begins with
/// the deal's name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct End {
    phase: Phase,
    conditions: BTreeMap<String, (String, String)>,
    events: u64,
}

impl End {
    fn of(status: &TimeDealStatus) -> Result<End> {
        let settlement = status.settlement.as_ref().context("no settlement")?;
        let conditions = status.conditions.iter();
        Ok(End {
            phase: status.phase,
            conditions: conditions.map(|c| (c.type_.clone(), (c.status.clone(), c.reason.clone()))).collect(),
            events: settlement.events,
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_operators_leave_every_deal_where_an_undisturbed_one_ends() -> Result<()> {
    let Some(platform) = Platform::take().await? else { return Ok(()) };
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let calm = undisturbed(&platform).await?;

    let mut random = StdRng::seed_from_u64(seed);
    let mut names = Vec::new();
    for index in 0..DEALS {
        let slug = format!("shaken-{index}");
        let name = format!("{slug}-20990101-1000");
        let opens_at = platform.now()? + SignedDuration::from_secs(45 + 4 * i64::try_from(index)?);
        platform.apply_deal(&manifest(&name, &slug, opens_at, LENGTH)).await?;
        names.push(name);
    }
    let mut kills = 0;
    until("every deal is over", async || {
        tokio::time::sleep(Duration::from_millis(random.random_range(500..6_000))).await;
        // Between two leaders there is nobody to kill.
        if let Ok(leader) = platform.leader().await
            && platform.kill_operator(&leader).await.is_ok()
        {
            kills += 1;
        }
        for name in &names {
            let status = platform.status(name).await?;
            ensure!(status.phase >= Phase::Completed, "{name} is {}", status.phase);
        }
        Ok(())
    })
    .await?;
    println!("{kills} operators were killed while {DEALS} deals lived");
    ensure!(kills > DEALS, "only {kills} kills");
    for name in &names {
        let end = End::of(&platform.status(name).await?)?;
        ensure!(end == calm, "{name} ended as {end:?}, an undisturbed one as {calm:?}");
        platform.expect_gone(name).await?;
        platform.delete_deal(name).await?;
        platform.cluster.kubectl(&["-n", NAMESPACE, "delete", "secret", name]).await?;
    }
    Ok(())
}

/// One deal from its writing to the end, with a child deleted and another edited on the way.
async fn undisturbed(platform: &Platform) -> Result<End> {
    let name = "calm-20990101-1000";
    let leader = platform.leader().await?;
    let opens_at = platform.now()? + SignedDuration::from_secs(45);
    let mut deal = manifest(name, "calm", opens_at, LENGTH);
    deal["spec"]["retentionSeconds"] = json!(20);
    platform.apply_deal(&deal).await?;
    platform.until_phase(name, Phase::Armed).await?;
    let namespace = format!("ddib-{name}");
    let uid = async |what: &str| {
        platform.cluster.kubectl(&["-n", &namespace, "get", what, "-o", "jsonpath={.metadata.uid}"]).await
    };
    let before = uid("service/queue").await?;
    platform.cluster.kubectl(&["-n", &namespace, "delete", "service/queue"]).await?;
    let edit = r#"{"metadata":{"labels":{"bidd.io/deal":"another"}},"spec":{"policyTypes":["Egress"]}}"#;
    let policy = ["-n", &namespace, "patch", "networkpolicy", "deny-all", "--type=merge", "-p", edit];
    platform.cluster.kubectl(&policy).await?;
    until("what was deleted and edited is as it was", async || {
        ensure!(uid("service/queue").await? != before, "the Service is the old one");
        let policy = "jsonpath={.metadata.labels.bidd\\.io/deal} {.spec.policyTypes}";
        let policy = ["-n", &namespace, "get", "networkpolicy", "deny-all", "-o", policy];
        let policy = platform.cluster.kubectl(&policy).await?;
        ensure!(policy.starts_with(name) && policy.contains("Ingress"), "{policy}");
        Ok(())
    })
    .await?;
    platform.until_phase(name, Phase::Completed).await?;
    let end = End::of(&platform.status(name).await?)?;
    platform.expect_gone(name).await?;
    platform.until_deleted(name).await?;
    ensure!(platform.leader().await? == leader, "the Lease went to another, though nothing happened");
    asked_for_no_less_and_no_more(platform, &leader).await?;
    platform.cluster.kubectl(&["-n", NAMESPACE, "delete", "secret", name]).await?;
    Ok(end)
}

/// Each verb on each resource of the operator's roles is one that it used, and it used no other.
async fn asked_for_no_less_and_no_more(platform: &Platform, leader: &str) -> Result<()> {
    let used: BTreeSet<Call> = platform.measured(leader).await?.calls.into_keys().collect();
    let mut allowed = BTreeSet::new();
    for role in [
        &["get", "clusterrole", "bidd-operator"][..],
        &["get", "role", "operator", "-n", NAMESPACE],
        &["get", "role", "bidd-operator-events", "-n", "default"],
    ] {
        let role = platform.cluster.kubectl(&[role, &["-o", "json"]].concat()).await?;
        let role: serde_json::Value = serde_json::from_str(&role)?;
        let words = |rule: &serde_json::Value, field: &str| -> Vec<String> {
            let words = rule[field].as_array().cloned().unwrap_or_default();
            words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
        };
        for rule in role["rules"].as_array().context("a role without rules")? {
            for group in words(rule, "apiGroups") {
                for resource in words(rule, "resources") {
                    for verb in words(rule, "verbs") {
                        allowed.insert(Call { verb, group: group.clone(), resource: resource.clone() });
                    }
                }
            }
        }
    }
    // An apply that makes an object anew is a patch that may also create.
    let of_an_apply =
        |call: &Call| call.verb == "create" && used.contains(&Call { verb: "patch".into(), ..call.clone() });
    // The Lease is made by the first operator that there ever was, and only what is told a second time
    // is a patch of an event.
    let seldom = |call: &Call| {
        [("create", "leases"), ("patch", "events")].contains(&(call.verb.as_str(), call.resource.as_str()))
    };
    let unused: Vec<_> =
        allowed.difference(&used).filter(|call| !of_an_apply(call) && !seldom(call)).collect();
    let beyond: Vec<_> = used.difference(&allowed).collect();
    ensure!(unused.is_empty(), "allowed and never used: {unused:#?}");
    ensure!(beyond.is_empty(), "used and not allowed: {beyond:#?}");
    Ok(())
}
