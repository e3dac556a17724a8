//! Users, the identities that they sign in with, and the refresh tokens of their sessions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let users = Table::create()
            .table("users")
            .col(uuid("id").primary_key())
            .col(string_len("name", 40))
            .col(big_integer("created_at"))
            .to_owned();
        create_table(manager, users).await?;

        let identities = Table::create()
            .table("identities")
            .col(string_len("provider", 20))
            .col(string_len("subject", 64))
            .col(uuid("user_id"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("provider").col("subject"))
            .foreign_key(ForeignKey::create().from("identities", "user_id").to("users", "id"))
            .to_owned();
        create_table(manager, identities).await?;
        let by_user = Index::create().name("identities_user").table("identities").col("user_id").to_owned();
        manager.create_index(by_user).await?;

        let refresh_tokens = Table::create()
            .table("refresh_tokens")
            .col(string_len("token_hash", 64).primary_key())
            .col(uuid("family"))
            .col(uuid("user_id"))
            .col(string_len("audience", 10))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("used_at"))
            .col(big_integer_null("revoked_at"))
            .foreign_key(ForeignKey::create().from("refresh_tokens", "user_id").to("users", "id"))
            .to_owned();
        create_table(manager, refresh_tokens).await?;
        for (name, column) in [("refresh_tokens_family", "family"), ("refresh_tokens_expires", "expires_at")]
        {
            let index = Index::create().name(name).table("refresh_tokens").col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["refresh_tokens", "identities", "users"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
