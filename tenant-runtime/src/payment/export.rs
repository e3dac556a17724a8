//! The way of events into the control plane's ledger: in order, in batches, again and again until
//! the ledger has them; only then are they dropped here. A process can die at any point of it: the
//! next one sends the same batch again, and the ledger ignores what it has.

use std::collections::HashMap;
use std::time::Duration;

use control_plane_core::ledger::{Acknowledged, BATCH_MAX, Batch, Entry, Head, RefundOrder};
use secrecy::ExposeSecret as _;
use tenant_runtime_core::ids::OrderId;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::chain::{self, Marks};
use super::refund;
use super::resolve::Ended;
use crate::error;
use crate::redis::StoreError;
use crate::state::Runtime;
use crate::step;

step!(ACKNOWLEDGED, "acknowledged");

/// How often the ledger is asked for refunds when there is nothing to tell it.
const NEWS_EVERY: Duration = Duration::from_secs(2);
/// How often new events are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const RETRY_MIN: Duration = Duration::from_millis(500);
const RETRY_MAX: Duration = Duration::from_secs(10);
/// How many refunds that the control plane asks for are carried out at once.
const REFUNDS_MAX: usize = 8;
/// How long a refund that the gateway declined is left alone.
const REFUSED_FOR: Duration = Duration::from_secs(60);
/// Of events, before they are quoted in a body, of which the ledger takes 2 MiB.
const BATCH_BYTES_MAX: usize = 1024 * 1024;
/// An answer names at most a few hundred refunds.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the ledger cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the ledger answers {status}: {body}")]
    Refused { status: u16, body: String },
    #[error("the ledger's answer cannot be read")]
    Unreadable,
    #[error("the ledger has {ledger} events and had acknowledged {ours}")]
    Behind { ledger: u64, ours: u64 },
    #[error("the ledger's digest after event {count} is not ours")]
    Disagrees { count: u64 },
}

/// What one exchange with the ledger brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// More events are already waiting.
    pub more: bool,
    /// What the control plane wants refunded.
    pub refunds: Vec<RefundOrder>,
}

pub(super) async fn run(runtime: &Runtime) {
    let mut asked = Asked::default();
    let mut retry = RETRY_MIN;
    while !runtime.shutdown.is_triggered() {
        match export_once(runtime).await {
            Ok(exchange) => {
                retry = RETRY_MIN;
                asked.carry_out(runtime, &exchange.refunds);
                if !exchange.more {
                    unless_shut_down(runtime, wait_for_events(runtime)).await;
                }
            }
            Err(failure) => {
                tracing::warn!(error = %error::chain(&failure), "events wait for the ledger");
                unless_shut_down(runtime, tokio::time::sleep(retry)).await;
                retry = (retry * 2).min(RETRY_MAX);
            }
        }
    }
    asked.finish().await;
}

async fn unless_shut_down(runtime: &Runtime, wait: impl Future<Output = ()>) {
    tokio::select! {
        () = wait => {}
        () = runtime.shutdown.triggered() => {}
    }
}

/// Until there are events to send, or it is time to ask for news.
async fn wait_for_events(runtime: &Runtime) {
    let news_at = Instant::now() + NEWS_EVERY;
    while Instant::now() < news_at {
        tokio::time::sleep(LOOK_EVERY).await;
        let mut look = redis::cmd("HMGET");
        look.arg(runtime.keys.books()).arg("sequence").arg("exported");
        // An error is reported by the exchange that follows.
        if runtime
            .store
            .read::<(Option<u64>, Option<u64>)>(&look)
            .await
            .is_ok_and(|(sequence, exported)| sequence > exported)
        {
            return;
        }
    }
}

/// Sends the next batch, even an empty one, and drops what the ledger has.
///
/// # Errors
/// Where Redis or the ledger is away, or the two do not agree: then nothing is dropped.
pub async fn export_once(runtime: &Runtime) -> Result<Exchange, ExportError> {
    let deal = &runtime.config.deal;
    let marks = chain::marks(deal, &chain::books(runtime).await?)?;
    let entries = chain::entries_after(runtime, &marks.exported).await?;
    let found = match chain::fold(&marks.exported, &entries) {
        Ok(_) => entries,
        // Another process has exported and dropped them since the books were read.
        Err(_) => Vec::new(),
    };
    let waiting = found.len();
    let batch = Batch { entries: within_bytes(found) };
    let acknowledged = post(runtime, &batch).await?;
    keep_up(runtime, &marks, &batch, &acknowledged.head).await?;
    let more = waiting == BATCH_MAX || waiting > batch.entries.len();
    Ok(Exchange { more, refunds: acknowledged.refunds })
}

