//! Payments of fees in the database.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};

use super::entity::{Column, Entity, Model, State};
use crate::ids::FeeId;

/// # Errors
/// Where the database fails.
pub async fn find<C: ConnectionTrait>(db: &C, fee: FeeId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(fee).one(db).await
}

/// # Errors
/// Where the database fails.
pub async fn set_state<C: ConnectionTrait>(db: &C, fee: FeeId, state: State) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .filter(Column::Id.eq(fee))
        .exec(db)
        .await?;
    Ok(())
}

/// The payer agreed and brought `proof`.
///
/// # Errors
/// Where the database fails.
pub async fn set_approving<C: ConnectionTrait>(db: &C, fee: FeeId, proof: &str) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Approving))
        .col_expr(Column::Proof, Expr::value(proof))
        .filter(Column::Id.eq(fee))
        .exec(db)
        .await?;
    Ok(())
}
