//! Appending a batch: one transaction, idempotent by (deal, sequence), chained. A batch is taken
//! whole or not at all.

use control_plane_core::ledger::{Acknowledged, BATCH_MAX, Batch, Entry, Head, OrderEvent, RefundOrder};
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};

use super::entity::{event, ledger, order, refund};
use super::postings::{Contradiction, Postings, Refunded, cut};
use crate::ids::OrderId;
use crate::state::AppState;
use crate::time::Micros;

/// How many rows one INSERT carries: far below what any database takes as parameters.
const ROWS_AT_ONCE: usize = 200;
/// How many refunds a runtime is asked for at once.
const REFUNDS_AT_ONCE: u64 = 100;

#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("there is no ledger of that deal")]
    UnknownDeal,
    #[error("a batch carries at most {BATCH_MAX} entries")]
    TooMany,
    /// The next entry is the one after this head.
    #[error("the batch does not continue the ledger, which ends at {}", .0.count)]
    Gap(Head),
    #[error("entry {sequence} differs from what is in the ledger")]
    Different { sequence: u64 },
    #[error("entry {sequence} cannot follow those before it")]
    Contradiction {
        sequence: u64,
        #[source]
        cause: Contradiction,
    },
    #[error("entry {sequence} is no event")]
    Unreadable {
        sequence: u64,
        #[source]
        cause: serde_json::Error,
    },
    #[error("the ledger is closed")]
    Closed,
    #[error("the database failed")]
    Database(#[from] DbErr),
}

/// Appends what is new of `batch` to the deal's ledger and tells how far it has come.
///
/// # Errors
/// Where the batch does not continue the ledger, contradicts it, or the ledger is closed; nothing is
/// changed then.
pub async fn append(state: &AppState, deal: &str, batch: &Batch) -> Result<Acknowledged, AppendError> {
    if batch.entries.len() > BATCH_MAX {
        return Err(AppendError::TooMany);
    }
    if batch.entries.is_empty() {
        let ledger = find(state.db.read(), deal).await?.ok_or(AppendError::UnknownDeal)?;
        return acknowledge(state.db.read(), &ledger).await;
    }
    let tx = state.db.begin().await?;
    let ledger = lock(&tx, deal).await?.ok_or(AppendError::UnknownDeal)?;
    let fresh = unseen(&tx, &ledger, &batch.entries).await?;
    let ledger = match fresh {
        [] => ledger,
        _ if ledger.closed_at.is_some() => return Err(AppendError::Closed),
        _ => record(&tx, state, ledger, fresh).await?,
    };
    let acknowledged = acknowledge(&tx, &ledger).await?;
    tx.commit().await?;
    Ok(acknowledged)
}

/// The ledger's own head.
///
/// # Errors
/// Where the database fails.
pub async fn find<C: ConnectionTrait>(db: &C, deal: &str) -> Result<Option<ledger::Model>, DbErr> {
    ledger::Entity::find_by_id(deal).one(db).await
}

/// Reads the ledger so that nobody else changes it until the transaction ends.
///
/// # Errors
/// Where the database fails.
pub async fn lock(tx: &DatabaseTransaction, deal: &str) -> Result<Option<ledger::Model>, DbErr> {
    let locked = ledger::Entity::update_many()
        .col_expr(ledger::Column::Turn, Expr::col(ledger::Column::Turn).add(1))
        .filter(ledger::Column::Deal.eq(deal))
        .exec(tx)
        .await?;
    if locked.rows_affected == 0 {
        return Ok(None);
    }
    find(tx, deal).await
}

/// The entries that the ledger does not have yet, after comparing those that it has.
async fn unseen<'a>(
    tx: &DatabaseTransaction,
    ledger: &ledger::Model,
    entries: &'a [Entry],
) -> Result<&'a [Entry], AppendError> {
    let head = ledger.head();
    let contiguous = entries.windows(2).all(|pair| pair[0].sequence.checked_add(1) == Some(pair[1].sequence));
    let first = entries[0].sequence;
    if !contiguous || first == 0 || first > head.count + 1 {
        return Err(AppendError::Gap(head));
    }
    let known = entries.partition_point(|entry| entry.sequence <= head.count);
    let (seen, fresh) = entries.split_at(known);
    if let (Some(from), Some(to)) = (seen.first(), seen.last()) {
        let stored = event::Entity::find()
            .filter(event::Column::Deal.eq(&ledger.deal))
            .filter(event::Column::Sequence.between(signed(from.sequence), signed(to.sequence)))
            .order_by_asc(event::Column::Sequence)
            .all(tx)
            .await?;
        for (entry, stored) in seen.iter().zip(&stored) {
            if entry.event != stored.event {
                return Err(AppendError::Different { sequence: entry.sequence });
            }
        }
    }
    Ok(fresh)
}

