//! Follows what becomes of the deals: the status of each `TimeDeal` is copied to its rental, and once
//! a deal is settled or over its ledger is closed and open refunds become the platform's. Deals that
//! no rental made are adopted on the way.

use std::collections::HashMap;
use std::time::Duration;

use control_plane_core::rental::{Rental, code};
use crds::{Phase, TimeDeal};
use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, Set,
};
use tokio_util::sync::CancellationToken;

use super::adoption;
use crate::error;
use crate::jobs::{self, JobError, Kind};
use crate::ledger::append;
use crate::ledger::entity::{ledger, refund};
use crate::rentals::entity::{Column, Entity, Model, Observed};
use crate::rentals::store;
use crate::state::AppState;
use crate::time::Micros;

/// How often to look where nothing is said to have changed.
const PERIOD: Duration = Duration::from_secs(5);
/// The most often.
const PAUSE: Duration = Duration::from_millis(200);

/// Follows until `stop`.
pub async fn run(state: AppState, stop: CancellationToken) {
    let mut changed = state.cluster.changed();
    while !stop.is_cancelled() {
        if let Err(error) = follow(&state).await {
            tracing::error!(error = %error::chain(error.as_ref()), "the deals cannot be followed");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = wait(&mut changed) => {}
        }
    }
}

/// Until something changes, or for a while.
async fn wait(changed: &mut tokio::sync::watch::Receiver<u64>) {
    tokio::time::sleep(PAUSE).await;
    if let Ok(Err(_closed)) = tokio::time::timeout(PERIOD, changed.changed()).await {
        // Whoever bumped the counter is gone: look now and then all the same.
        tokio::time::sleep(PERIOD).await;
    }
}

/// Copies what has changed, once.
///
/// # Errors
/// Where the cluster cannot be listed or the database fails.
pub async fn follow(state: &AppState) -> Result<(), JobError> {
    let deals = state.cluster.list().await?;
    let deals: HashMap<&str, &TimeDeal> =
        deals.iter().filter_map(|deal| Some((deal.metadata.name.as_deref()?, &**deal))).collect();
    follow_rentals(state, &deals).await?;
    adoption::follow(state, &deals).await
}

async fn follow_rentals(state: &AppState, deals: &HashMap<&str, &TimeDeal>) -> Result<(), JobError> {
    let rentals = Entity::find()
        .filter(Column::State.is_in([code::SCHEDULED, code::RUNNING]))
        .all(state.db.read())
        .await?;
    for rental in rentals {
        let Some(name) = rental.deal.as_deref() else { continue };
        let seen = match deals.get(name) {
            Some(deal) => Observed::from(&deal.status.clone().unwrap_or_default()),
            None => match vanished(state, &rental, name).await? {
                Some(seen) => seen,
                None => continue,
            },
        };
        let unwritten = rental.seen().and_then(|before| before.unwritten);
        let seen = Observed { unwritten, ..seen };
        if rental.seen().as_ref() != Some(&seen) {
            record(state, &rental, name, seen).await?;
        }
    }
    Ok(())
}

/// A deal that was written and is gone is over. Its last status may never have been seen.
async fn vanished(state: &AppState, rental: &Model, name: &str) -> Result<Option<Observed>, JobError> {
    let written = append::find(state.db.read(), name).await?.is_some_and(|l| l.written_at.is_some());
    if !written || state.cluster.get(name).await?.is_some() {
        // Not there yet, or written a moment ago: the list lags behind.
        return Ok(None);
    }
    let seen = rental.seen().unwrap_or_default();
    let phase = match seen.phase {
        Phase::Pending | Phase::Provisioning | Phase::Warming | Phase::Armed => Phase::Cancelled,
        Phase::Open | Phase::Draining | Phase::Settling | Phase::TearingDown => Phase::Completed,
        over @ (Phase::Completed | Phase::Cancelled | Phase::Missed) => over,
    };
    Ok(Some(Observed { phase, ..seen }))
}

async fn record(state: &AppState, rental: &Model, deal: &str, mut seen: Observed) -> Result<(), JobError> {
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let Some(row) = store::lock(&tx, rental.id).await? else {
        return Ok(());
    };
    let before = row.seen().unwrap_or_default();
    // A settlement is said once and stays.
    seen.settlement = seen.settlement.or(before.settlement);
    // It may have been written, or refused, since the row was read.
    seen.unwritten = before.unwritten;
    let life = row.life()?.follow(seen.phase);
    let over = matches!(life, Rental::Completed { .. } | Rental::Cancelled { .. } | Rental::Missed { .. });
    if over || seen.settlement.is_some() {
        close(&tx, deal, &seen, now).await?;
    }
    let mut row = row.into_active_model();
    row.set_life(&life);
    row.observed = Set(Some(serde_json::to_string(&seen)?));
    row.update(&tx).await?;
    tx.commit().await?;
    state.work.notify_one();
    Ok(())
}

/// Closes the ledger: from here on refunds are the platform's own.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn close(
    tx: &DatabaseTransaction,
    deal: &str,
    seen: &Observed,
    now: Timestamp,
) -> Result<(), DbErr> {
    let Some(row) = append::lock(tx, deal).await? else {
        return Ok(());
    };
    if row.closed_at.is_some() {
        return Ok(());
    }
    let agrees =
        seen.settlement.as_ref().is_some_and(|s| s.digest == row.digest && s.events == row.head().count);
    if agrees {
        tracing::info!(deal, events = row.events, "the deal is settled");
    } else {
        tracing::error!(deal, events = row.events, "the deal ended without a settlement that agrees");
    }
    ledger::Entity::update_many()
        .col_expr(ledger::Column::ClosedAt, Expr::value(Micros::from(now)))
        .filter(ledger::Column::Deal.eq(deal))
        .exec(tx)
        .await?;
    let asked = refund::Entity::find()
        .filter(refund::Column::Deal.eq(deal))
        .filter(refund::Column::State.eq(refund::State::Asked))
        .all(tx)
        .await?;
    for refund in asked {
        jobs::enqueue(tx, Kind::Refund, refund.id.0, now).await?;
    }
    Ok(())
}
