//! Sealing everything at rest again, with the key that the sealer seals with now.
//!
//! Each row is a step of its own, and is written only if it still holds what was read: the command
//! may be interrupted, repeated, and run while the platform serves. The sealed cookie of a signing-in
//! lives for minutes and is left alone.

use sea_orm::entity::prelude::*;
use sea_orm::{Condition, DbErr, QueryOrder as _, QuerySelect as _};

use super::{SealError, Sealer};
use crate::companies::{Provider, entity::merchant, merchant as account};
use crate::db::Db;
use crate::entropy::Entropy;
use crate::ids::CompanyId;
use crate::ledger::{entity::ledger, open as credential};

/// How many rows are read at a time.
const PAGE: u64 = 200;

/// What a rotation found and did.
#[derive(Debug, Default)]
pub struct Rotated {
    /// Sealed again, with the key of now.
    pub resealed: u64,
    /// Under the key of now already, or changed by somebody else meanwhile, who seals with that one.
    pub kept: u64,
    /// What neither key opens. It stays as it is, and so must whichever key opens it.
    pub unreadable: Vec<Unreadable>,
}

/// A secret that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{context} cannot be opened")]
pub struct Unreadable {
    pub context: String,
    #[source]
    pub error: SealError,
}

/// Seals merchant keys and ledger credentials again.
///
/// # Errors
/// Where the database fails. What was sealed until then stays so.
pub async fn rotate(db: &Db, sealer: &Sealer, entropy: &Entropy) -> Result<Rotated, DbErr> {
    let mut rotation = Rotation { db, sealer, entropy, rotated: Rotated::default() };
    rotation.merchants().await?;
    rotation.ledgers().await?;
    Ok(rotation.rotated)
}

struct Rotation<'a> {
    db: &'a Db,
    sealer: &'a Sealer,
    entropy: &'a Entropy,
    rotated: Rotated,
}

impl Rotation<'_> {
    async fn merchants(&mut self) -> Result<(), DbErr> {
        use merchant::{Column, Entity};
        let mut after: Option<(CompanyId, Provider)> = None;
        loop {
            let page = Entity::find().order_by_asc(Column::CompanyId).order_by_asc(Column::Provider);
            let page = match after {
                Some((company, provider)) => page.filter(
                    Condition::any().add(Column::CompanyId.gt(company)).add(
                        Condition::all()
                            .add(Column::CompanyId.eq(company))
                            .add(Column::Provider.gt(provider)),
                    ),
                ),
                None => page,
            };
            let rows = page.limit(PAGE).all(self.db.read()).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some((last.company_id, last.provider));
            for row in rows {
                let context = account::context(row.company_id, row.provider);
                let Some(sealed) = self.reseal(context, &row.sealed_key) else {
                    continue;
                };
                let done = Entity::update_many()
                    .col_expr(Column::SealedKey, Expr::value(sealed))
                    .filter(Column::CompanyId.eq(row.company_id))
                    .filter(Column::Provider.eq(row.provider))
                    .filter(Column::SealedKey.eq(row.sealed_key))
                    .exec(self.db.write())
                    .await?;
                self.count(done.rows_affected);
            }
        }
    }

    async fn ledgers(&mut self) -> Result<(), DbErr> {
        use ledger::{Column, Entity};
        let mut after = String::new();
        loop {
            let page = Entity::find().filter(Column::Deal.gt(after)).order_by_asc(Column::Deal).limit(PAGE);
            let rows = page.all(self.db.read()).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.deal.clone();
            for row in rows {
                let Some(sealed) = self.reseal(credential::seal_context(&row.deal), &row.sealed_token) else {
                    continue;
                };
                let done = Entity::update_many()
                    .col_expr(Column::SealedToken, Expr::value(sealed))
                    .filter(Column::Deal.eq(row.deal))
                    .filter(Column::SealedToken.eq(row.sealed_token))
                    .exec(self.db.write())
                    .await?;
                self.count(done.rows_affected);
            }
        }
    }

    /// `sealed` under the key of now, where it is not yet and can be opened.
    fn reseal(&mut self, context: String, sealed: &str) -> Option<String> {
        match self.sealer.open(&context, sealed) {
            Ok(_) if self.sealer.is_own(sealed) => {
                self.rotated.kept += 1;
                None
            }
            Ok(plain) => Some(self.sealer.seal(self.entropy, &context, &plain)),
            Err(error) => {
                self.rotated.unreadable.push(Unreadable { context, error });
                None
            }
        }
    }

    fn count(&mut self, rows_written: u64) {
        match rows_written {
            0 => self.rotated.kept += 1,
            _ => self.rotated.resealed += 1,
        }
    }
}
