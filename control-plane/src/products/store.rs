//! Products in the database. They are always asked for by their rental.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::{Column, Entity, Model};
use crate::ids::{ProductId, RentalId};

/// A rental's products in the order in which they are shown.
///
/// # Errors
/// Where the database fails.
pub async fn of_rental<C: ConnectionTrait>(db: &C, rental: RentalId) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::RentalId.eq(rental))
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Id)
        .all(db)
        .await
}

/// The products of several rentals, each in the order in which they are shown.
///
/// # Errors
/// Where the database fails.
pub async fn of_rentals<C: ConnectionTrait>(
    db: &C,
    rentals: impl IntoIterator<Item = RentalId>,
) -> Result<HashMap<RentalId, Vec<Model>>, DbErr> {
    let found = Entity::find()
        .filter(Column::RentalId.is_in(rentals))
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    let mut by_rental: HashMap<RentalId, Vec<Model>> = HashMap::new();
    for product in found {
        by_rental.entry(product.rental_id).or_default().push(product);
    }
    Ok(by_rental)
}

/// # Errors
/// Where the database fails.
pub async fn find<C: ConnectionTrait>(
    db: &C,
    rental: RentalId,
    product: ProductId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(product).filter(Column::RentalId.eq(rental)).one(db).await
}

#[derive(FromQueryResult)]
struct Count {
    rental_id: RentalId,
    products: i64,
}

/// How many products each of several rentals has; those without any are left out.
///
/// # Errors
/// Where the database fails.
pub async fn counts<C: ConnectionTrait>(
    db: &C,
    rentals: impl Iterator<Item = RentalId>,
) -> Result<HashMap<RentalId, u64>, DbErr> {
    let counts = Entity::find()
        .select_only()
        .column(Column::RentalId)
        .column_as(Expr::col(Column::Id).count(), "products")
        .filter(Column::RentalId.is_in(rentals))
        .group_by(Column::RentalId)
        .into_model::<Count>()
        .all(db)
        .await?;
    Ok(counts.into_iter().map(|c| (c.rental_id, u64::try_from(c.products).unwrap_or(0))).collect())
}
