//! A row of `rental_payments`.

use sea_orm::entity::prelude::*;

use crate::ids::{FeeId, RentalId, UserId};
use crate::time::Micros;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rental_payments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FeeId,
    pub rental_id: RentalId,
    pub user_id: UserId,
    pub amount: i64,
    pub state: State,
    pub payment_ref: String,
    /// Where the payer goes, as JSON.
    #[sea_orm(column_type = "Text")]
    pub redirect: String,
    /// What the payer brought back.
    pub proof: Option<String>,
    pub expires_at: Micros,
    pub created_at: Micros,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))")]
pub enum State {
    /// The payer was sent to the gateway.
    #[sea_orm(string_value = "begun")]
    Begun,
    /// The payer agreed; whether money has moved is not certain yet.
    #[sea_orm(string_value = "approving")]
    Approving,
    #[sea_orm(string_value = "paid")]
    Paid,
    /// No money moved, and none will.
    #[sea_orm(string_value = "failed")]
    Failed,
    /// Nobody agreed in time, or a newer payment took its place.
    #[sea_orm(string_value = "expired")]
    Expired,
}
