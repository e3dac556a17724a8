//! The road on real pods: two companies rent, one that is paid through KakaoPay and one through Toss
//! whose shoppers work for their places, their crowds come through the cluster's edge, and when it is
//! over the books agree and nothing is left.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use crds::Phase;
use e2e_platform::client::{Ask, Jar, SignIn};
use e2e_platform::seed::data::Company;
use jiff::SignedDuration;
use reqwest::Url;
use serde_json::{Value, json};

use crate::platform::{NAMESPACE, Platform, Rented, until};
use crate::shops::{BOOKS, LAMPS};

const LENGTH: SignedDuration = SignedDuration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn two_deals_side_by_side_from_the_rental_to_the_books() -> Result<()> {
    let Some(platform) = Platform::take().await? else { return Ok(()) };
    platform.cluster.helm(&["test", "bidd", "--namespace", NAMESPACE, "--timeout", "2m"]).await?;
    let mut books = platform.rent(&BOOKS, "달빛 심야 서점", LENGTH).await?;
    let mut lamps = platform.rent(&LAMPS, "머리맡 무드등", LENGTH).await?;
    explained(&platform, &books.deal).await?;
    let ready = format!("timedeal/{}", books.deal);
    platform.cluster.kubectl(&["wait", "--for=condition=Ready", &ready, "--timeout=180s"]).await?;

    let crowd = |company: &Company, shoppers, seed| {
        let mut options = platform.crowd(company.slug, shoppers, seed);
        options.mix.within = Duration::from_secs(15);
        let clock = platform.clock.clone();
        tokio::spawn(async move { e2e_platform::crowd::run(&options, &clock).await })
    };
    // One crowd is there before its doors open, the other finds them open.
    let early = crowd(&BOOKS, 400, 7);
    strangers_are_refused(&platform, &lamps, &books).await?;
    let at_toss = kept_at_toss(&platform, &LAMPS).await?;
    places_are_worked_for(&platform, &mut lamps).await?;
    let late = crowd(&LAMPS, 120, 8);
    for (crowd, rented) in [(early, &books), (late, &lamps)] {
        let verdict = crowd.await??;
        println!("{verdict}");
        ensure!(verdict.clean, "the books do not agree: {:?}", verdict.remarks);
        ensure!(verdict.gave_up == 0, "{} gave up: {:?}", verdict.gave_up, verdict.remarks);
        ensure!(verdict.bought > 0 && verdict.sold <= rented.stock(), "{} were sold", verdict.sold);
    }
    for rented in [&mut books, &mut lamps] {
        rented.completed(&platform.clock).await?;
        settled(&platform, rented).await?;
        platform.expect_gone(&rented.deal).await?;
    }
    let settlement = platform.status(&lamps.deal).await?.settlement.context("no settlement")?;
    let kept = kept_at_toss(&platform, &LAMPS).await? - at_toss;
    ensure!(kept > 0 && kept == settlement.net.0, "Toss has {kept} won, the settlement says {settlement:?}");
    Ok(())
}

/// The company asks for a proof of work while its doors are open, and soon nobody gets a place without.
async fn places_are_worked_for(platform: &Platform, rented: &mut Rented) -> Result<()> {
    rented.owner.change_live(&rented.rental, json!({"proofOfWork": true})).await?;
    let deal = platform.reach.origin(&format!("{}.ddib", rented.company.slug))?;
    let web = platform.reach.web(1);
    let mut jar = Jar::default();
    let portal = platform.reach.origin("ddib")?;
    SignIn { portal: &portal, person: "1003" }.walk(&web, &mut jar).await?;
    until("places are worked for", async || {
        let status: Value = web.json(&mut jar, &Ask::get(deal.join("/queue/status")?)).await?;
        ensure!(status["proofOfWork"] == json!(true), "nobody has to work yet: {status}");
        let enter = Ask::post(deal.join("/queue/enter")?, json!({}));
        let refused = web.ask(&mut jar, &enter).await?;
        ensure!(refused.code() == "proof_required", "a place for nothing: {}", refused.status);
        Ok(())
    })
    .await
}

/// What Toss has of a company's money in truth, in won.
async fn kept_at_toss(platform: &Platform, company: &Company) -> Result<i64> {
    let mut url = platform.reach.kakao().join("/_sim/toss/payments")?;
    url.query_pairs_mut().append_pair("clientKey", company.merchant_id).append_pair("limit", "1000");
    let payments: Value = platform.reach.web(1).json(&mut Jar::default(), &Ask::get(url)).await?;
    let payments = payments["items"].as_array().context("no payments")?;
    let taken = |payment: &&Value| matches!(payment["status"].as_str(), Some("DONE" | "PARTIAL_CANCELED"));
    let kept = |payment: &Value| Some(payment["total"].as_i64()? - payment["cancelled"].as_i64()?);
    payments.iter().filter(taken).map(kept).sum::<Option<i64>>().context("a payment without an amount")
}

