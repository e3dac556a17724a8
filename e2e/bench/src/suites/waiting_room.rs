//! What a waiting shopper costs.

use anyhow::{Result, ensure};

use crate::Effort;
use crate::load::{self, Connection, request};
use crate::server::{BareAxum, Deal, Durability, ORIGIN};
use crate::table::{Goal, Row};

const SUITE: &str = "waiting-room";
const CONNECTIONS: usize = 64;
/// Shoppers' tokens signed ahead for each connection, so that signing is not what is measured.
const TOKENS_PER_CONNECTION: usize = 2_000;

pub async fn run(effort: Effort) -> Result<Vec<Row>> {
    let deal = Deal::start(Durability::Always).await?;
    let bare = BareAxum::start().await?;
    let mut rows = position(&deal, &bare, effort).await?;
    rows.push(entering(&deal, &bare, effort).await?);
    Ok(rows)
}

/// Asking for one's position, against a server that does nothing; and the Redis calls it causes.
async fn position(deal: &Deal, bare: &BareAxum, effort: Effort) -> Result<Vec<Row>> {
    let mut connection = Connection::open(deal.address).await?;
    let mut requests = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let cookie = deal.enter(&mut connection).await?;
        requests.push(request("GET", "/queue/position", &[&cookie], ""));
    }
    let hello = request("GET", "/", &[], "");
    let mut pairs = Vec::new();
    let mut polls = 0_u64;
    for _ in 0..effort.pairs {
        let ask = requests.clone();
        let asked =
            load::closed(deal.address, CONNECTIONS, effort.length, move |c, _| ask[c].clone()).await?;
        ensure!(asked.refused == 0, "{} polls of {} were refused", asked.refused, asked.answered);
        polls += asked.answered;
        let hello = hello.clone();
        let reference =
            load::closed(bare.address, CONNECTIONS, effort.length, move |_, _| hello.clone()).await?;
        pairs.push((asked.per_second(), reference.per_second()));
    }
    let idle = redis_calls_while(deal, effort, &[]).await?;
    let busy = redis_calls_while(deal, effort, &requests).await?;
    ensure!(polls > 0, "nothing was measured");
    Ok(vec![
        Row::from_pairs(SUITE, "position/s, 64 connections : bare axum", &pairs, Goal::AtLeast(0.70)),
        Row::from_pairs(SUITE, "Redis calls/s while polled : while idle", &[(busy, idle)], Goal::AtMost(1.2)),
    ])
}

/// Redis calls a second, with these requests running or with none.
#[expect(clippy::float_arithmetic, reason = "a rate, not money")]
async fn redis_calls_while(deal: &Deal, effort: Effort, requests: &[Vec<u8>]) -> Result<f64> {
    let before = deal.redis.calls().await?;
    if requests.is_empty() {
        tokio::time::sleep(effort.length).await;
    } else {
        let requests = requests.to_vec();
        load::closed(deal.address, CONNECTIONS, effort.length, move |c, _| requests[c].clone()).await?;
    }
    let calls = deal.redis.calls().await? - before;
    Ok(calls as f64 / effort.length.as_secs_f64())
}

/// Entering the waiting room with a token of one's own, durable.
async fn entering(deal: &Deal, bare: &BareAxum, effort: Effort) -> Result<Row> {
    let mut pairs = Vec::new();
    for _ in 0..effort.pairs {
        let mut requests = Vec::with_capacity(CONNECTIONS * TOKENS_PER_CONNECTION);
        for _ in 0..CONNECTIONS * TOKENS_PER_CONNECTION {
            requests.push(request("POST", "/queue/enter", &[&deal.shopper_cookie()?, ORIGIN], "{}"));
        }
        let ask = move |c: usize, n: u64| {
            let n = usize::try_from(n).unwrap_or(0) % TOKENS_PER_CONNECTION;
            requests[c * TOKENS_PER_CONNECTION + n].clone()
        };
        let ask = std::sync::Arc::new(ask);
        let entered = load::closed(deal.address, CONNECTIONS, effort.length, move |c, n| ask(c, n)).await?;
        ensure!(entered.refused == 0, "{} of {} entries were refused", entered.refused, entered.answered);
        let hello = request("GET", "/", &[], "");
        let reference =
            load::closed(bare.address, CONNECTIONS, effort.length, move |_, _| hello.clone()).await?;
        pairs.push((entered.per_second(), reference.per_second()));
    }
    Ok(Row::from_pairs(
        SUITE,
        "entering/s, 64 connections, fsync always : bare axum",
        &pairs,
        Goal::AtLeast(0.60),
    ))
}
