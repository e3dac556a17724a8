//! What requests need to be told apart: answers to requests with an `Idempotency-Key`, and the
//! credentials with which each deal's runtime speaks to the ledger.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let requests = Table::create()
            .table("idempotency")
            .col(uuid("caller"))
            .col(string_len("route", 60))
            .col(string_len("request_key", 100))
            .col(string_len("body_hash", 64))
            .col(integer_null("status"))
            .col(text_null("response"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("caller").col("route").col("request_key"))
            .to_owned();
        create_table(manager, requests).await?;
        let by_age =
            Index::create().name("idempotency_created").table("idempotency").col("created_at").to_owned();
        manager.create_index(by_age).await?;

        let credentials = Table::create()
            .table("runtime_credentials")
            .col(string_len("deal", 63).primary_key())
            .col(string_len("token_hash", 64))
            .col(big_integer("created_at"))
            .to_owned();
        create_table(manager, credentials).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["runtime_credentials", "idempotency"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
