//! Users, identities and refresh tokens in the database.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QuerySelect as _};

use super::entity::{external, refresh_token, user};
use super::kakao::Person;
use crate::db::{Db, is_taken};
use crate::entropy::Entropy;
use crate::http::site::Site;
use crate::ids::{FamilyId, UserId};
use crate::time::Micros;

const KAKAO: &str = "kakao";
const NAME_CHARACTERS_MAX: usize = 40;
const NAMELESS: &str = "이름 없는 회원";
/// Two tabs may renew with the same token at the same moment; later than this it is a theft.
const REUSE_LEEWAY: SignedDuration = SignedDuration::from_secs(10);
/// How long a token that expired is still known, so that its reuse can be told from an invention.
const KEPT_AFTER_EXPIRY: SignedDuration = SignedDuration::from_hours(24);

/// A refresh token that is about to be handed out: the server keeps the hash alone.
pub struct NewRefresh<'a> {
    pub hash: &'a str,
    pub site: Site,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

/// What came of presenting a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// It was exchanged for the new one.
    Renewed { user: UserId, name: String },
    /// It was used before, or revoked: the whole family is revoked now.
    Reused,
    /// It is not ours, or too old, or of the other portal.
    Unknown,
}

/// The user behind a person at Kakao, made on the first visit; together with the first refresh token
/// of a new family, in one transaction.
///
/// # Errors
/// Where the database fails.
pub async fn sign_in(
    db: &Db,
    entropy: &Entropy,
    person: &Person,
    refresh: &NewRefresh<'_>,
) -> Result<user::Model, DbErr> {
    match enter(db, entropy, person, refresh).await {
        // The same person was faster in another window, on a database with several writers.
        Err(error) if is_taken(&error) => enter(db, entropy, person, refresh).await,
        entered => entered,
    }
}

async fn enter(
    db: &Db,
    entropy: &Entropy,
    person: &Person,
    refresh: &NewRefresh<'_>,
) -> Result<user::Model, DbErr> {
    // Most people come back, and reading takes no turn at the writer.
    let known = find(db.read(), &person.subject).await?;
    let txn = db.begin().await?;
    let user = match known {
        Some(user) => renamed(&txn, user, person).await?,
        None => create(&txn, entropy, person, refresh.now).await?,
    };
    insert_refresh(&txn, entropy.id(refresh.now), user.id, refresh).await?;
    txn.commit().await?;
    Ok(user)
}

async fn find(db: &impl ConnectionTrait, subject: &str) -> Result<Option<user::Model>, DbErr> {
    let id = (KAKAO.to_owned(), subject.to_owned());
    let Some(identity) = external::Entity::find_by_id(id).one(db).await? else {
        return Ok(None);
    };
    user::Entity::find_by_id(identity.user_id).one(db).await
}

/// People change what they are called.
async fn renamed(
    txn: &DatabaseTransaction,
    mut user: user::Model,
    person: &Person,
) -> Result<user::Model, DbErr> {
    let name = name_of(person);
    if person.nickname.is_none() || name == user.name {
        return Ok(user);
    }
    user::Entity::update_many()
        .col_expr(user::Column::Name, Expr::value(name.as_str()))
        .filter(user::Column::Id.eq(user.id))
        .exec(txn)
        .await?;
    user.name = name;
    Ok(user)
}

async fn create(
    txn: &DatabaseTransaction,
    entropy: &Entropy,
    person: &Person,
    now: Timestamp,
) -> Result<user::Model, DbErr> {
    if let Some(user) = find(txn, &person.subject).await? {
        return Ok(user);
    }
    let row = user::ActiveModel {
        id: Set(entropy.id(now)),
        name: Set(name_of(person)),
        created_at: Set(now.into()),
    };
    let user = user::Model {
        id: *row.id.as_ref(),
        name: row.name.as_ref().clone(),
        created_at: *row.created_at.as_ref(),
    };
    user::Entity::insert(row).exec_without_returning(txn).await?;
    let identity = external::ActiveModel {
        provider: Set(KAKAO.to_owned()),
        subject: Set(person.subject.clone()),
        user_id: Set(user.id),
        created_at: Set(now.into()),
    };
    external::Entity::insert(identity).exec_without_returning(txn).await?;
    Ok(user)
}

/// The nickname without control characters, cut to what a screen can bear.
fn name_of(person: &Person) -> String {
    let nickname = person.nickname.as_deref().unwrap_or_default();
    let name: String = nickname.chars().filter(|c| !c.is_control()).take(NAME_CHARACTERS_MAX).collect();
    let name = name.trim();
    if name.is_empty() { NAMELESS.to_owned() } else { name.to_owned() }
}

