//! Asking for a refund. It is written down and answered at once; whoever owns the order's money then
//! gives it back.

use control_plane_core::refund::{Owner, REASON_LENGTH_MAX, owner, refundable_until};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, Set,
};

use crate::audit::{self, Deed};
use crate::error::ApiError;
use crate::http::text;
use crate::ids::{CompanyId, OrderId, RefundId, UserId};
use crate::jobs;
use crate::ledger::append;
use crate::ledger::entity::{order, refund};
use crate::orders::UNKNOWN;
use crate::state::AppState;
use crate::time::Micros;

/// Who wants the money to go back. Each sees their own orders alone.
#[derive(Debug, Clone, Copy)]
pub enum Asker {
    Shopper(UserId),
    Company { company: CompanyId, user: UserId },
}

/// Writes the request down; asking again for one that is under way changes nothing.
///
/// # Errors
/// 404 for an order of others, 409 for one that cannot be refunded any more, 422 for too long a reason.
pub async fn ask(
    state: &AppState,
    order: OrderId,
    asker: Asker,
    reason: &str,
) -> Result<order::Model, ApiError> {
    let reason = text::lines(reason, 0, REASON_LENGTH_MAX)
        .ok_or_else(|| ApiError::field("reason", "reason_too_long", "사유를 200자 안으로 적어 주세요."))?;
    let reason = reason.as_str();
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let asked = find(&tx, order, asker).await?.ok_or(UNKNOWN)?;
    // The ledger's lock decides who owns the refund: it closes under the same lock.
    let ledger = append::lock(&tx, &asked.deal).await?.ok_or(UNKNOWN)?;
    let asked = find(&tx, order, asker).await?.ok_or(UNKNOWN)?;
    match asked.state {
        order::State::Refunding => return Ok(asked),
        order::State::Refunded => return Err(ALREADY),
        order::State::Paid | order::State::RefundFailed => {}
    }
    if matches!(asker, Asker::Shopper(_)) && now >= refundable_until(asked.paid_at.into()) {
        return Err(TOO_LATE);
    }
    let by = match asker {
        Asker::Shopper(user) | Asker::Company { user, .. } => user,
    };
    let platform = owner(ledger.closed_at.is_some()) == Owner::Platform;
    let refund = write(&tx, state, &asked, by, reason, platform).await?;
    let mut row = asked.into_active_model();
    row.state = Set(order::State::Refunding);
    let asked = row.update(&tx).await?;
    if let Asker::Company { company, user } = asker {
        let deed = Deed {
            actor: Some(user),
            company: Some(company),
            action: "order.refund_asked",
            subject: &order.to_string(),
            detail: reason,
        };
        audit::record(&tx, &state.entropy, deed, now).await?;
    }
    if platform {
        jobs::enqueue(&tx, jobs::Kind::Refund, refund.0, now).await?;
    }
    tx.commit().await?;
    state.work.notify_one();
    Ok(asked)
}

const ALREADY: ApiError =
    ApiError::Conflict { code: "already_refunded", detail: "이미 환불된 주문이에요." };
const TOO_LATE: ApiError = ApiError::Conflict {
    code: "refund_period_over",
    detail: "결제하고 7일이 지나 환불할 수 없어요. 판매자에게 문의해 주세요.",
};

async fn find(
    tx: &DatabaseTransaction,
    order: OrderId,
    asker: Asker,
) -> Result<Option<order::Model>, ApiError> {
    let own = match asker {
        Asker::Shopper(user) => order::Column::ShopperId.eq(user),
        Asker::Company { company, user: _ } => order::Column::CompanyId.eq(company),
    };
    Ok(order::Entity::find_by_id(order).filter(own).one(tx).await?)
}

/// The request's row: a new one, or that of an attempt that failed.
async fn write(
    tx: &DatabaseTransaction,
    state: &AppState,
    order: &order::Model,
    by: UserId,
    reason: &str,
    after_settlement: bool,
) -> Result<RefundId, ApiError> {
    let now = state.clock.now();
    let earlier = refund::Entity::find().filter(refund::Column::OrderId.eq(order.id)).one(tx).await?;
    if let Some(earlier) = earlier {
        refund::Entity::update_many()
            .col_expr(refund::Column::State, Expr::value(refund::State::Asked))
            .col_expr(refund::Column::AskedBy, Expr::value(by))
            .col_expr(refund::Column::Reason, Expr::value(reason))
            .col_expr(refund::Column::AskedAt, Expr::value(Micros::from(now)))
            .col_expr(refund::Column::AfterSettlement, Expr::value(after_settlement))
            .filter(refund::Column::Id.eq(earlier.id))
            .exec(tx)
            .await?;
        return Ok(earlier.id);
    }
    let row = refund::ActiveModel {
        id: Set(state.entropy.id(now)),
        order_id: Set(order.id),
        deal: Set(order.deal.clone()),
        asked_by: Set(Some(by)),
        reason: Set(reason.to_owned()),
        state: Set(refund::State::Asked),
        amount: Set(0),
        after_settlement: Set(after_settlement),
        asked_at: Set(now.into()),
        done_at: Set(None),
    };
    Ok(row.insert(tx).await?.id)
}
