//! What a waiting shopper costs.

use std::sync::Arc;

use anyhow::{Result, ensure};
use tenant_runtime::queue::steps;
use tenant_runtime_core::ticket::{Ticket, TicketKey};
use uuid::Uuid;

use crate::Effort;
use crate::load::{self, request};
use crate::open;
use crate::reference::LATE;
use crate::server::{DEAL_KEY, Deal, Durability, ORIGIN, Reference};
use crate::table::{Goal, Row};

const SUITE: &str = "waiting-room";
const CONNECTIONS: usize = 64;
const MANY_CONNECTIONS: usize = 512;
/// Shoppers' tokens signed ahead for a measurement, so that signing is not what is measured.
const TOKENS: usize = 150_000;
/// Places inside: nearly everybody waits.
const INSIDE_MAX: u32 = 10;
const FEW: u64 = 10_000;
const MILLION: u64 = 1_000_000;

pub async fn run(effort: Effort) -> Result<Vec<Row>> {
    let deal = Deal::start_with(Durability::Always, INSIDE_MAX).await?;
    let axum = Reference::start("bare-axum").await?;
    let epoll = Reference::start("bare-epoll").await?;
    let mut rows = vec![generator(&axum).await?];
    rows.extend(entering(&deal, &axum, effort).await?);
    rows.push(arrivals(&deal).await?);
    rows.extend(position(&deal, &epoll, &axum, effort).await?);
    drop(deal);
    rows.extend(million(effort).await?);
    Ok(rows)
}

/// The generator against an answer that takes a known time, at a rate that it can bear.
#[expect(clippy::float_arithmetic, reason = "latencies, not money")]
async fn generator(axum: &Reference) -> Result<Row> {
    let late = request("GET", "/late", &[], "");
    let measured = open::run(axum.address, CONNECTIONS, 1_500, 4_500, move |_| late.clone()).await?;
    let known = LATE.as_secs_f64() * 1000.0;
    let pair = (measured.permille_ms(500), known);
    ensure!(pair.0 >= known, "an answer that takes {known} ms was measured at {} ms", pair.0);
    Ok(Row::from_pairs(
        SUITE,
        "generator: median ms of an answer that takes 20 ms",
        &[pair],
        Goal::AtMost(1.2),
    ))
}

/// Asking for one's position, against servers that do nothing; and the Redis calls it causes.
async fn position(deal: &Deal, epoll: &Reference, axum: &Reference, effort: Effort) -> Result<Vec<Row>> {
    let requests = polls(FEW);
    let hello = request("GET", "/", &[], "");
    let (mut to_epoll, mut to_axum) = (Vec::new(), Vec::new());
    for _ in 0..effort.pairs {
        let asked = poll(deal, &requests, effort).await?;
        let mut references = [0.0; 2];
        for (reference, rate) in [epoll, axum].into_iter().zip(&mut references) {
            let hello = hello.clone();
            let run = load::closed(reference.address, CONNECTIONS, effort.length, move |_, _| hello.clone());
            *rate = run.await?.per_second();
        }
        to_epoll.push((asked, references[0]));
        to_axum.push((asked, references[1]));
    }
    let idle = redis_calls_while(deal, effort, &[]).await?;
    let busy = redis_calls_while(deal, effort, &requests).await?;
    Ok(vec![
        Row::from_pairs(SUITE, "position/s, 64 connections : bare epoll", &to_epoll, Goal::AtLeast(0.70)),
        Row::from_pairs(SUITE, "position/s, 64 connections : bare axum", &to_axum, Goal::AtLeast(0.87)),
        Row::from_pairs(SUITE, "Redis calls/s while polled : while idle", &[(busy, idle)], Goal::AtMost(1.2)),
    ])
}

/// Requests for a position with tickets from the first to the last of so many.
fn polls(tickets: u64) -> Arc<Vec<Vec<u8>>> {
    let key = TicketKey::new(&DEAL_KEY, Deal::NAME);
    let asked = u64::try_from(CONNECTIONS).unwrap_or(1);
    let poll = |n: u64| {
        let ticket = Ticket { shopper: Uuid::from_u128(n.into()), index: n * tickets / asked, nonce: n };
        request("GET", "/queue/position", &[&format!("Cookie: ticket={}", key.sign(&ticket))], "")
    };
    Arc::new((0..asked).map(poll).collect())
}