/// As many entries as the ledger takes at once, and at least one.
fn within_bytes(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut bytes = 0;
    let fits = entries.iter().take_while(|entry| {
        bytes += entry.event.len();
        bytes <= BATCH_BYTES_MAX
    });
    let count = fits.count().max(1);
    entries.truncate(count);
    entries
}

async fn post(runtime: &Runtime, batch: &Batch) -> Result<Acknowledged, ExportError> {
    let desk = runtime.till.desk();
    let token = &runtime.secrets.payment.as_ref().expect("the payment role has its secrets").ledger_token;
    let mut response = desk
        .ledger
        .post(desk.ledger_events.clone())
        .bearer_auth(token.expose_secret())
        .json(batch)
        .send()
        .await
        .map_err(|error| ExportError::Unreachable(error.without_url()))?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(part) =
        response.chunk().await.map_err(|error| ExportError::Unreachable(error.without_url()))?
    {
        if body.len() + part.len() > ANSWER_BYTES_MAX {
            return Err(ExportError::Unreadable);
        }
        body.extend_from_slice(&part);
    }
    if !status.is_success() {
        let body = String::from_utf8_lossy(&body).chars().take(300).collect();
        return Err(ExportError::Refused { status: status.as_u16(), body });
    }
    serde_json::from_slice(&body).map_err(|_| ExportError::Unreadable)
}

/// Drops what the ledger has, but only where its digest is the one that we compute ourselves.
async fn keep_up(runtime: &Runtime, marks: &Marks, batch: &Batch, ledger: &Head) -> Result<(), ExportError> {
    if ledger.count < marks.exported.count {
        return Err(ExportError::Behind { ledger: ledger.count, ours: marks.exported.count });
    }
    let known = usize::try_from(ledger.count - marks.exported.count).unwrap_or(usize::MAX);
    let Some(entries) = batch.entries.get(..known) else {
        // Another process is ahead of us; it drops what it has seen acknowledged.
        return Ok(());
    };
    let ours = chain::fold(&marks.exported, entries)?;
    if ours != *ledger {
        return Err(ExportError::Disagrees { count: ledger.count });
    }
    let call = runtime.step(&ACKNOWLEDGED).key(runtime.keys.books()).key(runtime.keys.events());
    let _news: bool = call.arg(ours.count).arg(ours.digest).run().await?;
    Ok(())
}

/// The refunds that the control plane has asked for. It repeats itself until it hears of them, so
/// that nothing need be remembered here but what is under way and what was declined.
#[derive(Default)]
struct Asked {
    under_way: JoinSet<(OrderId, Result<Ended, StoreError>)>,
    refused: HashMap<OrderId, Instant>,
}

impl Asked {
    fn carry_out(&mut self, runtime: &Runtime, refunds: &[RefundOrder]) {
        while let Some(finished) = self.under_way.try_join_next() {
            self.note(finished);
        }
        self.refused.retain(|_, at| at.elapsed() < REFUSED_FOR);
        for wanted in refunds {
            let order = OrderId(wanted.order);
            if self.under_way.len() >= REFUNDS_MAX {
                return;
            }
            if self.refused.contains_key(&order) {
                continue;
            }
            let (runtime, reason) = (runtime.clone(), wanted.reason.clone());
            self.under_way.spawn(async move { (order, refund::carry_out(&runtime, order, &reason).await) });
        }
    }

    fn note(&mut self, finished: Result<(OrderId, Result<Ended, StoreError>), tokio::task::JoinError>) {
        match finished {
            Ok((order, Ok(Ended::RefundRefused))) => {
                self.refused.insert(order, Instant::now());
            }
            Ok((_, Ok(Ended::Decided | Ended::NoMoney | Ended::Open))) => {}
            Ok((order, Err(failure))) => {
                tracing::warn!(%order, error = %error::chain(&failure), "a refund waits for redis");
            }
            Err(panic) => tracing::error!(%panic, "a refund broke off; recovery finishes it"),
        }
    }

    async fn finish(mut self) {
        while self.under_way.join_next().await.is_some() {}
    }
}
