//! A row of `adoptions`: what a rental would say of a deal, for one that has none.

use crds::{Payment, TimeDeal};
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "adoptions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub deal: String,
    /// The `TimeDeal`'s.
    #[sea_orm(unique)]
    pub uid: Uuid,
    pub company_name: String,
    pub company_slug: String,
    pub title: String,
    pub secret_ref: String,
    #[sea_orm(column_type = "Text")]
    pub payment: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What the deal says of itself.
    #[must_use]
    pub fn of(name: &str, uid: Uuid, deal: &TimeDeal) -> Model {
        let spec = &deal.spec;
        Model {
            deal: name.to_owned(),
            uid,
            company_name: spec.company.name.clone(),
            company_slug: spec.company.slug.clone(),
            title: spec.title.clone(),
            secret_ref: spec.payment.secret_ref.clone(),
            payment: serde_json::to_string(&spec.payment).expect("the payment part is plain data"),
        }
    }

    /// Through whom its shoppers paid.
    ///
    /// # Errors
    /// Where the column is not what was written, which is a bug.
    pub fn payment(&self) -> Result<Payment, serde_json::Error> {
        serde_json::from_str(&self.payment)
    }
}
