//! Deals that no rental made. Their ledger has no rental, and a company that need not be known here.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;
use crate::m0021_ledger as before;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The ledger's tables, each after those that it refers to.
const TABLES: [(&str, &[&str]); 4] = [
    (
        "ledgers",
        &[
            "deal",
            "rental_id",
            "company_id",
            "events",
            "digest",
            "gross",
            "refunds",
            "sealed_token",
            "written_at",
            "closed_at",
            "turn",
            "created_at",
        ],
    ),
    ("order_events", &["deal", "sequence", "order_id", "event", "recorded_at"]),
    (
        "orders",
        &[
            "id",
            "deal",
            "company_id",
            "shopper_id",
            "product_id",
            "product_name",
            "quantity",
            "amount",
            "refunded",
            "payment_ref",
            "method",
            "state",
            "paid_at",
            "refunded_at",
            "delivery",
        ],
    ),
    (
        "refunds",
        &[
            "id",
            "order_id",
            "deal",
            "asked_by",
            "reason",
            "state",
            "amount",
            "after_settlement",
            "asked_at",
            "done_at",
        ],
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// SQLite neither drops a constraint nor lets a table go that others refer to: all of them are
    /// made anew and filled from what they were. It is done alike on every database.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _) in TABLES {
            let rename = Table::rename().table(table, aside(table)).to_owned();
            manager.rename_table(rename).await?;
        }
        for table in [ledgers(), before::events(), before::orders(), before::refunds()] {
            create_table(manager, table).await?;
        }
        for (table, columns) in TABLES {
            let mut rows = Query::select();
            rows.columns(columns.iter().copied()).from(aside(table));
            let mut copy = Query::insert();
            copy.into_table(table).columns(columns.iter().copied());
            copy.select_from(rows).map_err(|error| DbErr::Migration(error.to_string()))?;
            manager.execute(copy).await?;
        }
        for (table, _) in TABLES.into_iter().rev() {
            manager.drop_table(Table::drop().table(aside(table)).to_owned()).await?;
        }
        before::create_indexes(manager).await?;
        manager
            .create_index(
                Index::create()
                    .name("orders_company")
                    .table("orders")
                    .col("company_id")
                    .col("paid_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        create_table(manager, adoptions()).await
    }

    /// The ledgers stay as they are: they take everything that they took before.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("adoptions").to_owned()).await?;
        manager.drop_index(Index::drop().name("orders_company").table("orders").to_owned()).await
    }
}

fn aside(table: &str) -> String {
    format!("{table}_before")
}

/// As before, but for the rental, which may be missing, and the company, which is not looked up.
fn ledgers() -> TableCreateStatement {
    Table::create()
        .table("ledgers")
        .col(string_len("deal", 63).primary_key())
        .col(uuid_null("rental_id").unique_key())
        .col(uuid("company_id"))
        .col(big_integer("events"))
        .col(string_len("digest", 64))
        .col(big_integer("gross"))
        .col(big_integer("refunds"))
        .col(string_len("sealed_token", 600))
        .col(big_integer_null("written_at"))
        .col(big_integer_null("closed_at"))
        .col(big_integer("turn"))
        .col(big_integer("created_at"))
        .foreign_key(ForeignKey::create().from("ledgers", "rental_id").to("rentals", "id"))
        .to_owned()
}

/// What a rental would say of a deal, for one that has none.
fn adoptions() -> TableCreateStatement {
    Table::create()
        .table("adoptions")
        .col(string_len("deal", 63).primary_key())
        // The TimeDeal's: one that is deleted and made again is another deal.
        .col(uuid("uid").unique_key())
        .col(string_len("company_name", 100))
        .col(string_len("company_slug", 63))
        .col(string_len("title", 100))
        .col(string_len("secret_ref", 63))
        // The payment part of its spec, as JSON: refunds after the settlement go by it.
        .col(text("payment"))
        // The last status seen, as JSON.
        .col(text_null("observed"))
        .foreign_key(ForeignKey::create().from("adoptions", "deal").to("ledgers", "deal"))
        .to_owned()
}
