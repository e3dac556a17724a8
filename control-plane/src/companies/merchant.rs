//! A company's merchant accounts, at most one at each payment provider, and the one that it has chosen.
//! Keys are sealed for the company and the provider; they are opened only to be handed to the company's
//! own deals' runtimes and to carry out refunds.

use control_plane_gateway::Merchant;
use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QuerySelect as _};
use secrecy::{ExposeSecret as _, SecretString};

use super::Provider;
use super::entity::{company, merchant};
use crate::entropy::Entropy;
use crate::error::ApiError;
use crate::ids::{CompanyId, UserId};
use crate::seal::Sealer;

/// A merchant account that a company hands in.
pub struct NewMerchant<'a> {
    pub company: CompanyId,
    pub provider: Provider,
    pub id: &'a str,
    pub key: &'a SecretString,
    pub by: UserId,
}

/// An account with its key opened.
#[derive(Debug)]
pub struct Account {
    pub provider: Provider,
    pub merchant: Merchant,
}

/// Replaces the company's account at the provider, and chooses it. One at another provider stays, for
/// the refunds of what was paid there.
///
/// # Errors
/// Where the database fails.
pub async fn set(
    tx: &DatabaseTransaction,
    sealer: &Sealer,
    entropy: &Entropy,
    new: &NewMerchant<'_>,
    now: Timestamp,
) -> Result<(), DbErr> {
    use merchant::Column;
    // One after the other: of two at once, both would be chosen.
    company::Entity::find_by_id(new.company).lock_exclusive().one(tx).await?;
    merchant::Entity::update_many()
        .col_expr(Column::Chosen, Expr::value(false))
        .filter(Column::CompanyId.eq(new.company))
        .exec(tx)
        .await?;
    let context = context(new.company, new.provider);
    let sealed = sealer.seal(entropy, &context, new.key.expose_secret().as_bytes());
    let row = merchant::ActiveModel {
        company_id: Set(new.company),
        provider: Set(new.provider),
        merchant_id: Set(new.id.to_owned()),
        sealed_key: Set(sealed),
        chosen: Set(true),
        updated_at: Set(now.into()),
        updated_by: Set(new.by),
    };
    let replace = OnConflict::columns([Column::CompanyId, Column::Provider])
        .update_columns([
            Column::MerchantId,
            Column::SealedKey,
            Column::Chosen,
            Column::UpdatedAt,
            Column::UpdatedBy,
        ])
        .to_owned();
    merchant::Entity::insert(row).on_conflict(replace).exec_without_returning(tx).await.map(drop)
}

/// The account that a company has chosen, or `None` where it has none yet.
///
/// # Errors
/// Where the database fails, or where the key was sealed with another seal key.
pub async fn open(
    db: &impl ConnectionTrait,
    sealer: &Sealer,
    company: CompanyId,
) -> Result<Option<Account>, ApiError> {
    let row = super::store::chosen(db, company).await?;
    row.map(|row| opened(sealer, row)).transpose()
}

/// The company's account at this provider, chosen or not.
///
/// # Errors
/// As [`open`].
pub async fn open_at(
    db: &impl ConnectionTrait,
    sealer: &Sealer,
    company: CompanyId,
    provider: Provider,
) -> Result<Option<Merchant>, ApiError> {
    let row = merchant::Entity::find_by_id((company, provider)).one(db).await?;
    row.map(|row| opened(sealer, row).map(|account| account.merchant)).transpose()
}

fn opened(sealer: &Sealer, row: merchant::Model) -> Result<Account, ApiError> {
    let context = context(row.company_id, row.provider);
    let key = sealer.open_text(&context, &row.sealed_key).map_err(ApiError::internal)?;
    Ok(Account { provider: row.provider, merchant: Merchant { id: row.merchant_id, key } })
}

/// What the key is sealed for: a key that is moved to another provider's row opens nothing.
#[must_use]
pub fn context(company: CompanyId, provider: Provider) -> String {
    match provider {
        // As it was before there was another.
        Provider::KakaoPay => format!("merchant:{company}"),
        Provider::Toss => format!("merchant:{company}:toss"),
    }
}
