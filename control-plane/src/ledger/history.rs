//! A deal that is over, put into the books with everything that belongs to it: for a platform that
//! begins with a past. The events take the same road as those of a running deal.

use control_plane_core::categories::Category;
use control_plane_core::deal_name::deal_name;
use control_plane_core::fees;
use control_plane_core::ledger::{BATCH_MAX, Batch, Entry, OrderEvent};
use control_plane_core::rental::{Rental, code};
use crds::{Figures, Phase, Settlement, Window, Won};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, Set,
};

use super::append::{self, AppendError};
use super::open::NewLedger;
use crate::companies;
use crate::deals::mirror;
use crate::error::ApiError;
use crate::ids::{CompanyId, RentalId};
use crate::products::entity as product;
use crate::products::wire::NewProduct;
use crate::rentals::entity::{self, Observed};
use crate::rentals::store;
use crate::state::AppState;
use crate::{ledger, plans};

/// What there was. The plan must exist, the company must be approved.
pub struct PastDeal {
    pub company: CompanyId,
    pub title: String,
    pub category: Category,
    pub plan: String,
    pub window: Window,
    pub products: Vec<NewProduct>,
    /// How many were admitted, for the figures.
    pub admitted: u64,
}

/// What a past deal sold: products by their place in [`PastDeal::products`].
pub trait History {
    /// The events in order, given the identifiers that the products have now.
    fn events(&self, products: &[uuid::Uuid]) -> Vec<OrderEvent>;
}

impl<F: Fn(&[uuid::Uuid]) -> Vec<OrderEvent>> History for F {
    fn events(&self, products: &[uuid::Uuid]) -> Vec<OrderEvent> {
        self(products)
    }
}

/// Puts a past deal into the books, once: a second call, also after one that was cut short, finishes
/// what is missing. The history must say the same every time.
///
/// # Errors
/// Where the company or the plan is unknown, the events contradict one another, or the database fails.
pub async fn insert(state: &AppState, past: &PastDeal, history: &impl History) -> Result<RentalId, ApiError> {
    let company = companies::store::by_id(state.db.read(), past.company).await?.ok_or(companies::UNKNOWN)?;
    let deal = deal_name(&company.slug, past.window.opens_at);
    let rental = open(state, past, &deal).await?;
    if rental.state == code::COMPLETED {
        return Ok(rental.id);
    }
    let products = crate::products::store::of_rental(state.db.read(), rental.id).await?;
    let ids: Vec<_> = products.iter().map(|product| product.id.0).collect();
    for batch in batches(&history.events(&ids))? {
        append::append(state, &deal, &batch).await.map_err(|error| match error {
            AppendError::Database(error) => ApiError::Database(error),
            other => ApiError::internal(other),
        })?;
    }
    finish(state, rental, &deal, past.admitted).await
}

fn batches(events: &[OrderEvent]) -> Result<Vec<Batch>, ApiError> {
    let entries = events.iter().zip(1_u64..).map(|(event, sequence)| {
        let event = serde_json::to_string(event).map_err(ApiError::internal)?;
        Ok(Entry { sequence, event })
    });
    let entries = entries.collect::<Result<Vec<_>, ApiError>>()?;
    Ok(entries.chunks(BATCH_MAX).map(|entries| Batch { entries: entries.to_vec() }).collect())
}