/// Polls answered a second.
async fn poll(deal: &Deal, requests: &Arc<Vec<Vec<u8>>>, effort: Effort) -> Result<f64> {
    let ask = Arc::clone(requests);
    let asked = load::closed(deal.address, CONNECTIONS, effort.length, move |c, _| ask[c].clone()).await?;
    ensure!(asked.refused == 0, "{} polls of {} were refused", asked.refused, asked.answered);
    Ok(asked.per_second())
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

/// Entering the waiting room with a token of one's own, durable; and the Redis calls it takes.
async fn entering(deal: &Deal, axum: &Reference, effort: Effort) -> Result<Vec<Row>> {
    let hello = request("GET", "/", &[], "");
    let (mut rates, mut calls, mut many) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.pairs {
        let (rate, per_join) = enter(deal, CONNECTIONS, effort).await?;
        calls.push((per_join, 1.0));
        many.push((enter(deal, MANY_CONNECTIONS, effort).await?.1, 1.0));
        let hello = hello.clone();
        let reference =
            load::closed(axum.address, CONNECTIONS, effort.length, move |_, _| hello.clone()).await?;
        rates.push((rate, reference.per_second()));
    }
    Ok(vec![
        Row::from_pairs(SUITE, "entering/s, 64 connections, always : bare axum", &rates, Goal::AtLeast(0.60)),
        Row::from_pairs(SUITE, "Redis calls per entering, 64 connections", &calls, Goal::AtMost(0.2)),
        Row::from_pairs(SUITE, "Redis calls per entering, 512 connections", &many, Goal::AtMost(0.05)),
    ])
}

/// How many entered a second, and how many Redis calls each took.
#[expect(clippy::float_arithmetic, reason = "rates, not money")]
async fn enter(deal: &Deal, connections: usize, effort: Effort) -> Result<(f64, f64)> {
    let tokens = sign_in(deal, TOKENS)?;
    let each = TOKENS / connections;
    let ask = move |c: usize, n: u64| {
        let n = usize::try_from(n).unwrap_or(0) % each;
        request("POST", "/queue/enter", &[&tokens[c * each + n], ORIGIN], "{}")
    };
    let before = deal.redis.scripts().await?;
    let entered = load::closed(deal.address, connections, effort.length, ask).await?;
    ensure!(entered.refused == 0, "{} of {} entries were refused", entered.refused, entered.answered);
    let calls = deal.redis.scripts().await? - before;
    Ok((entered.per_second(), calls as f64 / entered.answered as f64))
}

fn sign_in(deal: &Deal, shoppers: usize) -> Result<Arc<Vec<String>>> {
    Ok(Arc::new((0..shoppers).map(|_| deal.shopper_cookie()).collect::<Result<_>>()?))
}

/// Ten thousand arrivals in ten seconds, from their intended start: the 99th percentile in ms.
async fn arrivals(deal: &Deal) -> Result<Row> {
    let arrivals = 10_000;
    let tokens = sign_in(deal, arrivals)?;
    let ask = move |n: usize| request("POST", "/queue/enter", &[&tokens[n], ORIGIN], "{}");
    let measured = open::run(deal.address, 256, 1_000, arrivals, ask).await?;
    ensure!(measured.refused == 0, "{} of {arrivals} arrivals were refused", measured.refused);
    let pair = (measured.permille_ms(990), 100.0);
    Ok(Row::from_pairs(SUITE, "10,000 arrivals in 10 s, p99 ms : 100 ms", &[pair], Goal::AtMost(1.0)))
}

/// What changes between ten thousand and a million who wait: nothing but Redis' memory.
#[expect(clippy::float_arithmetic, reason = "rates and sizes, not money")]
async fn million(effort: Effort) -> Result<Vec<Row>> {
    let small = Deal::start_with(Durability::Off, INSIDE_MAX).await?;
    let large = Deal::start_with(Durability::Off, INSIDE_MAX).await?;
    fill(&small, FEW).await?;
    let empty = large.redis.used_memory().await?;
    fill(&large, MILLION).await?;
    let each = (large.redis.used_memory().await? - empty) as f64 / MILLION as f64;
    let (few, many) = (polls(FEW), polls(MILLION));
    let mut rates = Vec::new();
    for _ in 0..effort.pairs {
        rates.push((poll(&large, &many, effort).await?, poll(&small, &few, effort).await?));
    }
    let resident = (large.resident_kib()? as f64, small.resident_kib()? as f64);
    // As many as are asked for, or what two thirds of this machine's generator can do.
    let ready = rates.iter().map(|(rate, _)| *rate).fold(f64::MAX, f64::min);
    let per_second = 50_000_u32.min((ready * 0.66) as u32);
    let total = per_second as usize * 30;
    let measured =
        open::run(large.address, CONNECTIONS * 4, per_second, total, move |n| many[n % CONNECTIONS].clone())
            .await?;
    ensure!(measured.refused == 0, "{} of {total} polls were refused", measured.refused);
    let sent = (measured.per_second(), 50_000.0);
    let p99 = (measured.permille_ms(990), 50.0);
    Ok(vec![
        Row::from_pairs(SUITE, "position/s, a million tickets : ten thousand", &rates, Goal::AtLeast(0.95)),
        Row::from_pairs(
            SUITE,
            "open loop 30 s, a million tickets, polls/s : 50,000",
            &[sent],
            Goal::AtLeast(0.99),
        ),
        Row::from_pairs(
            SUITE,
            "open loop 30 s, a million tickets, p99 ms : 50 ms",
            &[p99],
            Goal::AtMost(1.0),
        ),
        Row::from_pairs(
            SUITE,
            "Redis bytes a waiting shopper, a million : 103",
            &[(each, 103.0)],
            Goal::AtMost(0.39),
        ),
        Row::from_pairs(
            SUITE,
            "runtime's memory KiB, a million : ten thousand",
            &[resident],
            Goal::AtMost(1.1),
        ),
    ])
}

/// Lets so many shoppers in through the real step, without HTTP around it.
async fn fill(deal: &Deal, shoppers: u64) -> Result<()> {
    const TOGETHER: u64 = 20_000;
    let runtime = deal.runtime().await?;
    for first in (0..shoppers).step_by(usize::try_from(TOGETHER)?) {
        let mut entering = tokio::task::JoinSet::new();
        for _ in first..(first + TOGETHER).min(shoppers) {
            let runtime = runtime.clone();
            entering.spawn(async move { steps::enter(&runtime, Uuid::new_v4(), [0; 16], None).await });
        }
        for entered in entering.join_all().await {
            entered?;
        }
    }
    // The runtime's own process looks again.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    Ok(())
}
