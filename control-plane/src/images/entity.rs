//! Rows of pictures.

use sea_orm::entity::prelude::*;

use crate::ids::{CompanyId, ImageId};
use crate::time::Micros;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "images")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImageId,
    pub company_id: CompanyId,
    pub content_type: String,
    pub width: i32,
    pub height: i32,
    pub bytes: i32,
    pub created_at: Micros,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
