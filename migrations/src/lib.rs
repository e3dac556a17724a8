//! The control plane's schema, one file per feature. A migration that has been released is never
//! changed: the next one changes the schema.
//!
//! Identifiers are UUIDs, instants are microseconds since the epoch (UTC) in a `BIGINT`, money is
//! whole won in a `BIGINT`, and texts are equal if their bytes are: all this means the same on SQLite,
//! PostgreSQL and MySQL.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

mod m0001_identity;
mod m0002_companies;
mod m0003_images;
mod m0004_addresses;
mod m0005_plans;
mod m0006_requests;
mod m0020_rentals;
mod m0021_ledger;
mod m0022_jobs;
mod m0023_adoptions;
mod m0024_notices;
mod m0025_merchant_accounts;
mod m0026_guests;
mod m0027_proof_of_work;
mod m0028_withdrawn_guests;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_identity::Migration),
            Box::new(m0002_companies::Migration),
            Box::new(m0003_images::Migration),
            Box::new(m0004_addresses::Migration),
            Box::new(m0005_plans::Migration),
            Box::new(m0006_requests::Migration),
            Box::new(m0020_rentals::Migration),
            Box::new(m0021_ledger::Migration),
            Box::new(m0022_jobs::Migration),
            Box::new(m0023_adoptions::Migration),
            Box::new(m0024_notices::Migration),
            Box::new(m0025_merchant_accounts::Migration),
            Box::new(m0026_guests::Migration),
            Box::new(m0027_proof_of_work::Migration),
            Box::new(m0028_withdrawn_guests::Migration),
        ]
    }
}

/// Makes a table. On MySQL it depends on how the database was made which signs a text may hold, and
/// whether "a" is the same as "A": the table says so for itself.
async fn create_table(manager: &SchemaManager<'_>, mut table: TableCreateStatement) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::MySql {
        table.character_set("utf8mb4").collate("utf8mb4_bin");
    }
    manager.create_table(table).await
}