/// The rental with its products and an empty ledger.
async fn open(state: &AppState, past: &PastDeal, deal: &str) -> Result<entity::Model, ApiError> {
    let tx = state.db.begin().await?;
    let there = entity::Entity::find().filter(entity::Column::Deal.eq(deal)).one(&tx).await?;
    if let Some(rental) = there {
        return Ok(rental);
    }
    let plan =
        plans::find(&tx, &past.plan).await?.ok_or_else(|| ApiError::internal("there is no such plan"))?;
    let fee = fees::rental_fee(Won(plan.fee_per_hour), past.window);
    let fee = fee.ok_or_else(|| ApiError::internal("the fee does not fit"))?;
    let span = state.config.calendar.margins().around(past.window);
    let opens_at = past.window.opens_at;
    let row = entity::ActiveModel {
        id: Set(state.entropy.id(opens_at)),
        company_id: Set(past.company),
        title: Set(past.title.clone()),
        category: Set(past.category.code().to_owned()),
        opens_at: Set(opens_at.into()),
        closes_at: Set(past.window.closes_at.into()),
        occupied_from: Set(span.from.into()),
        occupied_until: Set(span.until.into()),
        plan: Set(plan.code),
        expected_shoppers: Set(plan.expected_shoppers),
        admissions_per_second: Set(plan.admissions_per_second),
        inside_max: Set(plan.inside_max),
        fee: Set(fee.0),
        state: Set(code::RUNNING.to_owned()),
        pay_until: Set(opens_at.into()),
        paid_at: Set(Some(span.from.into())),
        deal: Set(Some(deal.to_owned())),
        paying: Set(None),
        paused: Set(false),
        notice: Set(String::new()),
        guests: Set(0),
        guests_withdrawn: Set(None),
        proof_of_work: Set(false),
        observed: Set(None),
        turn: Set(0),
        created_at: Set(span.from.into()),
    };
    let rental = row.insert(&tx).await?;
    for (position, new) in (0..).zip(&past.products) {
        let count = |count: u32| i32::try_from(count).map_err(ApiError::internal);
        let row = product::ActiveModel {
            id: Set(state.entropy.id(opens_at)),
            rental_id: Set(rental.id),
            name: Set(new.name.clone()),
            description: Set(new.description.clone()),
            list_price: Set(new.list_price),
            price: Set(new.price),
            stock: Set(count(new.stock)?),
            per_shopper_max: Set(count(new.per_shopper_max)?),
            image_id: Set(new.image),
            position: Set(position),
            created_at: Set(span.from.into()),
        };
        row.insert(&tx).await?;
    }
    let new = NewLedger { deal, rental: Some(rental.id), company: rental.company_id };
    super::open::open(&tx, state, &new, span.from).await?;
    tx.commit().await?;
    Ok(rental)
}

/// Settles the deal as its runtime would have.
async fn finish(
    state: &AppState,
    rental: entity::Model,
    deal: &str,
    admitted: u64,
) -> Result<RentalId, ApiError> {
    let tx = state.db.begin().await?;
    let books = append::find(&tx, deal).await?.ok_or_else(|| ApiError::internal("the ledger vanished"))?;
    let sold = ledger::entity::order::Entity::find()
        .filter(ledger::entity::order::Column::Deal.eq(deal))
        .filter(ledger::entity::order::Column::Refunded.eq(0))
        .all(&tx)
        .await?;
    let sold = sold.iter().map(|order| u64::from(crate::products::wire::unsigned(order.quantity))).sum();
    let head = books.head();
    let net = Won(books.gross - books.refunds);
    let seen = Observed {
        phase: Phase::Completed,
        figures: Figures { admitted, sold, revenue: net, ..Figures::default() },
        settlement: Some(Settlement {
            events: head.count,
            digest: head.digest,
            gross: Won(books.gross),
            refunds: Won(books.refunds),
            net,
        }),
        forced_teardown: None,
        refusal: None,
        unwritten: None,
    };
    mirror::close(&tx, deal, &seen, rental.occupied_until.into()).await?;
    let rental = store::lock(&tx, rental.id).await?.ok_or(crate::rentals::UNKNOWN)?;
    let life: Rental = rental.life().map_err(ApiError::internal)?.follow(Phase::Completed);
    let id = rental.id;
    let mut row = rental.into_active_model();
    row.set_life(&life);
    row.observed = Set(Some(serde_json::to_string(&seen).map_err(ApiError::internal)?));
    row.update(&tx).await?;
    tx.commit().await?;
    Ok(id)
}
