//! What deals cost that wait for their day: nothing at the API server, and next to nothing in the
//! operator's memory; and one more deal costs the same, however many there are.

use anyhow::{Result, ensure};
use crds::Phase;
use jiff::SignedDuration;
use serde_json::json;

use crate::admin::manifest;
use crate::platform::{Platform, until};

/// How long nothing may be asked while everything waits.
const QUIET: std::time::Duration = std::time::Duration::from_secs(10);
const MEMORY_MIB_MAX: u64 = 100;

#[tokio::test(flavor = "multi_thread")]
async fn deals_of_next_week_cost_nothing_until_then() -> Result<()> {
    let Some(platform) = Platform::take().await? else { return Ok(()) };
    let leader = platform.leader().await?;
    let mut each = Vec::new();
    let mut there = 0;
    for count in [1, 50, 500] {
        write(&platform, there..count - 1).await?;
        let before = platform.measured(&leader).await?;
        write(&platform, count - 1..count).await?;
        there = count;
        let one_more = platform.measured(&leader).await?.calls_since(&before);

        let before = platform.measured(&leader).await?;
        tokio::time::sleep(QUIET).await;
        let after = platform.measured(&leader).await?;
        let (idle, mib) = (after.calls_since(&before), after.memory_bytes >> 20);
        println!(
            "{count} deals that wait: {mib} MiB in the operator, {idle} calls in {} s of waiting, {one_more} \
             calls for the last one written",
            QUIET.as_secs()
        );
        ensure!(idle == 0, "{idle} calls while nothing was to be done");
        ensure!(mib < MEMORY_MIB_MAX, "the operator takes {mib} MiB");
        each.push(one_more);
    }
    ensure!(each.iter().all(|calls| *calls == each[0]), "one more deal costs {each:?} calls");
    let all = ["delete", "timedeals", "-l", "test=costs", "--wait=false"];
    platform.cluster.kubectl(&all).await?;
    until("all are gone", async || {
        let left = platform.cluster.kubectl(&["get", "timedeals", "-l", "test=costs", "-o", "name"]).await?;
        ensure!(left.trim().is_empty(), "{} are left", left.lines().count());
        Ok(())
    })
    .await
}

/// Writes deals of next week, and waits until each was looked at.
async fn write(platform: &Platform, which: std::ops::Range<usize>) -> Result<()> {
    let next_week = platform.now()? + SignedDuration::from_hours(24 * 7);
    let deals: Vec<_> = which
        .map(|index| {
            let slug = format!("waiting-{index}");
            let mut deal =
                manifest(&format!("{slug}-20990101-1000"), &slug, next_week, SignedDuration::from_hours(1));
            deal["metadata"]["labels"] = json!({"test": "costs"});
            deal
        })
        .collect();
    if deals.is_empty() {
        return Ok(());
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": deals});
    platform.cluster.apply(&list.to_string()).await?;
    for deal in &deals {
        let name = deal["metadata"]["name"].as_str().unwrap_or_default();
        let status = platform.until_condition(name, "Accepted", "Accepted").await?;
        ensure!(status.phase == Phase::Pending, "{name} is {}", status.phase);
    }
    Ok(())
}
