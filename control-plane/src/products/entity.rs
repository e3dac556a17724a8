//! A row of `products`.

use sea_orm::entity::prelude::*;

use crate::ids::{ImageId, ProductId, RentalId};
use crate::time::Micros;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "products")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    pub rental_id: RentalId,
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    pub list_price: i64,
    pub price: i64,
    pub stock: i32,
    pub per_shopper_max: i32,
    pub image_id: Option<ImageId>,
    pub position: i32,
    pub created_at: Micros,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
