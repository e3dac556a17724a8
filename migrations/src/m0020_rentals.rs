//! Rentals: the window on the calendar, what was agreed, how its fee is paid, and what is sold.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, calendar()).await?;
        let mut row = Query::insert();
        row.into_table("calendar").columns(["id", "turn"]).values_panic([1.into(), 0_i64.into()]);
        manager.execute(row).await?;
        create_table(manager, rentals()).await?;
        create_table(manager, payments()).await?;
        create_table(manager, products()).await?;
        let indexes: [(&str, &str, &[&str]); 6] = [
            ("rentals_company", "rentals", &["company_id", "opens_at", "id"]),
            ("rentals_occupied", "rentals", &["occupied_until"]),
            ("rentals_opens", "rentals", &["opens_at", "id"]),
            ("rentals_closes", "rentals", &["closes_at", "id"]),
            ("rental_payments_rental", "rental_payments", &["rental_id"]),
            ("products_rental", "products", &["rental_id", "position"]),
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

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["products", "rental_payments", "rentals", "calendar"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// One row, which every booking writes first: bookings wait for one another on every database.
fn calendar() -> TableCreateStatement {
    Table::create().table("calendar").col(integer("id").primary_key()).col(big_integer("turn")).to_owned()
}

fn rentals() -> TableCreateStatement {
    Table::create()
        .table("rentals")
        .col(uuid("id").primary_key())
        .col(uuid("company_id"))
        .col(string_len("title", 60))
        .col(string_len("category", 20))
        .col(big_integer("opens_at"))
        .col(big_integer("closes_at"))
        // The window with its margins, as they were when it was booked.
        .col(big_integer("occupied_from"))
        .col(big_integer("occupied_until"))
        // The plan, as it was when it was booked.
        .col(string_len("plan", 20))
        .col(integer("expected_shoppers"))
        .col(integer("admissions_per_second"))
        .col(integer("inside_max"))
        .col(big_integer("fee"))
        .col(string_len("state", 20))
        .col(big_integer("pay_until"))
        .col(big_integer_null("paid_at"))
        .col(string_len_null("deal", 63).unique_key())
        // The one payment of the fee that may still be approved.
        .col(uuid_null("paying"))
        .col(boolean("paused"))
        // The last status seen of its TimeDeal: phase, figures and settlement, as JSON.
        .col(text_null("observed"))
        // Written first by every transaction that changes the rental.
        .col(big_integer("turn"))
        .col(big_integer("created_at"))
        .foreign_key(ForeignKey::create().from("rentals", "company_id").to("companies", "id"))
        .to_owned()
}

fn payments() -> TableCreateStatement {
    Table::create()
        .table("rental_payments")
        .col(uuid("id").primary_key())
        .col(uuid("rental_id"))
        .col(uuid("user_id"))
        .col(big_integer("amount"))
        .col(string_len("state", 20))
        .col(string_len("payment_ref", 64))
        .col(text("redirect"))
        .col(string_len_null("proof", 300))
        .col(big_integer("expires_at"))
        .col(big_integer("created_at"))
        .foreign_key(ForeignKey::create().from("rental_payments", "rental_id").to("rentals", "id"))
        .to_owned()
}

fn products() -> TableCreateStatement {
    Table::create()
        .table("products")
        .col(uuid("id").primary_key())
        .col(uuid("rental_id"))
        .col(string_len("name", 60))
        .col(text("description"))
        .col(big_integer("list_price"))
        .col(big_integer("price"))
        .col(integer("stock"))
        .col(integer("per_shopper_max"))
        .col(uuid_null("image_id"))
        .col(integer("position"))
        .col(big_integer("created_at"))
        .foreign_key(ForeignKey::create().from("products", "rental_id").to("rentals", "id"))
        .foreign_key(ForeignKey::create().from("products", "image_id").to("images", "id"))
        .to_owned()
}
