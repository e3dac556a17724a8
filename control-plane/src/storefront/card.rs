//! A deal at a glance.

use std::collections::HashMap;

use control_plane_core::product::discount_percent;
use control_plane_core::rental::code;
use crds::{Phase, Won};
use jiff::Timestamp;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde::Serialize;
use utoipa::ToSchema;

use crate::companies::company;
use crate::config::PublicConfig;
use crate::error::ApiError;
use crate::products;
use crate::products::entity::Model as ProductRow;
use crate::products::wire::{image_url, unsigned};
use crate::rentals::entity::Model as RentalRow;

/// The states of rentals that shoppers see.
pub const SHOWN: [&str; 3] = [code::SCHEDULED, code::RUNNING, code::COMPLETED];

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DealCard {
    /// The name of its `TimeDeal`.
    pub name: String,
    pub title: String,
    pub company: CardCompany,
    pub category: String,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    pub phase: DealPhase,
    /// Where the deal itself is.
    pub url: String,
    /// Of its first product; absolute.
    pub image_url: Option<String>,
    /// Of its first product, in won.
    pub list_price: i64,
    /// Of its first product, in won.
    pub price: i64,
    pub discount_percent: u8,
    /// As last reported; the deal itself knows better.
    pub sold_out: bool,
    /// Whether the deal's own pages take shoppers: from a while before the doors open until the end.
    pub running: bool,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardCompany {
    pub name: String,
    pub slug: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum DealPhase {
    Before,
    Open,
    Closed,
}

impl DealPhase {
    /// By the clock; a deal that ended before its time is closed.
    #[must_use]
    pub fn of(rental: &RentalRow, now: Timestamp) -> DealPhase {
        let ended = rental.seen().is_some_and(|seen| {
            matches!(
                seen.phase,
                Phase::Draining
                    | Phase::Settling
                    | Phase::TearingDown
                    | Phase::Completed
                    | Phase::Cancelled
                    | Phase::Missed
            )
        });
        if ended || now >= rental.closes_at.timestamp() {
            DealPhase::Closed
        } else if now >= rental.opens_at.timestamp() {
            DealPhase::Open
        } else {
            DealPhase::Before
        }
    }
}

impl DealCard {
    /// Nothing for a rental that is no deal.
    #[must_use]
    pub fn of(
        public: &PublicConfig,
        rental: &RentalRow,
        company: &company::Model,
        products: &[ProductRow],
        now: Timestamp,
    ) -> Option<DealCard> {
        let first = products.first()?;
        let stock: u64 = products.iter().map(|product| u64::from(unsigned(product.stock))).sum();
        let seen = rental.seen();
        let sold = seen.as_ref().map_or(0, |seen| seen.figures.sold);
        let running = seen.is_some_and(|seen| matches!(seen.phase, Phase::Armed | Phase::Open));
        Some(DealCard {
            name: rental.deal.clone()?,
            title: rental.title.clone(),
            company: CardCompany { name: company.name.clone(), slug: company.slug.clone() },
            category: rental.category.clone(),
            opens_at: rental.opens_at.into(),
            closes_at: rental.closes_at.into(),
            phase: DealPhase::of(rental, now),
            url: public.deal_origin(&company.slug),
            image_url: products.iter().find_map(|p| p.image_id).map(|image| image_url(public, image)),
            list_price: first.list_price,
            price: first.price,
            discount_percent: discount_percent(Won(first.list_price), Won(first.price)),
            sold_out: sold >= stock,
            running,
        })
    }
}

/// The cards of several rentals, with one query for each kind of thing, in the order given.
///
/// # Errors
/// Where the database fails.
pub async fn cards<C: ConnectionTrait>(
    db: &C,
    public: &PublicConfig,
    rentals: &[RentalRow],
    now: Timestamp,
) -> Result<Vec<DealCard>, ApiError> {
    let companies = company::Entity::find()
        .filter(company::Column::Id.is_in(rentals.iter().map(|rental| rental.company_id)))
        .all(db)
        .await?;
    let companies: HashMap<_, _> = companies.into_iter().map(|company| (company.id, company)).collect();
    let products = products::store::of_rentals(db, rentals.iter().map(|rental| rental.id)).await?;
    let card = |rental: &RentalRow| {
        let products = products.get(&rental.id)?;
        DealCard::of(public, rental, companies.get(&rental.company_id)?, products, now)
    };
    Ok(rentals.iter().filter_map(card).collect())
}
