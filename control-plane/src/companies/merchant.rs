//! A company's merchant account. The key is sealed for the company; it is opened only to be handed
//! to its own deals' runtimes and to carry out refunds.

use control_plane_gateway::Merchant;
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use secrecy::{ExposeSecret as _, SecretString};

use super::entity::merchant;
use crate::entropy::Entropy;
use crate::error::ApiError;
use crate::ids::{CompanyId, UserId};
use crate::seal::Sealer;

/// A merchant account that a company hands in.
pub struct NewMerchant<'a> {
    pub company: CompanyId,
    pub id: &'a str,
    pub key: &'a SecretString,
    pub by: UserId,
}

/// Replaces the merchant account of a company.
///
/// # Errors
/// Where the database fails.
pub async fn set(
    db: &impl ConnectionTrait,
    sealer: &Sealer,
    entropy: &Entropy,
    new: &NewMerchant<'_>,
    now: Timestamp,
) -> Result<(), DbErr> {
    use merchant::Column;
    let sealed = sealer.seal(entropy, &context(new.company), new.key.expose_secret().as_bytes());
    let row = merchant::ActiveModel {
        company_id: Set(new.company),
        merchant_id: Set(new.id.to_owned()),
        sealed_key: Set(sealed),
        updated_at: Set(now.into()),
        updated_by: Set(new.by),
    };
    let replace = OnConflict::column(Column::CompanyId)
        .update_columns([Column::MerchantId, Column::SealedKey, Column::UpdatedAt, Column::UpdatedBy])
        .to_owned();
    merchant::Entity::insert(row).on_conflict(replace).exec_without_returning(db).await.map(drop)
}

/// The merchant account of a company with its key opened, or `None` where it has none yet.
///
/// # Errors
/// Where the database fails, or where the key was sealed with another seal key.
pub async fn open(
    db: &impl ConnectionTrait,
    sealer: &Sealer,
    company: CompanyId,
) -> Result<Option<Merchant>, ApiError> {
    let Some(row) = merchant::Entity::find_by_id(company).one(db).await? else {
        return Ok(None);
    };
    let key = sealer.open_text(&context(company), &row.sealed_key).map_err(ApiError::internal)?;
    Ok(Some(Merchant { id: row.merchant_id, key }))
}

/// What the key is sealed for.
#[must_use]
pub fn context(company: CompanyId) -> String {
    format!("merchant:{company}")
}
