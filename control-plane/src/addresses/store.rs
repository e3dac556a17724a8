//! Addresses in the database. Every query starts from the shopper whose they are.

use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryOrder as _};

use super::{Address, NewAddress};
use crate::db::Db;
use crate::entropy::Entropy;
use crate::error::ApiError;
use crate::identity;
use crate::ids::{AddressId, UserId};
use entity::{ActiveModel, Column, Entity, Model};

/// How many addresses one shopper keeps. Few enough for one page.
pub const PER_SHOPPER_MAX: u64 = 20;

/// All of a shopper's addresses, the newest first.
///
/// # Errors
/// Where the database fails.
pub async fn of(db: &impl ConnectionTrait, shopper: UserId) -> Result<Vec<Address>, DbErr> {
    let rows = Entity::find().filter(Column::UserId.eq(shopper)).order_by_desc(Column::Id).all(db).await?;
    Ok(rows.into_iter().map(Address::from).collect())
}

/// # Errors
/// 409 `too_many_addresses`.
pub async fn add(
    db: &Db,
    entropy: &Entropy,
    shopper: UserId,
    new: NewAddress,
    now: Timestamp,
) -> Result<Address, ApiError> {
    let NewAddress { recipient, phone, postcode, line1, line2, note } = new;
    let txn = db.begin().await?;
    // Counted below: of one shopper's addresses, one after the other.
    identity::store::lock(&txn, shopper).await?;
    if Entity::find().filter(Column::UserId.eq(shopper)).count(&txn).await? >= PER_SHOPPER_MAX {
        return Err(ApiError::Conflict {
            code: "too_many_addresses",
            detail: "배송지는 20곳까지 둘 수 있어요. 쓰지 않는 배송지를 지우고 다시 시도해 주세요.",
        });
    }
    let row = ActiveModel {
        id: Set(entropy.id(now)),
        user_id: Set(shopper),
        recipient: Set(recipient),
        phone: Set(phone),
        postcode: Set(postcode),
        line1: Set(line1),
        line2: Set(line2),
        note: Set(note),
        created_at: Set(now.into()),
    };
    let row = row.insert(&txn).await?;
    txn.commit().await?;
    Ok(row.into())
}

/// Whether there was such an address of this shopper.
///
/// # Errors
/// Where the database fails.
pub async fn remove(db: &impl ConnectionTrait, shopper: UserId, id: AddressId) -> Result<bool, DbErr> {
    let removed =
        Entity::delete_many().filter(Column::UserId.eq(shopper)).filter(Column::Id.eq(id)).exec(db).await?;
    Ok(removed.rows_affected > 0)
}

impl From<Model> for Address {
    fn from(row: Model) -> Self {
        Address {
            id: row.id,
            recipient: row.recipient,
            phone: row.phone,
            postcode: row.postcode,
            line1: row.line1,
            line2: row.line2,
            note: row.note,
            created_at: row.created_at.timestamp(),
        }
    }
}

mod entity {
    use sea_orm::entity::prelude::*;

    use crate::ids::{AddressId, UserId};
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "addresses")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AddressId,
        pub user_id: UserId,
        pub recipient: String,
        pub phone: String,
        pub postcode: String,
        pub line1: String,
        pub line2: String,
        pub note: String,
        pub created_at: Micros,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
