//! A deal that cannot be settled, because the ledger is gone for good: it waits, whatever it costs, until
//! an admin breaks the glass; and that is put on record.

use anyhow::{Context as _, Result, ensure};
use crds::Phase;
use jiff::SignedDuration;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::admin::manifest;
use crate::platform::{NAMESPACE, Platform, install, until};

const DEAL: &str = "stuck-20990101-1000";

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_settled_waits_until_the_glass_is_broken() -> Result<()> {
    let Some(platform) = Platform::take().await? else { return Ok(()) };
    let opens_at = platform.now()? + SignedDuration::from_secs(40);
    platform.apply_deal(&manifest(DEAL, "stuck", opens_at, SignedDuration::from_hours(1))).await?;
    platform.until_phase(DEAL, Phase::Open).await?;
    let ledger = |replicas: &'static str| ["-n", NAMESPACE, "scale", "deployment/control-plane", replicas];
    platform.cluster.kubectl(&ledger("--replicas=0")).await?;
    until("the ledger is gone", async || {
        let pods =
            ["-n", NAMESPACE, "get", "pods", "-l", "app.kubernetes.io/component=control-plane", "-o", "name"];
        let pods = platform.cluster.kubectl(&pods).await?;
        ensure!(pods.trim().is_empty(), "{pods}");
        Ok(())
    })
    .await?;
    platform.cluster.kubectl(&["delete", "timedeal", DEAL, "--wait=false"]).await?;

    // As `operator.limits.settle_seconds_max` of the values has it, and it is still there.
    platform.until_phase(DEAL, Phase::Settling).await?;
    platform.until_condition(DEAL, "Settled", "Overdue").await?;
    platform.until_told(DEAL, "SettledOverdue").await?;
    let namespace = format!("ddib-{DEAL}");
    platform.cluster.kubectl(&["-n", &namespace, "get", "deployment", "payment", "-o", "name"]).await?;

    let broken = json!({"metadata": {"annotations": {"bidd.io/force-teardown": "the ledger burnt down"}}});
    platform.deals.patch(DEAL, &PatchParams::default(), &Patch::Merge(broken)).await?;
    let words = platform.until_told(DEAL, "TeardownForced").await?;
    ensure!(words.contains("the ledger burnt down"), "{words}");
    platform.until_deleted(DEAL).await.context("after the glass was broken")?;
    platform.expect_gone(DEAL).await?;
    platform.cluster.kubectl(&ledger("--replicas=1")).await?;
    platform.cluster.kubectl(&["-n", NAMESPACE, "delete", "secret", DEAL]).await?;
    install(&platform.cluster, &[]).await.map(drop)
}
