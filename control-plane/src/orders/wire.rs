//! An order as people see it, put together from the ledger, the rental or what else made the deal, the
//! company and the product.

use std::collections::HashMap;

use control_plane_core::refund::refundable_until;
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::companies::{Provider, company};
use crate::config::PublicConfig;
use crate::deals::adoption;
use crate::error::ApiError;
use crate::http::page::{Cursor, Page, PageQuery};
use crate::ids::{CompanyId, OrderId, ProductId};
use crate::ledger::entity::order::{Column, Entity, Model, State};
use crate::products;
use crate::products::wire::{image_url, unsigned};
use crate::rentals;

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub id: OrderId,
    /// The name of the `TimeDeal`.
    pub deal: String,
    /// The deal's title.
    pub title: String,
    pub company: OrderCompany,
    pub product: OrderProduct,
    pub quantity: u32,
    /// What was paid, in won.
    pub amount: i64,
    /// What has gone back of it, in won.
    pub refunded: i64,
    pub state: OrderState,
    /// Through whom it was paid.
    pub provider: Provider,
    /// In the provider's words: `MONEY` or `CARD` at KakaoPay, `카드` and others at Toss.
    pub method: String,
    pub paid_at: Timestamp,
    pub refunded_at: Option<Timestamp>,
    /// Until then the shopper may ask for the money back.
    pub refundable_until: Timestamp,
    pub delivery: Delivery,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderCompany {
    pub name: String,
    pub slug: String,
}

impl OrderCompany {
    /// A company that is known from its deal alone.
    fn of(adopted: &adoption::entity::Model) -> OrderCompany {
        OrderCompany { name: adopted.company_name.clone(), slug: adopted.company_slug.clone() }
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderProduct {
    pub id: Uuid,
    /// As it was called when it was bought.
    pub name: String,
    /// Absolute.
    pub image_url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LedgerOrderState)]
pub enum OrderState {
    Paid,
    /// Asked for and on its way.
    Refunding,
    Refunded,
    /// The gateway will not give it back: the company must look at it.
    RefundFailed,
}

impl From<State> for OrderState {
    fn from(state: State) -> Self {
        match state {
            State::Paid => OrderState::Paid,
            State::Refunding => OrderState::Refunding,
            State::Refunded => OrderState::Refunded,
            State::RefundFailed => OrderState::RefundFailed,
        }
    }
}

/// Where the parcel goes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub recipient: String,
    /// E.164.
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    pub line2: String,
    pub note: String,
}

/// Why the money is to go back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefundRequest {
    /// At most 200 characters; may be empty.
    #[schema(max_length = 200)]
    pub reason: String,
}

/// One page of the orders that `query` finds, the last paid first.
///
/// # Errors
/// Where the page is not one, and as [`assemble`].
pub async fn page<C: ConnectionTrait>(
    db: &C,
    public: &PublicConfig,
    mut query: Select<Entity>,
    page: &PageQuery,
) -> Result<Page<Order>, ApiError> {
    let (cursor, limit) = page.parse()?;
    if let Some(cursor) = cursor {
        let id = OrderId(cursor.id);
        let older = Column::PaidAt.lt(cursor.at);
        query = query.filter(older.or(Column::PaidAt.eq(cursor.at).and(Column::Id.lt(id))));
    }
    let query = query.order_by_desc(Column::PaidAt).order_by_desc(Column::Id).limit(limit + 1);
    let place = |order: &Model| Cursor { at: order.paid_at, id: order.id.0 };
    let page = Page::of(query.all(db).await?, limit, place, |order| order);
    Ok(Page { items: assemble(db, public, page.items).await?, next_cursor: page.next_cursor })
}

/// Puts the orders together, with one query for each kind of thing, in the order given.
///
/// # Errors
/// Where the database fails or a row contradicts itself.
pub async fn assemble<C: ConnectionTrait>(
    db: &C,
    public: &PublicConfig,
    orders: Vec<Model>,
) -> Result<Vec<Order>, ApiError> {
    let titles = titles(db, &orders).await?;
    let companies = companies(db, &orders).await?;
    let adopted = adoption::store::of_deals(db, orders.iter().map(|order| order.deal.as_str())).await?;
    let images = images(db, public, &orders).await?;
    let assemble = |order: Model| {
        let delivery = order.delivery().map_err(ApiError::internal)?;
        let adopted = adopted.get(&order.deal);
        let title = titles.get(&order.deal).or(adopted.map(|adopted| &adopted.title));
        let company = companies.get(&order.company_id).cloned().or_else(|| adopted.map(OrderCompany::of));
        Ok(Order {
            id: order.id,
            title: title.cloned().unwrap_or_default(),
            company: company.ok_or_else(|| ApiError::internal("an order's company vanished"))?,
            product: OrderProduct {
                id: order.product_id,
                name: order.product_name,
                image_url: images.get(&order.product_id).cloned(),
            },
            quantity: unsigned(order.quantity),
            amount: order.amount,
            refunded: order.refunded,
            state: order.state.into(),
            provider: order.provider,
            method: order.method,
            paid_at: order.paid_at.into(),
            refunded_at: order.refunded_at.map(Into::into),
            refundable_until: refundable_until(order.paid_at.into()),
            delivery: Delivery {
                recipient: delivery.recipient,
                phone: delivery.phone,
                postcode: delivery.postcode,
                line1: delivery.line1,
                line2: delivery.line2,
                note: delivery.note,
            },
            deal: order.deal,
        })
    };
    orders.into_iter().map(assemble).collect()
}

/// As [`assemble`], for one.
///
/// # Errors
/// As [`assemble`].
pub async fn assemble_one<C: ConnectionTrait>(
    db: &C,
    public: &PublicConfig,
    order: Model,
) -> Result<Order, ApiError> {
    let mut orders = assemble(db, public, vec![order]).await?;
    orders.pop().ok_or_else(|| ApiError::internal("an order vanished while it was put together"))
}

async fn titles<C: ConnectionTrait>(db: &C, orders: &[Model]) -> Result<HashMap<String, String>, ApiError> {
    let rentals = rentals::entity::Entity::find()
        .filter(rentals::entity::Column::Deal.is_in(orders.iter().map(|order| &order.deal)))
        .all(db)
        .await?;
    Ok(rentals.into_iter().filter_map(|rental| Some((rental.deal?, rental.title))).collect())
}

async fn companies<C: ConnectionTrait>(
    db: &C,
    orders: &[Model],
) -> Result<HashMap<CompanyId, OrderCompany>, ApiError> {
    let companies = company::Entity::find()
        .filter(company::Column::Id.is_in(orders.iter().map(|order| order.company_id)))
        .all(db)
        .await?;
    Ok(companies.into_iter().map(|c| (c.id, OrderCompany { name: c.name, slug: c.slug })).collect())
}

async fn images<C: ConnectionTrait>(
    db: &C,
    public: &PublicConfig,
    orders: &[Model],
) -> Result<HashMap<Uuid, String>, ApiError> {
    let products = products::entity::Entity::find()
        .filter(products::entity::Column::Id.is_in(orders.iter().map(|order| ProductId(order.product_id))))
        .all(db)
        .await?;
    Ok(products.into_iter().filter_map(|p| Some((p.id.0, image_url(public, p.image_id?)))).collect())
}
