//! What a hold costs.

use std::sync::Arc;

use anyhow::{Result, ensure};
use uuid::Uuid;

use crate::Effort;
use crate::load::{self, Connection, request};
use crate::reference;
use crate::server::{Deal, Durability, ORIGIN, Redis};
use crate::table::{Goal, Row};

const SUITE: &str = "payments";
const CONNECTIONS: usize = 512;
/// A shopper may have so many orders; then the connection goes on as the next one.
const ORDERS_PER_SHOPPER: u64 = 50;
const SHOPPERS_PER_CONNECTION: usize = 8;

pub async fn run(effort: Effort) -> Result<Vec<Row>> {
    let durable = Deal::start(Durability::Always).await?;
    let volatile = Deal::start(Durability::Off).await?;
    let lock = Redis::start(Durability::Off).await?;
    let mut against_lock = Vec::new();
    let mut against_off = Vec::new();
    for _ in 0..effort.pairs {
        let without = holds(&volatile, effort).await?;
        let locked = reference::lock_per_product(&lock.url(), CONNECTIONS, effort.length).await?;
        let with = holds(&durable, effort).await?;
        against_lock.push((without, locked));
        against_off.push((with, without));
    }
    Ok(vec![
        Row::from_pairs(
            SUITE,
            "holds/s, 512 connections, AOF off : a lock per product",
            &against_lock,
            Goal::AtLeast(50.0),
        ),
        Row::from_pairs(
            SUITE,
            "holds/s, 512 connections, fsync always : AOF off",
            &against_off,
            Goal::AtLeast(0.60),
        ),
    ])
}

/// Shoppers who are inside and have not ordered yet, some for each connection.
async fn shoppers(deal: &Deal) -> Result<Arc<Vec<String>>> {
    let mut connection = Connection::open(deal.address).await?;
    Ok(Arc::new(deal.admit(&mut connection, CONNECTIONS * SHOPPERS_PER_CONNECTION).await?))
}

/// Holds a second over HTTP, each with a key of its own.
async fn holds(deal: &Deal, effort: Effort) -> Result<f64> {
    let body = serde_json::json!({
        "product": deal.product,
        "quantity": 1,
        "delivery": {
            "recipient": "박지민", "phone": "010-1234-5678", "postcode": "04524",
            "line1": "서울 중구 세종대로 110", "line2": "", "note": "",
        },
    })
    .to_string();
    let cookies = shoppers(deal).await?;
    let ask = move |connection: usize, order: u64| {
        let shopper = usize::try_from(order / ORDERS_PER_SHOPPER).unwrap_or(0) % SHOPPERS_PER_CONNECTION;
        let cookie = &cookies[connection * SHOPPERS_PER_CONNECTION + shopper];
        let key = format!("Idempotency-Key: {}", Uuid::new_v4());
        request("POST", "/shop/holds", &[cookie, ORIGIN, &key], &body)
    };
    let load = load::closed(deal.address, CONNECTIONS, effort.length, ask).await?;
    ensure!(load.refused == 0, "{} of {} holds were refused", load.refused, load.answered);
    Ok(load.per_second())
}
