//! Pictures: what is known of an object in the store.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let images = Table::create()
            .table("images")
            .col(uuid("id").primary_key())
            .col(uuid("company_id"))
            .col(string_len("content_type", 20))
            .col(integer("width"))
            .col(integer("height"))
            .col(integer("bytes"))
            .col(big_integer("created_at"))
            .foreign_key(ForeignKey::create().from("images", "company_id").to("companies", "id"))
            .to_owned();
        create_table(manager, images).await?;
        let by_company =
            Index::create().name("images_company").table("images").col("company_id").col("id").to_owned();
        manager.create_index(by_company).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("images").to_owned()).await
    }
}
