//! What a hold costs. Each run counts what was promised against what is in Redis: a figure of a run
//! that sold something twice is worth nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Result, ensure};
use control_plane_core::ledger::Delivery;
use crds::Won;
use tenant_runtime::orders::{self, Held, Wish};
use tenant_runtime::state::Runtime;
use tenant_runtime_core::ids::{OrderId, ProductId};
use tenant_runtime_core::orders::Item;
use uuid::Uuid;

use crate::Effort;
use crate::load::{self, Connection, Load, request};
use crate::reference;
use crate::server::{Deal, Durability, ORIGIN, Redis, SCARCE};
use crate::table::{Goal, Row};

const SUITE: &str = "payments";
const FEW: usize = 64;
const MANY: usize = 512;
/// Shoppers inside for a run without HTTP: some orders for each, far from the most that a shopper may have.
const SHOPPERS_DIRECT: usize = 60_000;
/// Connections to PostgreSQL: more only wait for the row.
const TO_POSTGRES: u32 = 64;
/// Shoppers inside for each run, shared out among the connections; again some orders for each.
const SHOPPERS: usize = 16_384;

/// `postgres` is the URL of a PostgreSQL, where there is one to compare with.
pub async fn run(effort: Effort, postgres: Option<&str>) -> Result<Vec<Row>> {
    let durable = Deal::start(Durability::Always).await?;
    let volatile = Deal::start(Durability::Off).await?;
    let lock = Redis::start(Durability::Off).await?;
    let (mut against_lock, mut against_off) = (Vec::new(), Vec::new());
    let (mut few, mut many, mut against_row) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.pairs {
        let without = hold_directly(&volatile, effort).await?;
        let locked = reference::lock_per_product(&lock.url(), MANY, effort.length).await?;
        against_lock.push((without, locked));
        against_off.push((hold_directly(&durable, effort).await?, without));
        let with = holds(&durable, MANY, effort).await?;
        many.push((with.calls_each, 1.0));
        if let Some(url) = postgres {
            against_row
                .push((with.per_second, reference::row_per_product(url, TO_POSTGRES, effort.length).await?));
        }
        few.push((holds(&durable, FEW, effort).await?.calls_each, 1.0));
    }
    for deal in [&durable, &volatile] {
        sell_out(deal, effort).await?;
    }
    let mut rows = vec![
        Row::from_pairs(
            SUITE,
            "holds/s, 512 at once, AOF off : a lock per product",
            &against_lock,
            Goal::AtLeast(50.0),
        ),
        Row::from_pairs(
            SUITE,
            "holds/s, 512 at once, fsync always : AOF off",
            &against_off,
            Goal::AtLeast(0.60),
        ),
        Row::from_pairs(SUITE, "Redis calls per hold, 64 connections", &few, Goal::AtMost(0.2)),
        Row::from_pairs(SUITE, "Redis calls per hold, 512 connections", &many, Goal::AtMost(0.05)),
    ];
    if !against_row.is_empty() {
        rows.push(Row::from_pairs(
            SUITE,
            "durable holds/s over HTTP : a row in PostgreSQL",
            &against_row,
            Goal::AtLeast(15.0),
        ));
    }
    Ok(rows)
}

/// Holds without HTTP, as the lock is taken without it: so many callers of the step in one process.
#[expect(clippy::float_arithmetic, reason = "a rate, not money")]
async fn hold_directly(deal: &Deal, effort: Effort) -> Result<f64> {
    let runtime = deal.runtime().await?;
    let shoppers = Arc::new(deal.let_in(SHOPPERS_DIRECT).await?);
    let before = deal.books(deal.product).await?;
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let end = started + effort.length;
    let mut holding = tokio::task::JoinSet::new();
    for _ in 0..MANY {
        let (runtime, shoppers, next) = (runtime.clone(), Arc::clone(&shoppers), Arc::clone(&next));
        let product = deal.product;
        holding.spawn(async move {
            let mut held = 0;
            while Instant::now() < end {
                let shopper = shoppers[next.fetch_add(1, Ordering::Relaxed) % shoppers.len()];
                hold(&runtime, shopper, product).await?;
                held += 1;
            }
            anyhow::Ok(held)
        });
    }
    let mut promised = 0;
    while let Some(held) = holding.join_next().await {
        promised += held??;
    }
    let seconds = started.elapsed().as_secs_f64();
    let books = deal.books(deal.product).await?;
    ensure!(
        books.held - before.held == promised,
        "{promised} holds were promised, {before:?} became {books:?}"
    );
    ensure!(books.left + books.held == books.total, "{books:?} does not add up");
    Ok(promised as f64 / seconds)
}

