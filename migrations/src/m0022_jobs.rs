//! Scheduled work: rows with a due time.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let jobs = Table::create()
            .table("jobs")
            .col(string_len("kind", 20))
            .col(uuid("subject"))
            .col(big_integer("due_at"))
            // Counts how often it was asked for: work asked for while it is done is done again.
            .col(big_integer("turn"))
            .col(integer("attempts"))
            .col(uuid_null("lease"))
            .col(big_integer_null("leased_until"))
            .col(string_len_null("last_error", 500))
            .primary_key(Index::create().col("kind").col("subject"))
            .to_owned();
        create_table(manager, jobs).await?;
        let by_due = Index::create().name("jobs_due").table("jobs").col("due_at").to_owned();
        manager.create_index(by_due).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("jobs").to_owned()).await
    }
}
