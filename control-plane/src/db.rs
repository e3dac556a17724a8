//! The connection to the database, and the discipline of writing to it.
//!
//! SQLite has one writer at a time. Here that writer is a pool with a single connection whose
//! transactions begin `IMMEDIATE`: whoever wants to write waits for the connection instead of being
//! told `SQLITE_BUSY` half-way through. Readers have their own pool and, thanks to WAL, never wait.
//! On PostgreSQL and MySQL both are the same pool.
//!
//! Hold a transaction for as short as it takes, and never across a call to somebody else.

use std::time::Duration;

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

const READERS_MAX: u32 = 8;
const POOL_MAX: u32 = 16;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(20);
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Where the data is. Clones share the pools.
#[derive(Clone)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

impl Db {
    /// Connects to `sqlite:`, `postgres:` or `mysql:`; an SQLite file is created where it is missing.
    ///
    /// # Errors
    /// Where the database cannot be reached or opened.
    pub async fn connect(url: &str) -> Result<Db, DbErr> {
        if url.starts_with("sqlite:") {
            let write = Database::connect(sqlite(url, 1)).await?;
            let read = Database::connect(sqlite(url, READERS_MAX)).await?;
            return Ok(Db { read, write });
        }
        let mut options = ConnectOptions::new(url);
        options.max_connections(POOL_MAX).acquire_timeout(ACQUIRE_TIMEOUT).sqlx_logging(false);
        let pool = Database::connect(options).await?;
        Ok(Db { read: pool.clone(), write: pool })
    }

    /// For queries that change nothing.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For a single statement that changes something. Several belong into [`Db::begin`].
    #[must_use]
    pub fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// Where no connection came free in time.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.write.begin_with_options(options).await
    }

    /// Closes the pools; SQLite then folds its write-ahead log back into the file.
    ///
    /// # Errors
    /// Where the driver cannot close a connection.
    pub async fn close(self) -> Result<(), DbErr> {
        self.read.close().await?;
        self.write.close().await
    }
}

fn sqlite(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged write survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT)
        });
    options
}