/// Writes new entries and what they make of the orders; gives the ledger as it is then.
async fn record(
    tx: &DatabaseTransaction,
    state: &AppState,
    ledger: ledger::Model,
    fresh: &[Entry],
) -> Result<ledger::Model, AppendError> {
    let now = state.clock.now();
    let events = parse(fresh)?;
    let known =
        order::Entity::find().filter(order::Column::Id.is_in(events.iter().map(order_of))).all(tx).await?;
    let mut postings = Postings::on(known);
    let mut head = ledger.head();
    for (entry, event) in fresh.iter().zip(&events) {
        let sequence = entry.sequence;
        postings.post(&ledger, event).map_err(|cause| AppendError::Contradiction { sequence, cause })?;
        head = head.push(entry).ok_or_else(|| AppendError::Gap(ledger.head()))?;
    }
    let overflow = || AppendError::Contradiction { sequence: head.count, cause: Contradiction::Amount };
    let gross = ledger.gross.checked_add(postings.gross).ok_or_else(overflow)?;
    let refunds = ledger.refunds.checked_add(postings.refunds).ok_or_else(overflow)?;

    write_orders(tx, &postings).await?;
    write_events(tx, &ledger.deal, fresh, &events, now).await?;
    for refunded in &postings.refunded {
        write_refund(tx, state, &ledger.deal, refunded, now).await?;
    }
    let mut row = ledger.into_active_model();
    row.events = Set(signed(head.count));
    row.digest = Set(head.digest);
    row.gross = Set(gross);
    row.refunds = Set(refunds);
    Ok(row.update(tx).await?)
}

fn parse(entries: &[Entry]) -> Result<Vec<OrderEvent>, AppendError> {
    let parsed = entries.iter().map(|entry| {
        serde_json::from_str(&entry.event)
            .map_err(|cause| AppendError::Unreadable { sequence: entry.sequence, cause })
    });
    parsed.collect()
}

fn order_of(event: &OrderEvent) -> OrderId {
    match event {
        OrderEvent::Paid { order, .. } | OrderEvent::Refunded { order, .. } => OrderId(*order),
    }
}

async fn write_orders(tx: &DatabaseTransaction, postings: &Postings) -> Result<(), DbErr> {
    let new: Vec<_> = postings.new_orders().map(|order| order.clone().into_active_model()).collect();
    for rows in new.chunks(ROWS_AT_ONCE) {
        order::Entity::insert_many(rows.to_vec()).exec_without_returning(tx).await?;
    }
    for order in postings.changed_orders() {
        order::Entity::update_many()
            .col_expr(order::Column::Refunded, Expr::value(order.refunded))
            .col_expr(order::Column::State, Expr::value(order.state))
            .col_expr(order::Column::RefundedAt, Expr::value(order.refunded_at))
            .filter(order::Column::Id.eq(order.id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

async fn write_events(
    tx: &DatabaseTransaction,
    deal: &str,
    entries: &[Entry],
    events: &[OrderEvent],
    now: Timestamp,
) -> Result<(), DbErr> {
    let rows: Vec<_> = entries
        .iter()
        .zip(events)
        .map(|(entry, event)| event::ActiveModel {
            deal: Set(deal.to_owned()),
            sequence: Set(signed(entry.sequence)),
            order_id: Set(order_of(event).0),
            event: Set(entry.event.clone()),
            recorded_at: Set(now.into()),
        })
        .collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        event::Entity::insert_many(rows.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// A refund that the runtime carried out, asked for here or there.
async fn write_refund(
    tx: &DatabaseTransaction,
    state: &AppState,
    deal: &str,
    refunded: &Refunded,
    now: Timestamp,
) -> Result<(), DbErr> {
    let done = refund::Entity::update_many()
        .col_expr(refund::Column::State, Expr::value(refund::State::Done))
        .col_expr(refund::Column::Amount, Expr::col(refund::Column::Amount).add(refunded.amount))
        .col_expr(refund::Column::DoneAt, Expr::value(Micros::from(refunded.at)))
        .filter(refund::Column::OrderId.eq(OrderId(refunded.order)))
        .exec(tx)
        .await?;
    if done.rows_affected > 0 {
        return Ok(());
    }
    let row = refund::ActiveModel {
        id: Set(state.entropy.id(now)),
        order_id: Set(OrderId(refunded.order)),
        deal: Set(deal.to_owned()),
        asked_by: Set(None),
        reason: Set(cut(&refunded.reason, control_plane_core::refund::REASON_LENGTH_MAX)),
        state: Set(refund::State::Done),
        amount: Set(refunded.amount),
        after_settlement: Set(false),
        asked_at: Set(refunded.at.into()),
        done_at: Set(Some(refunded.at.into())),
    };
    refund::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// How far the ledger has come, and which refunds its runtime is asked for: none once it is closed,
/// since from then on they are the platform's.
async fn acknowledge<C: ConnectionTrait>(
    db: &C,
    ledger: &ledger::Model,
) -> Result<Acknowledged, AppendError> {
    let mut refunds = Vec::new();
    if ledger.closed_at.is_none() {
        let asked = refund::Entity::find()
            .filter(refund::Column::Deal.eq(&ledger.deal))
            .filter(refund::Column::State.eq(refund::State::Asked))
            .order_by_asc(refund::Column::AskedAt)
            .limit(REFUNDS_AT_ONCE)
            .all(db)
            .await?;
        refunds = asked.into_iter().map(|r| RefundOrder { order: r.order_id.0, reason: r.reason }).collect();
    }
    Ok(Acknowledged { head: ledger.head(), refunds })
}

/// A count as the database keeps it. No deal comes near the end of it.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
