//! The deals' runtimes: each has a credential for its own deal's ledger and for nothing else. Only
//! the credential's hash is kept.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use jiff::Timestamp;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use subtle::ConstantTimeEq as _;

use crate::error::ApiError;
use crate::http::auth::path_param;
use crate::state::AppState;
use crate::time::Micros;

/// The runtime of the deal that the path names as `{deal}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeOf {
    pub deal: String,
}

impl FromRequestParts<AppState> for RuntimeOf {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let deal = path_param(parts, "deal").await.ok_or(ApiError::NotThisRuntime)?;
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or(ApiError::NotThisRuntime)?;
        let known = credential::Entity::find_by_id(deal.clone()).one(state.db.read()).await?;
        let known = known.ok_or(ApiError::NotThisRuntime)?;
        if bool::from(known.token_hash.as_bytes().ct_eq(hash(token).as_bytes())) {
            Ok(RuntimeOf { deal })
        } else {
            Err(ApiError::NotThisRuntime)
        }
    }
}

/// Gives a deal's runtime its credential; an earlier one stops working.
///
/// # Errors
/// Where the database fails.
pub async fn set_credential(
    db: &impl ConnectionTrait,
    deal: &str,
    token: &str,
    now: Timestamp,
) -> Result<(), DbErr> {
    let row = credential::ActiveModel {
        deal: Set(deal.to_owned()),
        token_hash: Set(hash(token)),
        created_at: Set(now.into()),
    };
    let replace = OnConflict::column(credential::Column::Deal)
        .update_columns([credential::Column::TokenHash, credential::Column::CreatedAt])
        .to_owned();
    credential::Entity::insert(row).on_conflict(replace).exec_without_returning(db).await.map(drop)
}

/// What is kept of a credential. It is random and long, so that a plain hash cannot be reversed.
fn hash(token: &str) -> String {
    hex::encode(blake3::derive_key("bidd runtime credential v1", token.as_bytes()))
}

mod credential {
    use super::Micros;
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "runtime_credentials")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub deal: String,
        pub token_hash: String,
        pub created_at: Micros,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