/// What an admin sees who asks.
async fn explained(platform: &Platform, deal: &str) -> Result<()> {
    let explained = platform.cluster.kubectl(&["explain", "timedeal.spec.window"]).await?;
    ensure!(explained.contains("opensAt") && explained.contains("DESCRIPTION"), "{explained}");
    let listed = platform.cluster.kubectl(&["get", "td", deal]).await?;
    for column in ["COMPANY", "PHASE", "OPENS", "CLOSES", "READY", "SOLD", "AGE"] {
        ensure!(listed.contains(column), "no {column} in {listed}");
    }
    Ok(())
}

/// What one deal has given to a shopper is worth nothing at another, though the same person stands
/// there with a token that both accept.
async fn strangers_are_refused(platform: &Platform, here: &Rented, there: &Rented) -> Result<()> {
    for rented in [here, there] {
        platform.until_phase(&rented.deal, Phase::Open).await?;
    }
    let web = platform.reach.web(4);
    let mut jar = Jar::default();
    let portal = platform.reach.origin("ddib")?;
    SignIn { portal: &portal, person: "1003" }.walk(&web, &mut jar).await?;
    let origin = |rented: &Rented| platform.reach.origin(&format!("{}.ddib", rented.company.slug));
    let (here, there) = (origin(here)?, origin(there)?);

    let entered = web.ask(&mut jar, &Ask::post(here.join("/queue/enter")?, json!({}))).await?.accepted()?;
    let mut carried = Jar::default();
    carried.keep(&there, &entered.headers);
    let refused = web.ask(&mut carried, &Ask::get(there.join("/queue/position")?)).await?;
    ensure!(refused.code() == "ticket_invalid", "a foreign ticket: {} {}", refused.status, refused.code());

    let claim = Ask::post(here.join("/queue/pass")?, json!({}));
    let mut pass = None;
    until("the stranger is called", async || {
        pass = Some(web.ask(&mut jar, &claim).await?.accepted()?);
        Ok(())
    })
    .await?;
    carried.keep(&there, &pass.context("no pass")?.headers);
    let form = json!({
        "product": uuid::Uuid::nil(),
        "quantity": 1,
        "delivery": {
            "recipient": "박지민", "phone": "+821020000000", "postcode": "04524",
            "line1": "서울특별시 중구 세종대로 110", "line2": "", "note": "",
        },
    });
    let hold = |origin: &Url| -> Result<Ask> {
        Ok(Ask::post(origin.join("/shop/holds")?, form.clone()).keyed("a-foreign-pass"))
    };
    let refused = web.ask(&mut carried, &hold(&there)?).await?;
    ensure!(refused.code() == "pass_invalid", "a foreign pass: {} {}", refused.status, refused.code());
    let at_home = web.ask(&mut jar, &hold(&here)?).await?;
    ensure!(at_home.code() == "product_unknown", "its own pass: {} {}", at_home.status, at_home.code());
    web.ask(&mut jar, &Ask::post(here.join("/queue/leave")?, json!({}))).await?.accepted()?;
    Ok(())
}

/// What the status says at the end is what the ledger says, and how long it took.
pub async fn settled(platform: &Platform, rented: &Rented) -> Result<()> {
    let mut status = platform.status(&rented.deal).await?;
    until("the deal is over", async || {
        status = platform.status(&rented.deal).await?;
        ensure!(status.phase == Phase::Completed, "it is {}", status.phase);
        Ok(())
    })
    .await?;
    let settlement = status.settlement.as_ref().context("no settlement")?;
    ensure!(settlement.events > 0 && settlement.digest.len() == 64, "{settlement:?}");
    let took = |from: Option<jiff::Timestamp>, to: Option<jiff::Timestamp>| {
        from.zip(to).map_or(f64::NAN, |(from, to)| (to - from).total(jiff::Unit::Second).unwrap_or(f64::NAN))
    };
    println!(
        "{}: from provisioned to warm {:.1} s, from closed to nothing left {:.1} s",
        rented.deal,
        took(status.provisioned_at, status.warm_at),
        took(status.closed_at, status.completed_at)
    );
    Ok(())
}
