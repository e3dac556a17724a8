//! Adopted deals in the database, beside their ledgers.

use std::collections::HashMap;

use control_plane_core::adoption::{Books, Owner};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _, QueryTrait as _,
};

use super::entity::{Column, Entity, Model};
use crate::ledger::entity::ledger;

/// # Errors
/// Where the database fails.
pub async fn find<C: ConnectionTrait>(db: &C, deal: &str) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(deal).one(db).await
}

/// Those of these deals that were adopted, by name.
///
/// # Errors
/// Where the database fails.
pub async fn of_deals<C: ConnectionTrait>(
    db: &C,
    deals: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, Model>, DbErr> {
    let found = Entity::find().filter(Column::Deal.is_in(deals)).all(db).await?;
    Ok(found.into_iter().map(|row| (row.deal.clone(), row)).collect())
}

/// The books that there are under these names.
///
/// # Errors
/// Where the database fails.
pub async fn books<C: ConnectionTrait>(db: &C, deals: &[&str]) -> Result<HashMap<String, Books>, DbErr> {
    let ledgers = ledger::Entity::find().filter(ledger::Column::Deal.is_in(deals.iter().copied()));
    let ledgers = ledgers.all(db).await?;
    let adopted = of_deals(db, deals.iter().copied()).await?;
    let books = ledgers.into_iter().map(|ledger| {
        let owner = adopted.get(&ledger.deal).map_or(Owner::Rental, |row| Owner::Adopted(row.uid));
        let (closed, events) = (ledger.closed_at.is_some(), ledger.head().count);
        (ledger.deal, Books { owner, closed, events })
    });
    Ok(books.collect())
}

/// The adopted deals whose ledger is open.
///
/// # Errors
/// Where the database fails.
pub async fn open<C: ConnectionTrait>(db: &C) -> Result<Vec<Model>, DbErr> {
    let ledgers = ledger::Entity::find()
        .select_only()
        .column(ledger::Column::Deal)
        .filter(ledger::Column::RentalId.is_null())
        .filter(ledger::Column::ClosedAt.is_null())
        .into_query();
    Entity::find().filter(Column::Deal.in_subquery(ledgers)).all(db).await
}

/// Another deal, rented or adopted, that the secret was given to before.
///
/// # Errors
/// Where the database fails.
pub async fn holder<C: ConnectionTrait>(db: &C, secret: &str, deal: &str) -> Result<Option<String>, DbErr> {
    // A rental's secret is named as its deal.
    let rented = ledger::Entity::find_by_id(secret)
        .filter(ledger::Column::Deal.ne(deal))
        .filter(ledger::Column::RentalId.is_not_null())
        .filter(ledger::Column::ClosedAt.is_null());
    if let Some(rented) = rented.one(db).await? {
        return Ok(Some(rented.deal));
    }
    let given = ledger::Entity::find()
        .select_only()
        .column(ledger::Column::Deal)
        .filter(ledger::Column::WrittenAt.is_not_null())
        .filter(ledger::Column::ClosedAt.is_null())
        .into_query();
    let adopted = Entity::find()
        .filter(Column::SecretRef.eq(secret))
        .filter(Column::Deal.ne(deal))
        .filter(Column::Deal.in_subquery(given))
        .one(db)
        .await?;
    Ok(adopted.map(|adopted| adopted.deal))
}

/// Writes the row, in the place of an earlier deal's of that name.
///
/// # Errors
/// Where the database fails.
pub async fn keep<C: ConnectionTrait>(db: &C, row: Model) -> Result<(), DbErr> {
    let replace = OnConflict::column(Column::Deal)
        .update_columns([
            Column::Uid,
            Column::CompanyName,
            Column::CompanySlug,
            Column::Title,
            Column::SecretRef,
            Column::Payment,
        ])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(db).await.map(drop)
}
