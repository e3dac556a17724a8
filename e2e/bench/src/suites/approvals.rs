//! A crowd comes back from the gateway at one moment, and each approval takes the gateway a known time.
//! Nobody waits for anybody else's: the last is paid hardly later than the first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::payments::hold_body;
use crate::load::{Connection, request};
use crate::reference::APPROVAL;
use crate::server::{Deal, Durability, ORIGIN, Reference};
use crate::table::{Goal, Row};

const SUITE: &str = "payments";
const FEW: usize = 1_000;
/// Each has a connection to us and we one to the gateway: the open files of one process are the limit.
const MANY: usize = 9_000;
/// Connections that prepare the orders.
const PREPARING: usize = 64;
/// For whatever a run does beside.
const FILES_SPARE: u64 = 500;

#[expect(clippy::float_arithmetic, reason = "a time, not money")]
pub async fn run() -> Result<Vec<Row>> {
    let gateway = Reference::start("slow-gateway").await?;
    let deal = Deal::start_changed(Durability::Always, |config| {
        config.payment.base_url = format!("http://{}", gateway.address);
    })
    .await?;
    let known = APPROVAL.as_secs_f64() * 1e3;
    let mut rows = vec![Row::from_pairs(
        SUITE,
        "1,000 approvals at once, last paid ms : one approval's",
        &[(last_paid_ms(&deal, FEW).await?, known)],
        Goal::AtMost(1.10),
    )];
    if files_max()? >= 2 * u64::try_from(MANY)? + FILES_SPARE {
        rows.push(Row::from_pairs(
            SUITE,
            "9,000 approvals at once, last paid ms : one approval's",
            &[(last_paid_ms(&deal, MANY).await?, known)],
            Goal::AtMost(1.8),
        ));
    }
    Ok(rows)
}

/// How many files this process, and one that it starts, may have open.
fn files_max() -> Result<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).context("no limit")?;
    Ok(line.split_whitespace().next().and_then(|soft| soft.parse().ok()).unwrap_or(u64::MAX))
}

/// From the moment at which all come back to the last answer, in ms.
#[expect(clippy::float_arithmetic, reason = "a measurement, not money")]
async fn last_paid_ms(deal: &Deal, shoppers: usize) -> Result<f64> {
    let before = deal.books(deal.product).await?;
    let orders = announced(deal, shoppers).await?;
    // All are connected before anybody begins.
    let start = Arc::new(Barrier::new(shoppers + 1));
    let mut paying = tokio::task::JoinSet::new();
    for order in orders {
        let (start, address) = (Arc::clone(&start), deal.address);
        paying.spawn(async move {
            let connection = Connection::open(address).await;
            start.wait().await;
            let path = format!("/payment/orders/{order}/approve?pg_token=agreed");
            let answer = connection?.ask(&request("GET", &path, &[], "")).await?;
            ensure!(answer.status == 303, "an approval was answered with {}", answer.status);
            Ok(Instant::now())
        });
    }
    start.wait().await;
    let begun = Instant::now();
    let mut last = Duration::ZERO;
    while let Some(paid) = paying.join_next().await {
        last = last.max(paid??.saturating_duration_since(begun));
    }
    let after = deal.books(deal.product).await?;
    let paid = u64::try_from(shoppers)?;
    ensure!(
        after.left + paid == before.left
            && after.held == before.held
            && after.open_holds == before.open_holds,
        "{paid} were to be paid: {before:?} became {after:?}"
    );
    Ok(last.as_secs_f64() * 1e3)
}

/// Orders of one piece each, whose shoppers are at the gateway.
pub async fn announced(deal: &Deal, shoppers: usize) -> Result<Vec<Uuid>> {
    let preparing = (0..PREPARING).map(|number| async move {
        let mut connection = Connection::open(deal.address).await?;
        let share = shoppers / PREPARING + usize::from(number < shoppers % PREPARING);
        let mut orders = Vec::with_capacity(share);
        for cookies in deal.admit(&mut connection, share).await? {
            let key = format!("Idempotency-Key: {}", Uuid::new_v4());
            let hold = request("POST", "/shop/holds", &[&cookies, ORIGIN, &key], &hold_body(deal.product));
            let held = connection.ask(&hold).await?;
            ensure!(held.status == 201, "a hold was answered with {}", held.status);
            let order: serde_json::Value = serde_json::from_slice(&held.body)?;
            let order: Uuid = order["id"].as_str().context("no id")?.parse()?;
            let path = format!("/payment/orders/{order}/ready");
            let ready = connection.ask(&request("POST", &path, &[&cookies, ORIGIN], "{}")).await?;
            ensure!(ready.status == 200, "an announcement was answered with {}", ready.status);
            orders.push(order);
        }
        anyhow::Ok(orders)
    });
    Ok(futures_util::future::try_join_all(preparing).await?.into_iter().flatten().collect())
}