async fn insert_refresh(
    db: &impl ConnectionTrait,
    family: FamilyId,
    user: UserId,
    refresh: &NewRefresh<'_>,
) -> Result<(), DbErr> {
    let row = refresh_token::ActiveModel {
        token_hash: Set(refresh.hash.to_owned()),
        family: Set(family),
        user_id: Set(user),
        audience: Set(refresh.site.as_str().to_owned()),
        created_at: Set(refresh.now.into()),
        expires_at: Set(refresh.expires_at.into()),
        used_at: Set(None),
        revoked_at: Set(None),
    };
    refresh_token::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Exchanges the refresh token with hash `presented` for a new one of the same family.
///
/// # Errors
/// Where the database fails.
pub async fn rotate(db: &Db, presented: &str, new: &NewRefresh<'_>) -> Result<Rotation, DbErr> {
    use refresh_token::{Column, Entity};
    let txn = db.begin().await?;
    let Some(token) = Entity::find_by_id(presented.to_owned()).one(&txn).await? else {
        return Ok(Rotation::Unknown);
    };
    if token.audience != new.site.as_str() || token.expires_at <= new.now.into() {
        return Ok(Rotation::Unknown);
    }
    let stale = token.used_at.is_some_and(|used| used.timestamp() + REUSE_LEEWAY < new.now);
    if stale || token.revoked_at.is_some() {
        revoke_family(&txn, token.family, new.now).await?;
        txn.commit().await?;
        return Ok(Rotation::Reused);
    }
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(Micros::from(new.now)))
        .filter(Column::TokenHash.eq(presented))
        .filter(Column::UsedAt.is_null())
        .exec(&txn)
        .await?;
    insert_refresh(&txn, token.family, token.user_id, new).await?;
    let user = user::Entity::find_by_id(token.user_id).one(&txn).await?;
    let Some(user) = user else { return Ok(Rotation::Unknown) };
    txn.commit().await?;
    Ok(Rotation::Renewed { user: user.id, name: user.name })
}

/// Ends the session that a refresh token belongs to, on every device that shares it.
///
/// # Errors
/// Where the database fails.
pub async fn sign_out(db: &Db, presented: &str, now: Timestamp) -> Result<(), DbErr> {
    let token = refresh_token::Entity::find_by_id(presented.to_owned()).one(db.read()).await?;
    match token {
        Some(token) => revoke_family(db.write(), token.family, now).await,
        None => Ok(()),
    }
}

async fn revoke_family(db: &impl ConnectionTrait, family: FamilyId, now: Timestamp) -> Result<(), DbErr> {
    use refresh_token::Column;
    refresh_token::Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(Micros::from(now)))
        .filter(Column::Family.eq(family))
        .filter(Column::RevokedAt.is_null())
        .exec(db)
        .await
        .map(drop)
}

/// Deletes refresh tokens that expired a while ago.
///
/// # Errors
/// Where the database fails.
pub async fn forget_expired(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    let before = Micros::from(now - KEPT_AFTER_EXPIRY);
    let expired = refresh_token::Entity::delete_many().filter(refresh_token::Column::ExpiresAt.lt(before));
    Ok(expired.exec(db).await?.rows_affected)
}

/// Whether a user is one of the platform's admins, who are named by their Kakao ids.
///
/// # Errors
/// Where the database fails.
pub async fn is_admin(db: &impl ConnectionTrait, user: UserId, admins: &[u64]) -> Result<bool, DbErr> {
    use external::Column;
    if admins.is_empty() {
        return Ok(false);
    }
    let admin = external::Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Column::Provider.eq(KAKAO))
        .filter(Column::Subject.is_in(admins.iter().map(u64::to_string)))
        .limit(1)
        .one(db)
        .await?;
    Ok(admin.is_some())
}

/// Makes whatever is counted for a user wait for one another until the transaction ends.
///
/// # Errors
/// Where the database fails.
pub async fn lock(txn: &DatabaseTransaction, id: UserId) -> Result<(), DbErr> {
    user::Entity::find_by_id(id).lock_exclusive().one(txn).await.map(drop)
}

/// Whether the user still exists, and as what.
///
/// # Errors
/// Where the database fails.
pub async fn user(db: &impl ConnectionTrait, id: UserId) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find_by_id(id).one(db).await
}
