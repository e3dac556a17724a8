//! Rentals in the database. What a company may see starts from the company.

use control_plane_core::calendar::{Booking, Span};
use control_plane_core::rental::{Rental, code};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::entity::{Column, Entity, Model};
use crate::http::page::Cursor;
use crate::ids::{CompanyId, RentalId};
use crate::products;
use crate::time::Micros;

/// # Errors
/// Where the database fails.
pub async fn of_company<C: ConnectionTrait>(
    db: &C,
    company: CompanyId,
    rental: RentalId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(rental).filter(Column::CompanyId.eq(company)).one(db).await
}

/// A company's rentals, the last to open first.
///
/// # Errors
/// Where the database fails.
pub async fn page_of_company<C: ConnectionTrait>(
    db: &C,
    company: CompanyId,
    after: Option<Cursor>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let mut query = Entity::find().filter(Column::CompanyId.eq(company));
    if let Some(cursor) = after {
        let id = RentalId(cursor.id);
        query = query
            .filter(Column::OpensAt.lt(cursor.at).or(Column::OpensAt.eq(cursor.at).and(Column::Id.lt(id))));
    }
    query.order_by_desc(Column::OpensAt).order_by_desc(Column::Id).limit(limit).all(db).await
}

/// Whatever company it belongs to: for jobs alone.
///
/// # Errors
/// Where the database fails.
pub async fn any<C: ConnectionTrait>(db: &C, rental: RentalId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(rental).one(db).await
}

/// Reads a rental so that nobody else changes it until the transaction ends.
///
/// # Errors
/// Where the database fails.
pub async fn lock(tx: &DatabaseTransaction, rental: RentalId) -> Result<Option<Model>, DbErr> {
    let locked = Entity::update_many()
        .col_expr(Column::Turn, Expr::col(Column::Turn).add(1))
        .filter(Column::Id.eq(rental))
        .exec(tx)
        .await?;
    if locked.rows_affected == 0 {
        return Ok(None);
    }
    any(tx, rental).await
}

/// Writes a step of a locked rental's life.
///
/// # Errors
/// Where the database fails.
pub async fn set_life(tx: &DatabaseTransaction, rental: Model, life: &Rental) -> Result<Model, DbErr> {
    let mut row = rental.into_active_model();
    row.set_life(life);
    row.update(tx).await
}

/// Makes bookings wait for one another until the transaction ends.
///
/// # Errors
/// Where the database fails.
pub async fn lock_calendar(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    calendar_row::Entity::update_many()
        .col_expr(calendar_row::Column::Turn, Expr::col(calendar_row::Column::Turn).add(1))
        .exec(tx)
        .await?;
    Ok(())
}

/// All that occupies the platform at some time within `span`.
///
/// # Errors
/// Where the database fails.
pub async fn bookings<C: ConnectionTrait>(db: &C, span: Span) -> Result<Vec<Booking>, DbErr> {
    let rentals = Entity::find()
        .filter(Column::OccupiedUntil.gt(Micros::from(span.from)))
        .filter(Column::OccupiedFrom.lt(Micros::from(span.until)))
        .filter(Column::State.is_in(code::OCCUPYING))
        .all(db)
        .await?;
    Ok(rentals.iter().map(Model::booking).collect())
}

/// How many products a rental has.
///
/// # Errors
/// Where the database fails.
pub async fn product_count<C: ConnectionTrait>(db: &C, rental: RentalId) -> Result<u64, DbErr> {
    products::entity::Entity::find().filter(products::entity::Column::RentalId.eq(rental)).count(db).await
}

mod calendar_row {
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub turn: i64,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
