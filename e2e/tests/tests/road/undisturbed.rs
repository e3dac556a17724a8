//! The road as it should be: 500 shoppers, stock for fewer, and books that agree at the end.

use anyhow::{Context as _, Result, ensure};
use e2e_platform::seed::data::{Company, PaymentProvider};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::stage::{SHOP, SHOP_AT_TOSS, STOCK, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_shoppers_from_the_rental_to_the_books() -> Result<()> {
    from_the_rental_to_the_books(&SHOP, 500, false).await
}

/// The same at the other payment provider, and each shopper works for a place.
#[tokio::test(flavor = "multi_thread")]
async fn a_company_at_toss_from_the_rental_to_the_books() -> Result<()> {
    from_the_rental_to_the_books(&SHOP_AT_TOSS, 150, true).await
}

#[expect(clippy::print_stdout, reason = "the verdict of a long road is worth reading")]
async fn from_the_rental_to_the_books(shop: &'static Company, shoppers: u32, works: bool) -> Result<()> {
    let mut stage = Stage::set().await?;
    let mut owner = stage.owner_of(shop).await?;
    let rental = stage.rent(&mut owner, SignedDuration::from_secs(75)).await?;
    let base = format!("/api/v1/companies/{}/rentals/{}", owner.id, rental.id);
    let mut company = stage.visitor("bidd", shop.owner).await?;
    if works {
        let rental = company.patch(&format!("{base}/live"), json!({"proofOfWork": true})).await?;
        ensure!(rental["proofOfWork"] == json!(true), "nobody has to work: {rental}");
    }

    let mut crowd = stage.harness.crowd("dalbit", shoppers)?;
    crowd.seed = Some(7);
    crowd.mix.within = std::time::Duration::from_secs(15);
    let verdict = e2e_platform::crowd::run(&crowd, &stage.clock).await?;
    println!("{verdict}");
    ensure!(verdict.clean, "the books do not agree: {:?}", verdict.remarks);
    ensure!(verdict.arrived == u64::from(shoppers), "only {} arrived", verdict.arrived);
    ensure!(verdict.gave_up == 0, "{} gave up: {:?}", verdict.gave_up, verdict.remarks);
    ensure!(verdict.bought > 0 && verdict.sold <= STOCK, "{} sold of {STOCK}", verdict.sold);

    owner.until(&rental, &["completed"], &stage.clock, SignedDuration::from_secs(240)).await?;
    stage.expect_torn_down(&verdict.deal)?;

    let report = company.get(&format!("{base}/settlement")).await?;
    ensure!(report["agrees"] == json!(true), "the ledger and the deal disagree: {report}");
    let (paid, refunded) = totals(&mut company, &base).await?;
    ensure!(report["gross"] == json!(paid + refunded), "gross of {report} is not {}", paid + refunded);
    ensure!(report["refunds"] == json!(refunded), "refunds of {report} are not {refunded}");
    ensure!(report["net"] == json!(paid), "net of {report} is not {paid}");
    ensure!(refunded > 0, "nobody of {shoppers} asked for the money back while the deal ran");
    kept_at_gateway(&stage, &mut company, shop, paid).await?;
    refund_afterwards(&stage, &mut company, shop, &base).await?;
    stage.harness.interrupt().await?;
    stage.harness.close().await
}

/// Won in orders that are paid, and in orders that were refunded, page by page.
async fn totals(company: &mut crate::stage::Visitor, base: &str) -> Result<(i64, i64)> {
    let (mut paid, mut refunded) = (0, 0);
    for order in orders(company, base).await? {
        let amount = order["amount"].as_i64().context("an order without an amount")?;
        match order["state"].as_str() {
            Some("paid") => paid += amount,
            Some("refunded") => refunded += amount,
            other => anyhow::bail!("an order is {other:?} after the settlement"),
        }
    }
    Ok((paid, refunded))
}

async fn orders(company: &mut crate::stage::Visitor, base: &str) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = company.get(&format!("{base}/orders?limit=100{cursor}")).await?;
        all.extend(page["items"].as_array().context("no items")?.iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(all),
        }
    }
}

/// The deal's server is gone; the company gives one shopper the money back all the same.
async fn refund_afterwards(
    stage: &Stage,
    company: &mut crate::stage::Visitor,
    shop: &Company,
    base: &str,
) -> Result<()> {
    let all = orders(company, base).await?;
    let order = all.iter().find(|order| order["state"] == json!("paid")).context("nothing was sold")?;
    let id = order["id"].as_str().context("an order without an id")?;
    let owner = base.split("/rentals").next().context("no company in the path")?;
    company.post(&format!("{owner}/orders/{id}/refund"), json!({"reason": "재고 확인 착오"})).await?;
    let mine = |page: &Value| {
        let items = page["items"].as_array().cloned().unwrap_or_default();
        items.iter().any(|order| order["id"] == json!(id) && order["state"] == json!("refunded"))
    };
    company.until(&format!("{base}/orders?limit=100"), mine).await?;
    let truth = company.get(&gateway(stage, shop, &format!("order={id}"))?).await?;
    let gone = match shop.provider {
        PaymentProvider::KakaoPay => "CANCEL_PAYMENT",
        PaymentProvider::Toss => "CANCELED",
    };
    ensure!(truth["items"][0]["status"] == json!(gone), "the gateway still has the money: {truth}");
    Ok(())
}

/// Where the simulator says what really became of the shop's payments.
fn gateway(stage: &Stage, shop: &Company, query: &str) -> Result<String> {
    let (list, account) = match shop.provider {
        PaymentProvider::KakaoPay => ("payments", "cid"),
        PaymentProvider::Toss => ("toss/payments", "clientKey"),
    };
    let kakao = stage.settings()?.kakao_url();
    Ok(format!("{kakao}/_sim/{list}?{account}={}&{query}", shop.merchant_id))
}

/// The gateway has kept what the settlement says that it has, to the won.
async fn kept_at_gateway(
    stage: &Stage,
    company: &mut crate::stage::Visitor,
    shop: &Company,
    net: i64,
) -> Result<()> {
    let truth = company.get(&gateway(stage, shop, "limit=1000")?).await?;
    let payments = truth["items"].as_array().context("no payments")?;
    let taken = |status: &Value| {
        let status = status.as_str().unwrap_or_default();
        matches!(status, "SUCCESS_PAYMENT" | "PART_CANCEL_PAYMENT" | "DONE" | "PARTIAL_CANCELED")
    };
    let kept: i64 = payments
        .iter()
        .filter(|payment| taken(&payment["status"]))
        .filter_map(|payment| Some(payment["total"].as_i64()? - payment["cancelled"].as_i64()?))
        .sum();
    ensure!(kept == net, "the gateway has {kept} won, the settlement says {net}");
    Ok(())
}
