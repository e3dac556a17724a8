//! Deals and their ledgers: the events as they arrived, the orders that they amount to, and the
//! refunds that somebody asked for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, ledgers()).await?;
        create_table(manager, events()).await?;
        create_table(manager, orders()).await?;
        create_table(manager, refunds()).await?;
        create_indexes(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["refunds", "orders", "order_events", "ledgers"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

pub(crate) async fn create_indexes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let indexes: [(&str, &str, &[&str]); 4] = [
        ("ledgers_company", "ledgers", &["company_id"]),
        ("orders_shopper", "orders", &["shopper_id", "paid_at", "id"]),
        ("orders_deal", "orders", &["deal", "paid_at", "id"]),
        ("refunds_deal", "refunds", &["deal", "state"]),
    ];
    for (name, table, columns) in indexes {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(*column);
        }
        manager.create_index(index).await?;
    }
    Ok(())
}

/// A deal's ledger, from the moment that its `TimeDeal` is to be written.
fn ledgers() -> TableCreateStatement {
    Table::create()
        .table("ledgers")
        .col(string_len("deal", 63).primary_key())
        .col(uuid("rental_id").unique_key())
        .col(uuid("company_id"))
        .col(big_integer("events"))
        .col(string_len("digest", 64))
        .col(big_integer("gross"))
        .col(big_integer("refunds"))
        // The runtime's credential, sealed, so that the secret can be written again.
        .col(string_len("sealed_token", 600))
        // When the TimeDeal was first written: one that is gone afterwards is not written again.
        .col(big_integer_null("written_at"))
        .col(big_integer_null("closed_at"))
        // Written first by every transaction that changes the ledger.
        .col(big_integer("turn"))
        .col(big_integer("created_at"))
        .foreign_key(ForeignKey::create().from("ledgers", "rental_id").to("rentals", "id"))
        .foreign_key(ForeignKey::create().from("ledgers", "company_id").to("companies", "id"))
        .to_owned()
}

pub(crate) fn events() -> TableCreateStatement {
    Table::create()
        .table("order_events")
        .col(string_len("deal", 63))
        .col(big_integer("sequence"))
        .col(uuid("order_id"))
        // Verbatim: the chain is over this text.
        .col(text("event"))
        .col(big_integer("recorded_at"))
        .primary_key(Index::create().col("deal").col("sequence"))
        .foreign_key(ForeignKey::create().from("order_events", "deal").to("ledgers", "deal"))
        .to_owned()
}

pub(crate) fn orders() -> TableCreateStatement {
    Table::create()
        .table("orders")
        .col(uuid("id").primary_key())
        .col(string_len("deal", 63))
        .col(uuid("company_id"))
        .col(uuid("shopper_id"))
        .col(uuid("product_id"))
        .col(string_len("product_name", 200))
        .col(integer("quantity"))
        .col(big_integer("amount"))
        .col(big_integer("refunded"))
        .col(string_len("payment_ref", 100))
        .col(string_len("method", 20))
        .col(string_len("state", 20))
        .col(big_integer("paid_at"))
        .col(big_integer_null("refunded_at"))
        .col(text("delivery"))
        .foreign_key(ForeignKey::create().from("orders", "deal").to("ledgers", "deal"))
        .to_owned()
}

pub(crate) fn refunds() -> TableCreateStatement {
    Table::create()
        .table("refunds")
        .col(uuid("id").primary_key())
        .col(uuid("order_id").unique_key())
        .col(string_len("deal", 63))
        // Null where the deal's own runtime began it.
        .col(uuid_null("asked_by"))
        .col(string_len("reason", 200))
        .col(string_len("state", 20))
        // What went back, in won; zero until it has.
        .col(big_integer("amount"))
        // Carried out by the platform after the ledger was closed: not among the deal's events.
        .col(boolean("after_settlement"))
        .col(big_integer("asked_at"))
        .col(big_integer_null("done_at"))
        .foreign_key(ForeignKey::create().from("refunds", "order_id").to("orders", "id"))
        .to_owned()
}
