//! Which database a test runs on: SQLite in a file of its own or, where `BIDD_TEST_DATABASE` names a
//! server, a database of its own there (see `e2e/setup/with-database`).

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use url::Url;

const SERVER: &str = "BIDD_TEST_DATABASE";
/// How often a server that comes up is asked, and how long a moment is between two attempts.
const ATTEMPTS_MAX: usize = 300;
const MOMENT: Duration = Duration::from_millis(100);

/// The URL of an empty database that nobody else uses.
pub async fn fresh(dir: &Path) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let Ok(server) = std::env::var(SERVER) else {
        return format!("sqlite:{}", dir.join(format!("test{number}.sqlite")).display());
    };
    let name = format!("test_{}_{number}", std::process::id());
    let mut url: Url = server.parse().expect(SERVER);
    let create = match url.scheme() {
        // A schema is what a database is elsewhere; a database would be a copy of a template.
        "postgres" => {
            url.query_pairs_mut().append_pair("options[search_path]", &name);
            format!("CREATE SCHEMA {name}")
        }
        "mysql" => {
            url.set_path(&name);
            // As a database may well be found: the schema must not depend on it.
            format!("CREATE DATABASE {name} CHARACTER SET latin1")
        }
        scheme => panic!("{SERVER} is of no kind that is known: {scheme}"),
    };
    let connection = connect(&server).await;
    connection.execute_unprepared(&create).await.unwrap();
    connection.close().await.unwrap();
    url.into()
}

/// A server accepts connections before it answers them.
async fn connect(server: &str) -> DatabaseConnection {
    for _ in 0..ATTEMPTS_MAX {
        if let Ok(connection) = Database::connect(server).await {
            return connection;
        }
        tokio::time::sleep(MOMENT).await;
    }
    Database::connect(server).await.expect(SERVER)
}