async fn hold(runtime: &Runtime, shopper: Uuid, product: Uuid) -> Result<()> {
    let item = Item {
        product: ProductId(product),
        name: "bench".to_owned(),
        image_url: String::new(),
        quantity: 1,
        amount: Won(1_000),
    };
    let delivery = Delivery {
        recipient: "박지민".to_owned(),
        phone: "+821012345678".to_owned(),
        postcode: "04524".to_owned(),
        line1: "서울 중구 세종대로 110".to_owned(),
        line2: String::new(),
        note: String::new(),
    };
    let order = OrderId(Uuid::from_bytes(runtime.random()));
    let wish = Wish {
        order,
        shopper,
        item: &item,
        delivery: &delivery,
        per_shopper_max: u32::MAX,
        idempotency_key: &order.to_string(),
        fingerprint: orders::digest(b"bench"),
    };
    let held = orders::hold(runtime, &wish).await?;
    ensure!(matches!(held, Held::New { .. }), "a hold was answered with {held:?}");
    Ok(())
}

struct Rate {
    per_second: f64,
    /// Redis calls for each hold.
    calls_each: f64,
}

/// Holds over HTTP, each with a key of its own, of a product that does not run out.
#[expect(clippy::float_arithmetic, reason = "a rate, not money")]
async fn holds(deal: &Deal, connections: usize, effort: Effort) -> Result<Rate> {
    let cookies = shoppers(deal).await?;
    let before = (deal.books(deal.product).await?, deal.redis.scripts().await?);
    let load = order(deal, deal.product, &cookies, connections, effort).await?;
    let calls = deal.redis.scripts().await? - before.1;
    ensure!(load.refused == 0, "{} of {} holds were refused", load.refused, load.answered);
    let books = deal.books(deal.product).await?;
    let promised = load.answered;
    let kept = (books.held - before.0.held, books.open_holds - before.0.open_holds, books.due - before.0.due);
    ensure!(kept == (promised, promised, promised), "{promised} holds were promised, Redis has {kept:?}");
    ensure!(books.left + books.held == books.total, "{books:?} does not add up");
    Ok(Rate { per_second: load.per_second(), calls_each: calls as f64 / promised as f64 })
}

/// A crowd at the last pieces of a product: as many are promised as there are, and not one more.
async fn sell_out(deal: &Deal, effort: Effort) -> Result<()> {
    let cookies = shoppers(deal).await?;
    let load = order(deal, deal.scarce, &cookies, MANY, effort).await?;
    let books = deal.books(deal.scarce).await?;
    let promised = load.answered - load.refused;
    ensure!(books.held == promised, "{promised} of {SCARCE} pieces were promised, Redis has {books:?}");
    ensure!(books.left + books.held == u64::from(SCARCE), "{books:?} does not add up to {SCARCE}");
    Ok(())
}

/// Shoppers who are inside and have not ordered yet.
async fn shoppers(deal: &Deal) -> Result<Arc<Vec<String>>> {
    let admitting = (0..FEW).map(|_| async {
        let mut connection = Connection::open(deal.address).await?;
        deal.admit(&mut connection, SHOPPERS / FEW).await
    });
    let admitted = futures_util::future::try_join_all(admitting).await?;
    Ok(Arc::new(admitted.into_iter().flatten().collect()))
}

/// Keeps the connections busy with orders of one piece each.
async fn order(
    deal: &Deal,
    product: Uuid,
    cookies: &Arc<Vec<String>>,
    connections: usize,
    effort: Effort,
) -> Result<Load> {
    let body = hold_body(product);
    let each = SHOPPERS / connections;
    let cookies = Arc::clone(cookies);
    let ask = move |connection: usize, order: u64| {
        let shopper = usize::try_from(order).unwrap_or(0) % each;
        let cookie = &cookies[connection * each + shopper];
        let key = format!("Idempotency-Key: {connection}-{order}");
        request("POST", "/shop/holds", &[cookie, ORIGIN, &key], &body)
    };
    load::closed(deal.address, connections, effort.length, ask).await
}

/// One piece, and where it goes.
pub fn hold_body(product: Uuid) -> String {
    serde_json::json!({
        "product": product,
        "quantity": 1,
        "delivery": {
            "recipient": "박지민", "phone": "010-1234-5678", "postcode": "04524",
            "line1": "서울 중구 세종대로 110", "line2": "", "note": "",
        },
    })
    .to_string()
}
