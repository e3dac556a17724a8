//! The report: what a deal brought in, counted anew from its events, beside what the runtime and the
//! ledger agreed upon.

use control_plane_core::ledger::{Entry, Head, OrderEvent};
use control_plane_core::settlement::Books;
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::ApiError;
use crate::http::auth::CompanyMember;
use crate::ids::RentalId;
use crate::ledger::append;
use crate::ledger::entity::{event, refund};
use crate::rentals;
use crate::rentals::entity::Model as RentalRow;
use crate::state::AppState;

/// How many events are read at once.
const EVENTS_AT_ONCE: u64 = 2_000;

const NOT_SETTLED: ApiError = ApiError::NotFound {
    code: "not_settled",
    detail: "아직 정산이 끝나지 않았어요. 타임딜이 끝나면 볼 수 있어요.",
};

/// Amounts in won.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettlementReport {
    pub gross: i64,
    pub refunds: i64,
    /// What stays with the company: there is no commission.
    pub net: i64,
    /// Paid orders, refunded ones included.
    pub orders: u64,
    pub refunded_orders: u64,
    /// The rental fee that was paid for the slot.
    pub fee: i64,
    /// How many events the ledger has.
    pub events: u64,
    /// The last link of the ledger's chain, recomputed for this report, hex.
    pub digest: String,
    /// The chain recomputed, the ledger's own head, and what the runtime reported are the same.
    pub agrees: bool,
    pub settled_at: Option<Timestamp>,
    pub by_product: Vec<ProductReport>,
    pub by_hour: Vec<HourReport>,
    /// Refunds that the platform carried out afterwards; not among the figures above.
    pub after_settlement: AfterSettlement,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductReport {
    pub product: Uuid,
    pub name: String,
    /// Pieces paid for, refunded ones included.
    pub quantity: u64,
    pub gross: i64,
    pub refunds: i64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HourReport {
    /// When the hour begins; in Korean time whole hours as well.
    pub starts_at: Timestamp,
    pub orders: u64,
    pub gross: i64,
    pub refunds: i64,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AfterSettlement {
    pub orders: u64,
    pub refunds: i64,
}

/// A rental of the member's company and its report. 404 for a rental of others and for one that is not
/// settled.
pub(super) async fn of_member(
    state: &AppState,
    member: &CompanyMember,
    rental: RentalId,
) -> Result<(RentalRow, SettlementReport), ApiError> {
    let db = state.db.read();
    let rental = rentals::store::of_company(db, member.id(), rental).await?.ok_or(rentals::UNKNOWN)?;
    let report = report(db, &rental).await?;
    Ok((rental, report))
}

async fn report<C: ConnectionTrait>(db: &C, rental: &RentalRow) -> Result<SettlementReport, ApiError> {
    let deal = rental.deal.as_deref().ok_or(NOT_SETTLED)?;
    let ledger = append::find(db, deal).await?.ok_or(NOT_SETTLED)?;
    let closed_at = ledger.closed_at.ok_or(NOT_SETTLED)?;
    let (books, head) = recount(db, deal).await?;
    let stored = rental.seen().and_then(|seen| seen.settlement);
    let agrees = head == ledger.head()
        && books.gross.0 == ledger.gross
        && books.refunds.0 == ledger.refunds
        && stored.as_ref().is_some_and(|stored| {
            stored.digest == head.digest
                && stored.events == head.count
                && stored.gross == books.gross
                && stored.refunds == books.refunds
        });
    if !agrees {
        tracing::error!(deal, "the settlement does not agree with the ledger");
    }
    let by_product = books.by_product.iter().map(|(product, totals)| ProductReport {
        product: *product,
        name: totals.name.clone(),
        quantity: totals.quantity,
        gross: totals.gross.0,
        refunds: totals.refunds.0,
    });
    let by_hour = books.by_hour.iter().map(|(starts_at, totals)| HourReport {
        starts_at: *starts_at,
        orders: totals.orders,
        gross: totals.gross.0,
        refunds: totals.refunds.0,
    });
    Ok(SettlementReport {
        gross: books.gross.0,
        refunds: books.refunds.0,
        net: books.net().0,
        orders: books.orders,
        refunded_orders: books.refunded_orders,
        fee: rental.fee,
        events: head.count,
        digest: head.digest,
        agrees,
        settled_at: stored.map(|_| closed_at.into()),
        by_product: by_product.collect(),
        by_hour: by_hour.collect(),
        after_settlement: after_settlement(db, deal).await?,
    })
}

/// Reads every event and recomputes totals and chain from nothing.
async fn recount<C: ConnectionTrait>(db: &C, deal: &str) -> Result<(Books, Head), ApiError> {
    let mut books = Books::default();
    let mut head = Head::genesis(deal);
    loop {
        let events = events_after(db, deal, head.count).await?;
        if events.is_empty() {
            return Ok((books, head));
        }
        for stored in events {
            let event: OrderEvent = serde_json::from_str(&stored.event).map_err(ApiError::internal)?;
            books.post(&event).map_err(ApiError::internal)?;
            let sequence = u64::try_from(stored.sequence).map_err(ApiError::internal)?;
            let next = head.push(&Entry { sequence, event: stored.event });
            head = next.ok_or_else(|| ApiError::internal("a ledger has a gap"))?;
        }
    }
}

/// The next events after so many, in order; none where that was all.
pub(super) async fn events_after<C: ConnectionTrait>(
    db: &C,
    deal: &str,
    count: u64,
) -> Result<Vec<event::Model>, DbErr> {
    event::Entity::find()
        .filter(event::Column::Deal.eq(deal))
        .filter(event::Column::Sequence.gt(i64::try_from(count).unwrap_or(i64::MAX)))
        .order_by_asc(event::Column::Sequence)
        .limit(EVENTS_AT_ONCE)
        .all(db)
        .await
}

async fn after_settlement<C: ConnectionTrait>(db: &C, deal: &str) -> Result<AfterSettlement, ApiError> {
    let refunds = refund::Entity::find()
        .filter(refund::Column::Deal.eq(deal))
        .filter(refund::Column::AfterSettlement.eq(true))
        .filter(refund::Column::State.eq(refund::State::Done))
        .all(db)
        .await?;
    let orders = u64::try_from(refunds.len()).map_err(ApiError::internal)?;
    Ok(AfterSettlement { orders, refunds: refunds.iter().map(|refund| refund.amount).sum() })
}
