//! A crowd comes back from the gateway at one moment, and each approval takes the gateway a known time.
//! Nobody waits for anybody else's: the last is paid hardly later than the first.

use anyhow::{Context as _, Result, ensure};
use uuid::Uuid;

use super::payments::hold_body;
use crate::Effort;
use crate::crowd;
use crate::gateway::APPROVAL;
use crate::load::{Connection, request};
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

pub async fn run(effort: Effort) -> Result<Vec<Row>> {
    let gateway = Reference::start("slow-gateway").await?;
    let mut few = Vec::new();
    for _ in 0..effort.pairs {
        few.push(last_paid_ms(&gateway, FEW).await?);
    }
    let row = |name, runs: &[(f64, f64)], most| Row::from_pairs(SUITE, name, runs, Goal::AtMost(most));
    let mut rows = vec![row("1,000 approvals at once, last paid ms : one approval's", &few, 1.10)];
    if files_max()? >= 2 * u64::try_from(MANY)? + FILES_SPARE {
        let many = last_paid_ms(&gateway, MANY).await?;
        rows.push(row("9,000 approvals at once, last paid ms : one approval's", &[many], 1.8));
    }
    Ok(rows)
}

/// How many files this process, and one that it starts, may have open.
fn files_max() -> Result<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).context("no limit")?;
    Ok(line.split_whitespace().next().and_then(|soft| soft.parse().ok()).unwrap_or(u64::MAX))
}

/// From the moment at which all come back to the last answer, and what one approval takes, in ms. The deal
/// is a new one, whose process has no connections to the gateway but for those that announced the payments.
#[expect(clippy::float_arithmetic, reason = "a measurement, not money")]
async fn last_paid_ms(gateway: &Reference, shoppers: usize) -> Result<(f64, f64)> {
    let deal = Deal::start_changed(Durability::Always, |config| {
        config.payment.base_url = format!("http://{}", gateway.address);
    })
    .await?;
    let before = deal.books(deal.product).await?;
    let orders = announced(&deal, shoppers).await?;
    let ask = |order| request("GET", &format!("/payment/orders/{order}/approve?pg_token=agreed"), &[], "");
    let (address, requests) = (deal.address, orders.into_iter().map(ask).collect::<Vec<_>>());
    let last = tokio::task::spawn_blocking(move || crowd::until_last(address, &requests, 303)).await??;
    let after = deal.books(deal.product).await?;
    let paid = u64::try_from(shoppers)?;
    ensure!(
        after.left + paid == before.left
            && after.held == before.held
            && after.open_holds == before.open_holds,
        "{paid} were to be paid: {before:?} became {after:?}"
    );
    Ok((last.as_secs_f64() * 1e3, APPROVAL.as_secs_f64() * 1e3))
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
