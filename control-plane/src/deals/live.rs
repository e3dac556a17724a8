//! What a company may change while its deal is scheduled or open: whether it admits shoppers, what
//! those who wait are told, what a place costs a browser, and how much there is.

use axum::extract::State;
use control_plane_core::product::STOCK_MAX;
use control_plane_core::rental::Rental as Life;
use control_plane_telemetry::problem::{Json, Path};
use crds::bounds::NOTICE_LENGTH_MAX;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, Set,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::{self, Deed};
use crate::error::ApiError;
use crate::http::auth::CompanyOwner;
use crate::http::text;
use crate::ids::{ProductId, RentalId};
use crate::products::entity as product;
use crate::rentals::wire::{Rental, RentalPath};
use crate::rentals::{self, UNKNOWN, store};
use crate::state::AppState;
use crate::{jobs, products};

/// What is left out stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LiveChange {
    /// Whether admission is stopped; those inside may finish.
    pub paused: Option<bool>,
    /// One line for everyone who waits; nothing in it takes the line away.
    #[schema(max_length = 100)]
    pub notice: Option<String>,
    /// Whether a browser has to show a little work before it gets a place.
    pub proof_of_work: Option<bool>,
    /// New stocks; what is held and sold cannot be taken back.
    #[schema(max_items = 50)]
    pub stock: Vec<StockChange>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StockChange {
    pub product: ProductId,
    /// All in all, sold pieces included; 0 to 1,000,000.
    pub stock: u32,
}

/// Changes the running deal. It takes effect a moment later.
#[utoipa::path(
    patch,
    path = "/companies/{c}/rentals/{r}/live",
    tag = "rentals",
    operation_id = "change_live",
    params(RentalPath),
    request_body = LiveChange,
    responses((status = 200, body = Rental))
)]
pub async fn change(
    State(state): State<AppState>,
    owner: CompanyOwner,
    Path(path): Path<RentalPath>,
    Json(change): Json<LiveChange>,
) -> Result<Json<Rental>, ApiError> {
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let rental = store::lock(&tx, path.r).await?.filter(|rental| rental.company_id == owner.id());
    let rental = rental.ok_or(UNKNOWN)?;
    let life = rental.life().map_err(ApiError::internal)?;
    let live = matches!(life, Life::Scheduled { .. } | Life::Running { .. });
    if !live || now >= rental.closes_at.timestamp() {
        return Err(ApiError::Conflict {
            code: "deal_not_live",
            detail: "예정됐거나 진행 중인 타임딜만 바꿀 수 있어요.",
        });
    }
    set_stocks(&tx, rental.id, &change.stock).await?;
    let rental = set_room(&tx, rental, &change).await?;
    let deed = Deed {
        actor: Some(owner.user),
        company: Some(owner.id()),
        action: "deal.changed",
        subject: &rental.id.to_string(),
        detail: &serde_json::to_string(&change).map_err(ApiError::internal)?,
    };
    audit::record(&tx, &state.entropy, deed, now).await?;
    jobs::enqueue(&tx, jobs::Kind::Deal, rental.id.0, now).await?;
    let body = Rental::read(&tx, &state, &owner.company, &rental).await?;
    tx.commit().await?;
    state.work.notify_one();
    Ok(Json(body))
}

async fn set_stocks(
    tx: &DatabaseTransaction,
    rental: RentalId,
    changes: &[StockChange],
) -> Result<(), ApiError> {
    for (index, change) in changes.iter().enumerate() {
        let stock = i32::try_from(change.stock).ok().filter(|_| change.stock <= STOCK_MAX);
        let stock = stock.ok_or_else(|| {
            ApiError::field(
                &format!("stock.{index}.stock"),
                "stock_invalid",
                "수량을 0개에서 1,000,000개 사이로 적어 주세요.",
            )
        })?;
        let changed = product::Entity::update_many()
            .col_expr(product::Column::Stock, Expr::value(stock))
            .filter(product::Column::RentalId.eq(rental))
            .filter(product::Column::Id.eq(change.product))
            .exec(tx)
            .await?;
        if changed.rows_affected == 0 {
            return Err(products::UNKNOWN);
        }
    }
    Ok(())
}

/// What concerns those who wait.
async fn set_room(
    tx: &DatabaseTransaction,
    rental: rentals::entity::Model,
    change: &LiveChange,
) -> Result<rentals::entity::Model, ApiError> {
    if change.paused.is_none() && change.notice.is_none() && change.proof_of_work.is_none() {
        return Ok(rental);
    }
    let mut row = rental.into_active_model();
    if let Some(paused) = change.paused {
        row.paused = Set(paused);
    }
    if let Some(proof_of_work) = change.proof_of_work {
        row.proof_of_work = Set(proof_of_work);
    }
    if let Some(notice) = &change.notice {
        let notice = text::line(notice, 0, NOTICE_LENGTH_MAX).ok_or_else(|| {
            ApiError::field("notice", "notice_invalid", "공지를 한 줄, 100자까지 적어 주세요.")
        })?;
        row.notice = Set(notice);
    }
    Ok(row.update(tx).await?)
}
