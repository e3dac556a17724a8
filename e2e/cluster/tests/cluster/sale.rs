//! An admin's hands in a running sale: paused, stocked up, scaled up by its crowd and down again, and
//! at last deleted in the middle of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use crds::{Phase, TimeDeal};
use e2e_platform::client::{Ask, Jar, SignIn, Web};
use jiff::SignedDuration;
use reqwest::Url;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::platform::{Platform, Rented, until};
use crate::shops::COFFEE;

const LENGTH: SignedDuration = SignedDuration::from_secs(240);
const WAITING: u32 = 24;
const RAISED: u64 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_is_paused_stocked_up_scaled_and_deleted_in_the_middle() -> Result<()> {
    let Some(platform) = Platform::take().await? else { return Ok(()) };
    let mut coffee = platform.rent(&COFFEE, "볶은 날 받는 원두", LENGTH).await?;
    let deal = coffee.deal.clone();
    platform.until_phase(&deal, Phase::Open).await?;
    platform.patch_spec(&deal, json!({"paused": true})).await?;
    platform.until_condition(&deal, "Paused", "Paused").await?;

    scaled_by_its_crowd(&platform, &coffee).await?;
    stocked_up(&platform, &coffee).await?;
    platform.patch_spec(&deal, json!({"paused": false})).await?;
    platform.until_condition(&deal, "Paused", "Running").await?;

    let mut options = platform.crowd(COFFEE.slug, 120, 23);
    options.mix.within = Duration::from_secs(20);
    // Who still waits when the deal is gone is not to be waited for.
    options.patience = Duration::from_secs(20);
    let clock = platform.clock.clone();
    let crowd = tokio::spawn(async move { e2e_platform::crowd::run(&options, &clock).await });
    platform.until_left(COFFEE.slug, coffee.stock() + RAISED - 30).await?;
    platform.cluster.kubectl(&["delete", "timedeal", &deal, "--wait=false"]).await?;
    let verdict = crowd.await??;
    println!("{verdict}");
    ensure!(verdict.clean, "the books do not agree: {:?}", verdict.remarks);
    ensure!(verdict.bought > 0, "nobody bought anything before the deal was deleted");
    platform.until_deleted(&deal).await?;
    coffee.completed(&platform.clock).await?;
    platform.expect_gone(&deal).await
}

/// More than was rented, while the doors are open.
async fn stocked_up(platform: &Platform, rented: &Rented) -> Result<()> {
    let found: TimeDeal = platform.deals.get(&rented.deal).await?;
    let mut products = serde_json::to_value(&found.spec.products)?;
    let stock = products[0]["stock"].as_u64().context("a product without stock")?;
    products[0]["stock"] = json!(stock + RAISED);
    platform.patch_spec(&rented.deal, json!({"products": products})).await?;
    until("the shop has more to sell", async || {
        let url = platform.reach.origin(&format!("{}.ddib", rented.company.slug))?.join("/shop/deal")?;
        let deal: Value = platform.reach.web(1).json(&mut Jar::default(), &Ask::get(url)).await?;
        let products = deal["products"].as_array().context("no products")?;
        let left: u64 = products.iter().filter_map(|product| product["left"].as_u64()).sum();
        ensure!(left == rented.stock() + RAISED, "{left} are left");
        Ok(())
    })
    .await
}

/// Those who wait ask so often that there are more queue pods soon; then fewer are allowed. Nobody's
/// request fails meanwhile, and nobody falls back.
async fn scaled_by_its_crowd(platform: &Platform, rented: &Rented) -> Result<()> {
    let namespace = format!("ddib-{}", rented.deal);
    let before = queue_pods(platform, &namespace).await?;
    let origin = platform.reach.origin(&format!("{}.ddib", rented.company.slug))?;
    let storefront = platform.reach.origin("ddib")?;
    let web = platform.reach.web(64);
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut waiting = JoinSet::new();
    for index in 0..WAITING {
        let mut jar = Jar::default();
        SignIn { portal: &storefront, person: &format!("crowd-{}", 500 + index) }
            .walk(&web, &mut jar)
            .await?;
        web.ask(&mut jar, &Ask::post(origin.join("/queue/enter")?, json!({}))).await?.accepted()?;
        let visitor = Waiting { web: web.clone(), jar, origin: origin.clone() };
        waiting.spawn(visitor.wait(Arc::clone(&stop), Arc::clone(&asked)));
    }
    until("there are more queue pods", async || {
        let now = queue_pods(platform, &namespace).await?;
        ensure!(now > before, "there are {now}");
        Ok(())
    })
    .await?;
    let more = queue_pods(platform, &namespace).await?;
    let refused = ["-n", &namespace, "get", "events", "--field-selector=reason=FailedCreate", "-o", "name"];
    let refused = platform.cluster.kubectl(&refused).await?;
    ensure!(refused.trim().is_empty(), "the quota refused pods: {refused}");

    let fewer = json!({"roles": {"queue": {"min": 1, "warm": 1, "max": 1}}});
    platform.patch_spec(&rented.deal, fewer).await?;
    until("there is one queue pod", async || {
        let now = queue_pods(platform, &namespace).await?;
        ensure!(now == 1, "there are {now}");
        Ok(())
    })
    .await?;
    stop.store(true, Ordering::Relaxed);
    while let Some(ended) = waiting.join_next().await {
        ended??;
    }
    println!(
        "queue pods went from {before} to {more} and to 1 under {} requests, none of which failed",
        asked.load(Ordering::Relaxed)
    );
    Ok(())
}

struct Waiting {
    web: Web,
    jar: Jar,
    origin: Url,
}

impl Waiting {
    /// Asks for its place again and again, and gives the place back at the end.
    async fn wait(mut self, stop: Arc<AtomicBool>, asked: Arc<AtomicU64>) -> Result<()> {
        let look = Ask::get(self.origin.join("/queue/position")?);
        let mut ahead = u64::MAX;
        while !stop.load(Ordering::Relaxed) {
            let position: Value = self.web.json(&mut self.jar, &look).await?;
            asked.fetch_add(1, Ordering::Relaxed);
            let now = position["ahead"].as_u64().with_context(|| format!("no place in {position}"))?;
            ensure!(now <= ahead, "fell back from {ahead} to {now}");
            ahead = now;
        }
        self.web.ask(&mut self.jar, &Ask::post(self.origin.join("/queue/leave")?, json!({}))).await?;
        Ok(())
    }
}

/// How many queue pods are ready.
async fn queue_pods(platform: &Platform, namespace: &str) -> Result<u32> {
    let ready = ["-n", namespace, "get", "deployment", "queue", "-o", "jsonpath={.status.readyReplicas}"];
    Ok(platform.cluster.kubectl(&ready).await?.trim().parse().unwrap_or(0))
}
