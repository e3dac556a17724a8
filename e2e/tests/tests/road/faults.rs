//! The same road while parts of it are killed with -9 in the middle of the sale. Each kill waits for
//! the sale to have come so far, never for a time.

use anyhow::{Result, ensure};
use jiff::SignedDuration;

use crate::stage::{STOCK, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn platform_runtime_and_redis_are_killed_in_the_middle_of_the_sale() -> Result<()> {
    let mut stage = Stage::set().await?;
    let mut owner = stage.owner().await?;
    let rental = stage.rent(&mut owner, SignedDuration::from_secs(150)).await?;

    let mut options = stage.harness.crowd("dalbit", 500)?;
    options.seed = Some(11);
    options.mix.within = std::time::Duration::from_secs(30);
    let clock = stage.clock.clone();
    let crowd = tokio::spawn(async move { e2e_platform::crowd::run(&options, &clock).await });

    stage.until_left(STOCK - 20).await?;
    let deal = stage.only_deal()?;
    stage.harness.kill_process(&deal, "runtime")?;
    stage.until_left(STOCK - 60).await?;
    stage.harness.kill_process(&deal, "redis")?;
    stage.until_left(STOCK - 100).await?;
    stage.harness.kill().await?;
    stage.harness.resume().await?;
    stage.until_left(STOCK - 140).await?;
    stage.harness.kill_process(&deal, "redis")?;
    stage.harness.kill_process(&deal, "runtime")?;
    stage.harness.kill().await?;
    stage.harness.resume().await?;

    let verdict = crowd.await??;
    println!("{verdict}");
    ensure!(verdict.clean, "the books do not agree: {:?}", verdict.remarks);
    ensure!(verdict.arrived == 500, "only {} arrived", verdict.arrived);
    owner.until(&rental, &["completed"], &stage.clock, SignedDuration::from_secs(300)).await?;
    stage.expect_torn_down(&verdict.deal)?;
    stage.harness.close().await
}
