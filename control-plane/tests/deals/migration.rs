//! The schema changes under a platform that has a past: nothing of the books is lost on the way.

use control_plane::companies::{Provider, store};
use control_plane::db::Db;
use control_plane::ids::CompanyId;
use control_plane::ledger::entity::order;
use futures_util::future::join_all;
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, DbBackend, DbErr, EntityTrait as _, Statement};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::database;

/// As many migrations as there were before deals could be adopted.
const BEFORE_ADOPTIONS: u32 = 9;

/// One rental with its ledger, an event, an order and a refund, each with the id that is its number.
const PAST: [&str; 6] = [
    "INSERT INTO companies VALUES (#1, '한빛', 'hanbit', 'hanbit', NULL, '1234567891', '김사장', 'no', 'a@b',
     '+82', 'approved', NULL, 1, NULL, NULL)",
    "INSERT INTO rentals VALUES (#2, #1, '원두', 'food', 1, 2, 0, 3, 'light', 10, 10, 10, 1000, 'completed',
     1, 1, 'hanbit-1', NULL, FALSE, NULL, 0, 1)",
    "INSERT INTO ledgers VALUES ('hanbit-1', #2, #1, 1, 'digest', 1000, 300, 'sealed', 1, 2, 5, 1)",
    "INSERT INTO order_events VALUES ('hanbit-1', 1, #3, 'event', 1)",
    "INSERT INTO orders VALUES (#3, 'hanbit-1', #1, #4, #5, '원두', 1, 1000, 300, 'T-1', 'MONEY',
     'paid', 1, NULL, '{}')",
    "INSERT INTO refunds VALUES (#6, #3, 'hanbit-1', NULL, '', 'done', 300, FALSE, 1, 2)",
];

const TABLES: [&str; 4] = ["ledgers", "order_events", "orders", "refunds"];

/// What an order had before it knew its payment provider.
const ORDER: &str = "id, deal, company_id, shopper_id, product_id, product_name, quantity, amount, refunded,
     payment_ref, method, state, paid_at, refunded_at, delivery";

/// A merchant account from when there was one provider.
const ACCOUNT: &str = "INSERT INTO company_merchants VALUES (#1, 'CT12345678', 'sealed', 1, #4)";

/// A statement, with the ids in it as the database writes them.
fn written(db: &Db, statement: &str) -> String {
    let mut parts = statement.split('#');
    let mut written = parts.next().unwrap().to_owned();
    for part in parts {
        let (number, rest) = part.split_at(1);
        let id = Uuid::from_u128(number.parse().unwrap());
        written += &match db.write().get_database_backend() {
            DbBackend::Postgres => format!("'{id}'"),
            _ => format!("x'{}'", id.simple()),
        };
        written += rest;
    }
    written
}

async fn run(db: &Db, statement: &str) -> Result<(), DbErr> {
    db.write().execute_unprepared(&written(db, statement)).await.map(drop)
}

async fn rows(db: &Db) -> Vec<String> {
    let mut rows = Vec::new();
    for table in TABLES {
        let backend = db.write().get_database_backend();
        let columns = if table == "orders" { ORDER } else { "*" };
        let select = Statement::from_string(backend, format!("SELECT {columns} FROM {table}"));
        let found = db.write().query_all_raw(select).await.unwrap();
        rows.extend(found.iter().map(|row| format!("{table} {row:?}")));
    }
    rows
}

async fn empty(dir: &TempDir) -> Db {
    Db::connect(&database::fresh(dir.path()).await).await.unwrap()
}

#[tokio::test]
async fn books_that_there_are_stay_as_they_are() {
    let dir = TempDir::new().unwrap();
    let db = empty(&dir).await;
    Migrator::up(db.write(), Some(BEFORE_ADOPTIONS)).await.unwrap();
    for statement in PAST {
        run(&db, statement).await.unwrap();
    }
    run(&db, ACCOUNT).await.unwrap();
    let before = rows(&db).await;
    assert_eq!(before.len(), 4);
    db.migrate().await.unwrap();
    assert_eq!(rows(&db).await, before);

    let account = store::chosen(db.read(), CompanyId(Uuid::from_u128(1))).await.unwrap().unwrap();
    assert_eq!((account.provider, account.merchant_id.as_str()), (Provider::KakaoPay, "CT12345678"));
    assert_eq!(account.sealed_key, "sealed");
    let order = order::Entity::find().one(db.read()).await.unwrap().unwrap();
    assert_eq!(order.provider, Provider::KakaoPay);

    let orphan = "INSERT INTO orders SELECT #7, 'nobody', company_id, shopper_id, product_id, product_name,
         quantity, amount, refunded, payment_ref, method, state, paid_at, refunded_at, delivery, provider FROM orders";
    run(&db, orphan).await.expect_err("an order has a ledger");
    let free =
        "INSERT INTO ledgers VALUES ('by-hand', NULL, #8, 0, 'digest', 0, 0, 'sealed', NULL, NULL, 0, 1)";
    run(&db, free).await.expect("a ledger needs neither a rental nor a known company");
}

#[tokio::test]
async fn the_schema_can_be_taken_back_and_made_again() {
    let dir = TempDir::new().unwrap();
    let db = empty(&dir).await;
    db.migrate().await.unwrap();
    Migrator::down(db.write(), None).await.unwrap();
    for table in TABLES {
        run(&db, &format!("SELECT * FROM {table}")).await.expect_err("the table is gone");
    }
    db.migrate().await.unwrap();
    for statement in PAST {
        let now = statement
            .replace("FALSE, NULL, 0, 1)", "FALSE, NULL, 0, 1, '', 0, FALSE, NULL)")
            .replace("'{}')", "'{}', 'kakaoPay')");
        run(&db, &now).await.unwrap();
    }
    assert_eq!(rows(&db).await.len(), 4);
}

#[tokio::test]
async fn replicas_that_start_together_wait_for_one_another() {
    let dir = TempDir::new().unwrap();
    let url = database::fresh(dir.path()).await;
    let one = Db::connect(&url).await.unwrap();
    // An SQLite file has one process.
    let others = match one.write().get_database_backend() {
        DbBackend::Sqlite => 0,
        _ => 3,
    };
    let mut replicas = vec![one];
    for _ in 0..others {
        replicas.push(Db::connect(&url).await.unwrap());
    }
    for migrated in join_all(replicas.iter().map(Db::migrate)).await {
        migrated.unwrap();
    }
    assert!(Migrator::get_pending_migrations(replicas[0].read()).await.unwrap().is_empty());
}
