//! A row of `rentals`.

use control_plane_core::calendar::{Booking, Span};
use control_plane_core::guests::Links;
use control_plane_core::rental::{Rental, code};
use crds::{LinkRange, TimeDealStatus, Window};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{CompanyId, FeeId, RentalId};
use crate::time::Micros;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rentals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RentalId,
    pub company_id: CompanyId,
    pub title: String,
    pub category: String,
    pub opens_at: Micros,
    pub closes_at: Micros,
    pub occupied_from: Micros,
    pub occupied_until: Micros,
    pub plan: String,
    pub expected_shoppers: i32,
    pub admissions_per_second: i32,
    pub inside_max: i32,
    pub fee: i64,
    pub state: String,
    pub pay_until: Micros,
    pub paid_at: Option<Micros>,
    pub deal: Option<String>,
    pub paying: Option<FeeId>,
    pub paused: bool,
    pub notice: String,
    /// The number of the last guest's link.
    pub guests: i32,
    /// The numbers of those that the company has withdrawn, as ranges in JSON; nothing where there are none.
    pub guests_withdrawn: Option<String>,
    pub proof_of_work: bool,
    pub observed: Option<String>,
    pub turn: i64,
    pub created_at: Micros,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The condition by which the operator says whether it takes a deal.
const ACCEPTED: &str = "Accepted";

/// What was last seen of the rental's `TimeDeal`. The object itself is gone some time after the deal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observed {
    pub phase: crds::Phase,
    pub figures: crds::Figures,
    pub settlement: Option<crds::Settlement>,
    pub forced_teardown: Option<String>,
    /// Why the operator does not accept the deal as it is.
    #[serde(default)]
    pub refusal: Option<Refusal>,
    /// Why the deal could not be written as it should be. Not the operator's to say: it never saw it.
    #[serde(default)]
    pub unwritten: Option<Refusal>,
}

/// Somebody did not take a deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// Upper camel case, for machines and for support.
    pub code: String,
    /// English, as it was said.
    pub message: String,
}

impl Refusal {
    /// With no more of the message than is kept.
    #[must_use]
    pub fn new(code: &str, message: &str) -> Refusal {
        const MESSAGE_LENGTH_MAX: usize = 1_000;
        Refusal { code: code.to_owned(), message: message.chars().take(MESSAGE_LENGTH_MAX).collect() }
    }
}

impl From<&TimeDealStatus> for Observed {
    fn from(status: &TimeDealStatus) -> Self {
        let refused =
            status.conditions.iter().find(|found| found.type_ == ACCEPTED && found.status == "False");
        Observed {
            phase: status.phase,
            figures: status.figures.clone(),
            settlement: status.settlement.clone(),
            forced_teardown: status.forced_teardown.clone(),
            refusal: refused.map(|found| Refusal::new(&found.reason, &found.message)),
            unwritten: None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("rental {rental} is stored in a state that cannot be: {state}")]
pub struct Corrupt {
    rental: RentalId,
    state: String,
}

impl Model {
    /// The rental's life, out of its columns.
    ///
    /// # Errors
    /// Where the columns contradict one another, which is a bug.
    pub fn life(&self) -> Result<Rental, Corrupt> {
        let corrupt = || Corrupt { rental: self.id, state: self.state.clone() };
        let paid_at = || self.paid_at.map(Micros::timestamp).ok_or_else(corrupt);
        let deal = || self.deal.clone().ok_or_else(corrupt);
        Ok(match self.state.as_str() {
            code::AWAITING_PAYMENT => Rental::AwaitingPayment { pay_until: self.pay_until.into() },
            code::PAID => Rental::Paid { paid_at: paid_at()? },
            code::SCHEDULED => Rental::Scheduled { paid_at: paid_at()?, deal: deal()? },
            code::RUNNING => Rental::Running { paid_at: paid_at()?, deal: deal()? },
            code::COMPLETED => Rental::Completed { paid_at: paid_at()?, deal: deal()? },
            code::CANCELLED => Rental::Cancelled { paid_at: paid_at()?, deal: deal()? },
            code::EXPIRED => Rental::Expired,
            code::MISSED => Rental::Missed { paid_at: paid_at()?, deal: self.deal.clone() },
            _ => return Err(corrupt()),
        })
    }

    #[must_use]
    pub fn window(&self) -> Window {
        Window { opens_at: self.opens_at.into(), closes_at: self.closes_at.into() }
    }

    #[must_use]
    pub fn booking(&self) -> Booking {
        Booking {
            company: self.company_id.0,
            span: Span { from: self.occupied_from.into(), until: self.occupied_until.into() },
            shoppers: u64::try_from(self.expected_shoppers).unwrap_or(0),
        }
    }

    /// Why the deal is not, or not yet, as the company ordered it.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        self.seen().and_then(|seen| seen.unwritten.or(seen.refusal))
    }

    /// The guests' links, and what became of them.
    #[must_use]
    pub fn links(&self) -> Links {
        let used = self.seen().map(|seen| seen.figures.used_links).unwrap_or_default();
        Links {
            made: u32::try_from(self.guests).unwrap_or(0),
            used: LinkRange::numbers(&used),
            withdrawn: LinkRange::numbers(&self.withdrawn_links()),
        }
    }

    /// The numbers of the guests' links that let nobody in any more.
    #[must_use]
    pub fn withdrawn_links(&self) -> Vec<LinkRange> {
        let ranges = self.guests_withdrawn.as_deref().and_then(|text| serde_json::from_str(text).ok());
        ranges.unwrap_or_default()
    }

    /// What was last seen of the deal; nothing where there is none or where it cannot be read.
    #[must_use]
    pub fn seen(&self) -> Option<Observed> {
        self.observed.as_deref().and_then(|text| serde_json::from_str(text).ok())
    }
}

impl ActiveModel {
    /// The columns that a rental's life is kept in.
    pub fn set_life(&mut self, life: &Rental) {
        self.state = Set(life.code().to_owned());
        self.paid_at = Set(life.paid_at().map(Micros::from));
        self.deal = Set(life.deal().map(str::to_owned));
    }
}
