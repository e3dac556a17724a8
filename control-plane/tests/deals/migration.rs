//! The schema changes under a platform that has a past: nothing of the books is lost on the way.

use control_plane::db::Db;
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tempfile::TempDir;

/// As many migrations as there were before deals could be adopted.
const BEFORE_ADOPTIONS: u32 = 9;

/// One rental with its ledger, an event, an order and a refund, each with the id that is its number.
const PAST: [&str; 6] = [
    "INSERT INTO companies VALUES (x'01', '한빛', 'hanbit', 'hanbit', NULL, '1234567891', '김사장', 'no', 'a@b',
     '+82', 'approved', NULL, 1, NULL, NULL)",
    "INSERT INTO rentals VALUES (x'02', x'01', '원두', 'food', 1, 2, 0, 3, 'light', 10, 10, 10, 1000, 'completed',
     1, 1, 'hanbit-1', NULL, FALSE, NULL, 0, 1)",
    "INSERT INTO ledgers VALUES ('hanbit-1', x'02', x'01', 1, 'digest', 1000, 300, 'sealed', 1, 2, 5, 1)",
    "INSERT INTO order_events VALUES ('hanbit-1', 1, x'03', 'event', 1)",
    "INSERT INTO orders VALUES (x'03', 'hanbit-1', x'01', x'04', x'05', '원두', 1, 1000, 300, 'T-1', 'MONEY',
     'paid', 1, NULL, '{}')",
    "INSERT INTO refunds VALUES (x'06', x'03', 'hanbit-1', NULL, '', 'done', 300, FALSE, 1, 2)",
];

const TABLES: [&str; 4] = ["ledgers", "order_events", "orders", "refunds"];

async fn rows(db: &Db) -> Vec<String> {
    let mut rows = Vec::new();
    for table in TABLES {
        let select = Statement::from_string(DbBackend::Sqlite, format!("SELECT * FROM {table}"));
        let found = db.write().query_all_raw(select).await.unwrap();
        rows.extend(found.iter().map(|row| format!("{table} {row:?}")));
    }
    rows
}

#[tokio::test]
async fn books_that_there_are_stay_as_they_are() {
    let dir = TempDir::new().unwrap();
    let db = Db::connect(&format!("sqlite:{}", dir.path().join("past.sqlite").display())).await.unwrap();
    Migrator::up(db.write(), Some(BEFORE_ADOPTIONS)).await.unwrap();
    for statement in PAST {
        db.write().execute_unprepared(statement).await.unwrap();
    }
    let before = rows(&db).await;
    assert_eq!(before.len(), 4);
    Migrator::up(db.write(), None).await.unwrap();
    assert_eq!(rows(&db).await, before);

    let orphan =
        "INSERT INTO orders SELECT x'07', 'nobody', company_id, shopper_id, product_id, product_name,
         quantity, amount, refunded, payment_ref, method, state, paid_at, refunded_at, delivery FROM orders";
    db.write().execute_unprepared(orphan).await.expect_err("an order has a ledger");
    let free =
        "INSERT INTO ledgers VALUES ('by-hand', NULL, x'ff', 0, 'digest', 0, 0, 'sealed', NULL, NULL, 0, 1)";
    db.write().execute_unprepared(free).await.expect("a ledger needs neither a rental nor a known company");
}
