//! Rentals as the portal sees them.

use control_plane_core::guests::Links;
use control_plane_core::rental::Rental as Life;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entity::Model;
use super::store;
use crate::companies::company;
use crate::config::PublicConfig;
use crate::error::ApiError;
use crate::ids::{CompanyId, RentalId};
use crate::state::AppState;

/// The path of everything that belongs to one rental.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RentalPath {
    /// The company.
    pub c: CompanyId,
    /// The rental.
    pub r: RentalId,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rental {
    pub id: RentalId,
    pub title: String,
    /// The plan's code.
    pub plan: String,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    /// One of the eight categories' codes.
    pub category: String,
    /// In won.
    pub fee: i64,
    pub state: RentalState,
    /// The window is kept until then where it is not paid.
    pub pay_until: Timestamp,
    pub paid_at: Option<Timestamp>,
    /// Whether the company has stopped admission.
    pub paused: bool,
    /// The line that is shown to everyone who waits; empty where there is none.
    pub notice: String,
    pub guest_links: GuestLinkCounts,
    /// Whether a browser has to show a little work before it gets a place in the waiting room.
    pub proof_of_work: bool,
    /// Once the rental is a deal.
    pub deal: Option<Deal>,
    /// How many products there are.
    pub products: u64,
    /// Products may be changed until then; null once they may not be any more.
    pub products_editable_until: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// How many links for guests there are, and what became of them. Whatever is neither used nor withdrawn
/// lets its guest in.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuestLinkCounts {
    /// All in all.
    pub made: u32,
    /// Those that have let somebody in, as the deal said last.
    pub used: u32,
    /// Those that the company has withdrawn before anybody used them.
    pub withdrawn: u32,
}

impl From<&Links> for GuestLinkCounts {
    fn from(links: &Links) -> Self {
        GuestLinkCounts { made: links.made, used: links.used_count(), withdrawn: links.withdrawn_count() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum RentalState {
    AwaitingPayment,
    Paid,
    Scheduled,
    Running,
    Completed,
    Cancelled,
    Expired,
    Missed,
}

impl From<&Life> for RentalState {
    fn from(life: &Life) -> Self {
        match life {
            Life::AwaitingPayment { .. } => RentalState::AwaitingPayment,
            Life::Paid { .. } => RentalState::Paid,
            Life::Scheduled { .. } => RentalState::Scheduled,
            Life::Running { .. } => RentalState::Running,
            Life::Completed { .. } => RentalState::Completed,
            Life::Cancelled { .. } => RentalState::Cancelled,
            Life::Expired => RentalState::Expired,
            Life::Missed { .. } => RentalState::Missed,
        }
    }
}

/// The deal that a rental has become.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deal {
    /// The name of its `TimeDeal`.
    pub name: String,
    /// The `TimeDeal`'s phase.
    #[schema(example = "Open")]
    pub phase: String,
    pub host: String,
    pub url: String,
    pub figures: Figures,
    /// Once the runtime and the ledger agree.
    pub settlement: Option<Settled>,
    /// Where the deal is not, or not yet, as it was ordered.
    pub refusal: Option<Refusal>,
}

/// Why the deal was not taken as it is. It is tried again, and at once after a change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DealRefusal)]
pub struct Refusal {
    /// For support: upper camel case.
    #[schema(example = "InvalidSpec")]
    pub code: String,
    /// What was said, in English.
    pub message: String,
}

/// Live figures, as the deal's runtime reported them last.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    pub waiting: u64,
    pub inside: u64,
    pub admitted: u64,
    /// Pieces paid for and not refunded.
    pub sold: u64,
    /// Paid minus refunded, in won.
    pub revenue: i64,
}

/// What the runtime and the ledger agreed upon; amounts in won.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settled {
    pub events: u64,
    /// The last link of the ledger's chain, hex.
    pub digest: String,
    pub gross: i64,
    pub refunds: i64,
    pub net: i64,
}

impl From<&crds::Settlement> for Settled {
    fn from(settlement: &crds::Settlement) -> Self {
        Settled {
            events: settlement.events,
            digest: settlement.digest.clone(),
            gross: settlement.gross.0,
            refunds: settlement.refunds.0,
            net: settlement.net.0,
        }
    }
}

impl From<&crds::Figures> for Figures {
    fn from(figures: &crds::Figures) -> Self {
        Figures {
            waiting: figures.waiting,
            inside: figures.inside,
            admitted: figures.admitted,
            sold: figures.sold,
            revenue: figures.revenue.0,
        }
    }
}

impl Rental {
    /// # Errors
    /// Where the row contradicts itself.
    pub fn of(
        state: &AppState,
        company: &company::Model,
        rental: &Model,
        products: u64,
    ) -> Result<Rental, ApiError> {
        let life = rental.life().map_err(ApiError::internal)?;
        let editable = life.products_editable_until(rental.window(), state.config.calendar.setup_seconds);
        Ok(Rental {
            id: rental.id,
            title: rental.title.clone(),
            plan: rental.plan.clone(),
            opens_at: rental.opens_at.into(),
            closes_at: rental.closes_at.into(),
            category: rental.category.clone(),
            fee: rental.fee,
            state: RentalState::from(&life),
            pay_until: rental.pay_until.into(),
            paid_at: life.paid_at(),
            paused: rental.paused,
            notice: rental.notice.clone(),
            guest_links: GuestLinkCounts::from(&rental.links()),
            proof_of_work: rental.proof_of_work,
            deal: life.deal().map(|name| Deal::of(&state.config.public, company, rental, name)),
            products,
            products_editable_until: editable.filter(|until| state.clock.now() < *until),
            created_at: rental.created_at.into(),
        })
    }

    /// As [`Rental::of`], counting the products.
    ///
    /// # Errors
    /// Where the database fails or the row contradicts itself.
    pub async fn read<C: ConnectionTrait>(
        db: &C,
        state: &AppState,
        company: &company::Model,
        rental: &Model,
    ) -> Result<Rental, ApiError> {
        let products = store::product_count(db, rental.id).await?;
        Rental::of(state, company, rental, products)
    }
}

impl Deal {
    fn of(public: &PublicConfig, company: &company::Model, rental: &Model, name: &str) -> Deal {
        let seen = rental.seen().unwrap_or_default();
        Deal {
            name: name.to_owned(),
            phase: format!("{:?}", seen.phase),
            host: public.deal_host(&company.slug),
            url: public.deal_origin(&company.slug),
            figures: Figures::from(&seen.figures),
            settlement: seen.settlement.as_ref().map(Settled::from),
            refusal: rental.refusal().map(|refusal| Refusal { code: refusal.code, message: refusal.message }),
        }
    }
}
