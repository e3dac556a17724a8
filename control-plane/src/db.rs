//! The connection to the database, and the discipline of writing to it.
//!
//! SQLite has one writer at a time. Here that writer is a pool with a single connection whose
//! transactions begin `IMMEDIATE`: whoever wants to write waits for the connection instead of being
//! told `SQLITE_BUSY` half-way through. Readers have their own pool and, thanks to WAL, never wait.
//! On PostgreSQL and MySQL both are the same pool, and transactions read what has been committed:
//! MySQL, left to itself, would show one that waited for a row what was there before it waited.
//!
//! Hold a transaction for as short as it takes, and never across a call to somebody else.

use std::time::Duration;

use migrations::{Migrator, MigratorTrait as _};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, EntityTrait, IsolationLevel, SqlErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
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
        let mut options = TransactionOptions::default();
        match self.write.get_database_backend() {
            DbBackend::Sqlite => options.sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate),
            _ => options.isolation_level = Some(IsolationLevel::ReadCommitted),
        }
        self.write.begin_with_options(options).await
    }

    /// Brings the schema up to date. Whoever else does so at the same time is waited for.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        let (lock, unlock) = match self.write.get_database_backend() {
            DbBackend::Postgres => ("SELECT pg_advisory_lock(25188)", "SELECT pg_advisory_unlock(25188)"),
            DbBackend::MySql => (
                "DO GET_LOCK(CONCAT('bidd ', DATABASE()), 600)",
                "DO RELEASE_LOCK(CONCAT('bidd ', DATABASE()))",
            ),
            // Its file belongs to one process.
            _ => return Migrator::up(&self.write, None).await,
        };
        // The lock is the connection's: the transaction does nothing but hold on to that.
        let holder = self.begin().await?;
        holder.execute_unprepared(lock).await?;
        let migrated = Migrator::up(&self.write, None).await;
        holder.execute_unprepared(unlock).await?;
        holder.commit().await?;
        migrated
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

/// Inserts a row unless there is one with the same `key`; says whether it did. Waits for a transaction
/// that is inserting the same.
///
/// # Errors
/// Where the database fails.
pub async fn insert_new<A, C>(
    db: &C,
    row: A,
    key: &[<A::Entity as EntityTrait>::Column],
) -> Result<bool, DbErr>
where
    A: ActiveModelTrait,
    C: ConnectionTrait,
{
    let insert = <A::Entity as EntityTrait>::insert(row);
    // MySQL's word for doing nothing hides every other error, and what it counts for a row that stays as
    // it is, is the same as for a new one. But a row that it refuses does not end the transaction.
    if db.get_database_backend() == DbBackend::MySql {
        return match insert.exec_without_returning(db).await {
            Ok(_) => Ok(true),
            Err(error) if is_taken(&error) => Ok(false),
            Err(error) => Err(error),
        };
    }
    let keep = OnConflict::columns(key.iter().copied()).do_nothing().to_owned();
    Ok(insert.on_conflict(keep).exec_without_returning(db).await? > 0)
}

/// Whether a row was refused because another has what only one may have.
#[must_use]
pub fn is_taken(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
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
