//! Companies in the database. Queries for what a company owns start from its members or its id.

use sea_orm::ConnectionTrait;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;

use super::Role;
use super::entity::{company, member};
use crate::ids::{CompanyId, UserId};

/// The company and the user's role in it, or `None` where they do not belong to it.
///
/// # Errors
/// Where the database fails.
pub async fn membership(
    db: &impl ConnectionTrait,
    company: CompanyId,
    user: UserId,
) -> Result<Option<(company::Model, Role)>, DbErr> {
    let found =
        member::Entity::find_by_id((company, user)).find_also_related(company::Entity).one(db).await?;
    Ok(found.and_then(|(member, company)| Some((company?, member.role))))
}

/// The companies that a user belongs to, oldest first.
///
/// # Errors
/// Where the database fails.
pub async fn of_user(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<(company::Model, Role)>, DbErr> {
    let found = member::Entity::find()
        .filter(member::Column::UserId.eq(user))
        .find_also_related(company::Entity)
        .order_by_asc(member::Column::CompanyId)
        .all(db)
        .await?;
    Ok(found.into_iter().filter_map(|(member, company)| Some((company?, member.role))).collect())
}

/// A company by its id, whoever asks: for the platform's own work.
///
/// # Errors
/// Where the database fails.
pub async fn by_id(db: &impl ConnectionTrait, id: CompanyId) -> Result<Option<company::Model>, DbErr> {
    company::Entity::find_by_id(id).one(db).await
}

/// A company by its slug: for the storefront.
///
/// # Errors
/// Where the database fails.
pub async fn by_slug(db: &impl ConnectionTrait, slug: &str) -> Result<Option<company::Model>, DbErr> {
    company::Entity::find().filter(company::Column::Slug.eq(slug)).one(db).await
}
