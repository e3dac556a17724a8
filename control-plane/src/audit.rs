//! The log of who did what. It is only ever added to.

use jiff::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _};

use crate::entropy::Entropy;
use crate::ids::{AuditId, CompanyId, UserId};

const SUBJECT_CHARACTERS_MAX: usize = 100;
const DETAIL_CHARACTERS_MAX: usize = 1_000;

/// One deed. Never put a secret into it.
#[derive(Debug, Clone, Copy)]
pub struct Deed<'a> {
    /// `None` for the platform itself.
    pub actor: Option<UserId>,
    pub company: Option<CompanyId>,
    /// Stable: `company.approved`.
    pub action: &'static str,
    /// What it was done to.
    pub subject: &'a str,
    pub detail: &'a str,
}

/// Writes a deed down, in the transaction that does it.
///
/// # Errors
/// Where the database fails.
pub async fn record(
    db: &impl ConnectionTrait,
    entropy: &Entropy,
    deed: Deed<'_>,
    now: Timestamp,
) -> Result<(), DbErr> {
    let Deed { actor, company, action, subject, detail } = deed;
    let row = row::ActiveModel {
        id: Set(entropy.id::<AuditId>(now)),
        at: Set(now.into()),
        actor: Set(actor),
        company_id: Set(company),
        action: Set(action.to_owned()),
        subject: Set(subject.chars().take(SUBJECT_CHARACTERS_MAX).collect()),
        detail: Set(detail.chars().take(DETAIL_CHARACTERS_MAX).collect()),
    };
    row::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// What was done to a company, oldest first.
///
/// # Errors
/// Where the database fails.
pub async fn of_company(db: &impl ConnectionTrait, company: CompanyId) -> Result<Vec<row::Model>, DbErr> {
    let deeds = row::Entity::find().filter(row::Column::CompanyId.eq(company));
    deeds.order_by_asc(row::Column::At).order_by_asc(row::Column::Id).all(db).await
}

pub mod row {
    //! Rows of the log.

    use sea_orm::entity::prelude::*;

    use crate::ids::{AuditId, CompanyId, UserId};
    use crate::time::Micros;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AuditId,
        pub at: Micros,
        pub actor: Option<UserId>,
        pub company_id: Option<CompanyId>,
        pub action: String,
        pub subject: String,
        pub detail: String,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
