//! Where a shopper's parcels go.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let addresses = Table::create()
            .table("addresses")
            .col(uuid("id").primary_key())
            .col(uuid("user_id"))
            .col(string_len("recipient", 40))
            .col(string_len("phone", 16))
            .col(string_len("postcode", 5))
            .col(string_len("line1", 100))
            .col(string_len("line2", 100))
            .col(string_len("note", 100))
            .col(big_integer("created_at"))
            .foreign_key(ForeignKey::create().from("addresses", "user_id").to("users", "id"))
            .to_owned();
        create_table(manager, addresses).await?;
        let by_user =
            Index::create().name("addresses_user").table("addresses").col("user_id").col("id").to_owned();
        manager.create_index(by_user).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("addresses").to_owned()).await
    }
}
