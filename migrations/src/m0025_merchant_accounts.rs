//! A company may have an account at each payment provider, and chooses one; an order knows through
//! whose its money came. Whatever there was before is KakaoPay's.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;
use crate::m0002_companies as before;

#[derive(DeriveMigrationName)]
pub struct Migration;

const KAKAOPAY: &str = "kakaoPay";
const KEPT: [&str; 5] = ["company_id", "merchant_id", "sealed_key", "updated_at", "updated_by"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// SQLite changes no column: the table is made anew, with a longer merchant id and another key.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, accounts()).await?;
        let mut rows = Query::select();
        rows.columns(KEPT).expr(Expr::value(KAKAOPAY)).expr(Expr::value(true)).from("company_merchants");
        let mut copy = Query::insert();
        copy.into_table("merchant_accounts").columns(KEPT.into_iter().chain(["provider", "chosen"]));
        copy.select_from(rows).map_err(|error| DbErr::Migration(error.to_string()))?;
        manager.execute(copy).await?;
        manager.drop_table(Table::drop().table("company_merchants").to_owned()).await?;
        let mut change = Table::alter();
        change.table("orders").add_column(string_len("provider", 20).default(KAKAOPAY));
        manager.alter_table(change).await
    }

    /// Accounts at other providers have no place in the older schema.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut change = Table::alter();
        change.table("orders").drop_column("provider");
        manager.alter_table(change).await?;
        create_table(manager, before::merchants()).await?;
        let mut rows = Query::select();
        rows.columns(KEPT).from("merchant_accounts").and_where(Expr::col("provider").eq(KAKAOPAY));
        let mut copy = Query::insert();
        copy.into_table("company_merchants").columns(KEPT);
        copy.select_from(rows).map_err(|error| DbErr::Migration(error.to_string()))?;
        manager.execute(copy).await?;
        manager.drop_table(Table::drop().table("merchant_accounts").to_owned()).await
    }
}

fn accounts() -> TableCreateStatement {
    Table::create()
        .table("merchant_accounts")
        .col(uuid("company_id"))
        .col(string_len("provider", 20))
        .col(string_len("merchant_id", 64))
        // `key id . nonce . ciphertext`, as `seal.rs` writes it.
        .col(string_len("sealed_key", 600))
        // Of one account of a company: the one that its next deals use.
        .col(boolean("chosen"))
        .col(big_integer("updated_at"))
        .col(uuid("updated_by"))
        .primary_key(Index::create().col("company_id").col("provider"))
        .foreign_key(ForeignKey::create().from("merchant_accounts", "company_id").to("companies", "id"))
        .to_owned()
}
