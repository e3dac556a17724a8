//! What is measured against: an HTTP server that does nothing, a lock per product in Redis, and a row per
//! product in PostgreSQL.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::routing::get;
use futures_util::StreamExt as _;
use redis::aio::MultiplexedConnection;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DbBackend, Statement};
use tokio::sync::Notify;

/// How long `/late` takes: a generator that can be trusted measures just that.
pub const LATE: Duration = Duration::from_millis(20);

/// axum, one route, one small body; and `/late`, against which the generator is checked.
pub async fn bare_axum(listen: SocketAddr) -> Result<()> {
    let listener = tokio::net::TcpListener::bind(listen).await?;
    let router = Router::new()
        .route("/", get(|| async { r#"{"state":"waiting","position":1234,"pollAfterMs":5000}"# }));
    let late = get(|| async {
        tokio::time::sleep(LATE).await;
        "late"
    });
    let router = router.route("/healthz", get(|| async { "alive" })).route("/late", late);
    axum::serve(listener, router).await?;
    Ok(())
}

const RELEASE: &str = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) \
     redis.call('publish', KEYS[2], '1') return 1 end return 0";

/// Holds a piece of stock the way a distributed lock does it: take the lock, read, write, release,
/// and wake the next one up by publish and subscribe. Returns holds a second over `clients` clients.
#[expect(clippy::float_arithmetic, reason = "a rate, not money")]
pub async fn lock_per_product(url: &str, clients: usize, length: Duration) -> Result<f64> {
    let client = redis::Client::open(url)?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let _: () = redis::cmd("SET").arg("lock:stock").arg(i64::MAX / 2).query_async(&mut connection).await?;
    let wake = Arc::new(Notify::new());
    let listener = listen(&client, Arc::clone(&wake)).await?;
    let done = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let end = started + length;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..clients {
        let mut connection = client.get_multiplexed_async_connection().await?;
        let (wake, done) = (Arc::clone(&wake), Arc::clone(&done));
        tasks.spawn(async move {
            let release = redis::Script::new(RELEASE);
            let mut round = 0_u64;
            while Instant::now() < end {
                let owner = format!("{number}:{round}");
                if !acquire(&mut connection, &owner, &wake, end).await? {
                    break;
                }
                let stock: i64 = redis::cmd("GET").arg("lock:stock").query_async(&mut connection).await?;
                let _: () =
                    redis::cmd("SET").arg("lock:stock").arg(stock - 1).query_async(&mut connection).await?;
                let _: i64 =
                    release.key("lock").key("lock:freed").arg(&owner).invoke_async(&mut connection).await?;
                done.fetch_add(1, Ordering::Relaxed);
                round += 1;
            }
            anyhow::Ok(())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    listener.abort();
    Ok(done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
}

async fn acquire(
    connection: &mut MultiplexedConnection,
    owner: &str,
    wake: &Notify,
    end: Instant,
) -> Result<bool> {
    while Instant::now() < end {
        let mut set = redis::cmd("SET");
        set.arg("lock").arg(owner).arg("NX").arg("PX").arg(30_000);
        let taken: Option<String> = set.query_async(connection).await?;
        if taken.is_some() {
            return Ok(true);
        }
        // A lost wake-up costs one interval, as it does in the libraries that do this.
        let _ = tokio::time::timeout(Duration::from_millis(50), wake.notified()).await;
    }
    Ok(false)
}

async fn listen(client: &redis::Client, wake: Arc<Notify>) -> Result<tokio::task::JoinHandle<()>> {
    let mut subscription = client.get_async_pubsub().await?;
    subscription.subscribe("lock:freed").await?;
    Ok(tokio::spawn(async move {
        let mut messages = subscription.into_on_message();
        while messages.next().await.is_some() {
            wake.notify_one();
        }
    }))
}

/// Sells pieces the way a shop with a database does it: one row, one statement, one commit each, over so
/// many connections. Returns sales a second.
#[expect(clippy::float_arithmetic, reason = "a rate, not money")]
pub async fn row_per_product(url: &str, clients: u32, length: Duration) -> Result<f64> {
    const STOCK: i64 = 1_000_000_000;
    let mut options = ConnectOptions::new(url);
    options.max_connections(clients).min_connections(clients).sqlx_logging(false);
    let db = Database::connect(options).await?;
    db.execute_unprepared(
        "CREATE TABLE IF NOT EXISTS shelf (product INT PRIMARY KEY, stock BIGINT NOT NULL)",
    )
    .await?;
    db.execute_unprepared(&format!(
        "INSERT INTO shelf VALUES (1, {STOCK}) ON CONFLICT (product) DO UPDATE SET stock = {STOCK}"
    ))
    .await?;
    let started = Instant::now();
    let end = started + length;
    let mut selling = tokio::task::JoinSet::new();
    for _ in 0..clients {
        let db = db.clone();
        selling.spawn(async move {
            let sell = "UPDATE shelf SET stock = stock - 1 WHERE product = $1 AND stock > 0";
            let mut sold = 0;
            while Instant::now() < end {
                let sell = Statement::from_sql_and_values(DbBackend::Postgres, sell, [1.into()]);
                sold += db.execute_raw(sell).await?.rows_affected();
            }
            anyhow::Ok(sold)
        });
    }
    let mut sold = 0;
    while let Some(by_one) = selling.join_next().await {
        sold += by_one??;
    }
    let seconds = started.elapsed().as_secs_f64();
    let left = Statement::from_string(DbBackend::Postgres, "SELECT stock FROM shelf WHERE product = 1");
    let left = db.query_one_raw(left).await?.context("the shelf is gone")?;
    let left: i64 = left.try_get("", "stock")?;
    ensure!(u64::try_from(STOCK - left)? == sold, "{sold} were sold, PostgreSQL has {left} of {STOCK} left");
    db.close().await?;
    Ok(sold as f64 / seconds)
}
