//! What is known of pictures, in the database.

use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::decode::Decoded;
use super::entity::{ActiveModel, Column, Entity, Model};
use crate::ids::{CompanyId, ImageId};

/// # Errors
/// Where the database fails.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    id: ImageId,
    company: CompanyId,
    picture: &Decoded,
    now: Timestamp,
) -> Result<(), DbErr> {
    let size = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let row = ActiveModel {
        id: Set(id),
        company_id: Set(company),
        content_type: Set(picture.content_type.to_owned()),
        width: Set(i32::try_from(picture.width).unwrap_or(i32::MAX)),
        height: Set(i32::try_from(picture.height).unwrap_or(i32::MAX)),
        bytes: Set(size(picture.content.len())),
        created_at: Set(now.into()),
    };
    Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// # Errors
/// Where the database fails.
pub(super) async fn count(db: &impl ConnectionTrait, company: CompanyId) -> Result<u64, DbErr> {
    Entity::find().filter(Column::CompanyId.eq(company)).count(db).await
}

/// A picture, whoever asks: pictures are public.
///
/// # Errors
/// Where the database fails.
pub(super) async fn find(db: &impl ConnectionTrait, id: ImageId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(db).await
}

/// Whether a picture is one of this company's.
///
/// # Errors
/// Where the database fails.
pub async fn belongs(db: &impl ConnectionTrait, company: CompanyId, id: ImageId) -> Result<bool, DbErr> {
    let found = Entity::find_by_id(id).filter(Column::CompanyId.eq(company)).one(db).await?;
    Ok(found.is_some())
}
