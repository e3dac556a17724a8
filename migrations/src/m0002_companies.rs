//! Companies: their application and its review, who belongs to them, their sealed merchant key, and
//! the log of who did what.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, companies()).await?;
        let by_state =
            Index::create().name("companies_state").table("companies").col("state").col("id").to_owned();
        manager.create_index(by_state).await?;

        create_table(manager, members()).await?;
        let by_user =
            Index::create().name("company_members_user").table("company_members").col("user_id").to_owned();
        manager.create_index(by_user).await?;

        create_table(manager, merchants()).await?;

        create_table(manager, audit_log()).await?;
        let by_company = Index::create()
            .name("audit_log_company")
            .table("audit_log")
            .col("company_id")
            .col("id")
            .to_owned();
        manager.create_index(by_company).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit_log", "company_merchants", "company_members", "companies"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn companies() -> TableCreateStatement {
    Table::create()
        .table("companies")
        .col(uuid("id").primary_key())
        .col(string_len("name", 60))
        .col(string_len("slug", 30))
        // Null once an application was rejected, so that name and number may be used again.
        .col(string_len_null("claimed_slug", 30).unique_key())
        .col(string_len_null("claimed_number", 10).unique_key())
        .col(string_len("business_number", 10))
        .col(string_len("representative", 40))
        .col(string_len("mail_order_number", 60))
        .col(string_len("contact_email", 254))
        .col(string_len("contact_phone", 16))
        .col(string_len("state", 10))
        .col(string_len_null("rejected_reason", 500))
        .col(big_integer("applied_at"))
        .col(big_integer_null("reviewed_at"))
        .col(uuid_null("reviewed_by"))
        .to_owned()
}

fn members() -> TableCreateStatement {
    Table::create()
        .table("company_members")
        .col(uuid("company_id"))
        .col(uuid("user_id"))
        .col(string_len("role", 10))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("company_id").col("user_id"))
        .foreign_key(ForeignKey::create().from("company_members", "company_id").to("companies", "id"))
        .foreign_key(ForeignKey::create().from("company_members", "user_id").to("users", "id"))
        .to_owned()
}

pub(crate) fn merchants() -> TableCreateStatement {
    Table::create()
        .table("company_merchants")
        .col(uuid("company_id").primary_key())
        .col(string_len("merchant_id", 10))
        // `key id . nonce . ciphertext`, as `seal.rs` writes it.
        .col(string_len("sealed_key", 600))
        .col(big_integer("updated_at"))
        .col(uuid("updated_by"))
        .foreign_key(ForeignKey::create().from("company_merchants", "company_id").to("companies", "id"))
        .to_owned()
}

fn audit_log() -> TableCreateStatement {
    Table::create()
        .table("audit_log")
        .col(uuid("id").primary_key())
        .col(big_integer("at"))
        .col(uuid_null("actor"))
        .col(uuid_null("company_id"))
        .col(string_len("action", 60))
        .col(string_len("subject", 100))
        .col(string_len("detail", 1000))
        .to_owned()
}
