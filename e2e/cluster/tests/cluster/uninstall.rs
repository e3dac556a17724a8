//! The release goes, and comes back, while a deal is on: the deal, its runtime and the books stay.

use anyhow::{Result, ensure};
use crds::Phase;
use jiff::SignedDuration;

use crate::admin::manifest;
use crate::faults::pods;
use crate::platform::{NAMESPACE, Platform, install, until};

const DEAL: &str = "lasting-20990101-1000";

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_outlives_the_release_and_is_looked_after_by_the_next() -> Result<()> {
    let Some(platform) = Platform::take().await? else { return Ok(()) };
    let opens_at = platform.now()? + SignedDuration::from_secs(40);
    platform.apply_deal(&manifest(DEAL, "lasting", opens_at, SignedDuration::from_secs(60))).await?;
    platform.until_phase(DEAL, Phase::Open).await?;
    let namespace = format!("ddib-{DEAL}");
    let before = pods(&platform, &namespace).await?;

    platform
        .cluster
        .helm(&["uninstall", "bidd", "--namespace", NAMESPACE, "--wait", "--timeout", "2m"])
        .await?;
    until("nothing of the platform runs", async || {
        let left = ["-n", NAMESPACE, "get", "deployments,services,pods", "-o", "name"];
        let left = platform.cluster.kubectl(&left).await?;
        ensure!(left.trim().is_empty(), "there is still {left}");
        Ok(())
    })
    .await?;
    ensure!(platform.status(DEAL).await?.phase == Phase::Open, "the deal went on with nobody there");
    ensure!(pods(&platform, &namespace).await? == before, "the deal's pods were touched");

    install(&platform.cluster, &[]).await?;
    platform.until_phase(DEAL, Phase::Completed).await?;
    let settled = platform.status(DEAL).await?.settlement.is_some();
    ensure!(settled, "the ledger did not know the deal any more");
    platform.expect_gone(DEAL).await?;
    platform.delete_deal(DEAL).await?;
    platform.cluster.kubectl(&["-n", NAMESPACE, "delete", "secret", DEAL]).await.map(drop)
}
