//! A row of `jobs`.

use sea_orm::entity::prelude::*;

use crate::time::Micros;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Uuid,
    pub due_at: Micros,
    /// Counts how often it was asked for.
    pub turn: i64,
    /// Failures in a row.
    pub attempts: i32,
    pub lease: Option<Uuid>,
    pub leased_until: Option<Micros>,
    pub last_error: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
