//! The way of what was sold into the ledger: so many orders are paid each second, the exporter of the real
//! payment process sends them, and the books are the control plane's own, on a PostgreSQL.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tenant_runtime::orders::{self, approval};
use tenant_runtime::state::Runtime;
use tenant_runtime_core::ids::OrderId;
use uuid::Uuid;

use super::approvals::announced;
use crate::books::Books;
use crate::server::{Deal, Durability, LEDGER_TOKEN_BYTE, Reference};
use crate::table::{Goal, Row};

const SUITE: &str = "payments";
const PER_SECOND: u32 = 2_000;
const ORDERS: usize = 20_000;
/// Orders are paid in portions, one each of these moments.
const MOMENT: Duration = Duration::from_millis(10);
const EMPTY_WITHIN: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(60);

#[expect(clippy::float_arithmetic, reason = "a rate and a time, not money")]
pub async fn run(postgres: &str) -> Result<Vec<Row>> {
    let books = Books::open(postgres, Deal::NAME, &LEDGER_TOKEN_BYTE.repeat(32)).await?;
    let gateway = Reference::start("slow-gateway").await?;
    let deal = Deal::start_changed(Durability::Always, |config| {
        config.payment.base_url = format!("http://{}", gateway.address);
        config.ledger.base_url = format!("http://{}", books.address);
    })
    .await?;
    let orders = announced(&deal, ORDERS).await?;
    let runtime = deal.runtime().await?;
    let started = Instant::now();
    pay(&runtime, orders).await?;
    let last_paid = Instant::now();
    let rate = ORDERS as f64 / (last_paid - started).as_secs_f64();
    let ledger = loop {
        let ledger = books.ledger(Deal::NAME).await?;
        if usize::try_from(ledger.events)? == ORDERS {
            break ledger;
        }
        ensure!(last_paid.elapsed() < PATIENCE, "{} of {ORDERS} are in the ledger", ledger.events);
        tokio::time::sleep(MOMENT).await;
    };
    let empty = last_paid.elapsed();
    let gross = i64::try_from(ORDERS)? * 1_000;
    ensure!(ledger.gross == gross, "{gross} won were paid, the ledger has {}", ledger.gross);
    Ok(vec![
        Row::from_pairs(
            SUITE,
            "orders paid a second while exported : 2,000",
            &[(rate, f64::from(PER_SECOND))],
            Goal::AtLeast(0.99),
        ),
        Row::from_pairs(
            SUITE,
            "last order in the ledger, PostgreSQL, ms : 2 s",
            &[(empty.as_secs_f64() * 1e3, EMPTY_WITHIN.as_secs_f64() * 1e3)],
            Goal::AtMost(1.0),
        ),
    ])
}

/// Pays for all of them, [`PER_SECOND`] each second, by the real steps.
async fn pay(runtime: &Runtime, orders: Vec<Uuid>) -> Result<()> {
    let mut paying = tokio::task::JoinSet::new();
    let mut tick = tokio::time::interval(MOMENT);
    let portion = usize::try_from(PER_SECOND)? * usize::try_from(MOMENT.as_millis())? / 1_000;
    for orders in orders.chunks(portion) {
        tick.tick().await;
        for order in orders {
            let (runtime, order) = (runtime.clone(), OrderId(*order));
            paying.spawn(async move { pay_for(&runtime, order).await });
        }
    }
    while let Some(paid) = paying.join_next().await {
        paid??;
    }
    Ok(())
}

async fn pay_for(runtime: &Runtime, order: OrderId) -> Result<()> {
    let ready = orders::find(runtime, order).await?.context("an order is gone")?;
    ensure!(approval::approving(runtime, order, "agreed").await?.is_yes(), "{order} cannot be approved");
    let approving = ready.approve("agreed".to_owned(), runtime.now())?;
    let paid = approving.paid("MONEY".to_owned(), runtime.now())?;
    ensure!(approval::paid(runtime, &paid).await?.is_yes(), "{order} cannot be paid");
    Ok(())
}
