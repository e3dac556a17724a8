//! Which deal the crowd goes to, and what it sells.

use std::time::Duration;

use anyhow::{Context as _, bail};
use control_plane_telemetry::clock::Clock;
use jiff::Timestamp;
use reqwest::Url;
use serde::Deserialize;
use uuid::Uuid;

use super::progress::Progress;
use crate::client::{Ask, Jar, Web};
use crate::state::DOMAIN;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long past its opening a deal may be before the crowd gives up waiting for its server.
const LATE_MAX: jiff::SignedDuration = jiff::SignedDuration::from_secs(120);

/// A deal as the storefront tells of it.
#[derive(Debug, Clone)]
pub struct Deal {
    pub name: String,
    pub title: String,
    pub slug: String,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    /// The deal's own host.
    pub origin: Url,
    /// The storefront's.
    pub storefront: Url,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    pub id: Uuid,
    pub name: String,
    pub stock: u32,
    pub left: u32,
    pub per_shopper_max: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Card {
    name: String,
    title: String,
    company: Company,
    opens_at: Timestamp,
    closes_at: Timestamp,
    url: Url,
}

#[derive(Debug, Deserialize)]
struct Company {
    slug: String,
}

#[derive(Deserialize)]
struct Cards {
    items: Vec<Card>,
}

#[derive(Deserialize)]
struct Shop {
    products: Vec<Product>,
}

/// The origin of one of the portals.
///
/// # Errors
/// Never for the two that exist.
pub fn portal(host: &str, port: u16) -> anyhow::Result<Url> {
    format!("http://{host}.{DOMAIN}:{port}").parse().context("a portal's address")
}

/// The deal of that name, or the open or next one of that slug, or of anybody for `demo`.
pub async fn find(web: &Web, port: u16, wanted: &str, clock: &Clock) -> anyhow::Result<Deal> {
    let storefront = portal("ddib", port)?;
    let mut cards: Vec<Card> = Vec::new();
    for when in ["open", "today", "week"] {
        let mut url = storefront.join("/api/v1/deals")?;
        url.query_pairs_mut().append_pair("when", when).append_pair("limit", "100");
        let found: Cards = web.json(&mut Jar::default(), &Ask::get(url)).await?;
        for card in found.items {
            if cards.iter().all(|known| known.name != card.name) {
                cards.push(card);
            }
        }
    }
    let names: Vec<String> = cards.iter().map(|card| card.name.clone()).collect();
    let now = clock.now();
    let fitting = |card: &Card| {
        wanted == card.name || card.closes_at > now && (wanted == "demo" || wanted == card.company.slug)
    };
    let Some(card) = cards.into_iter().filter(fitting).min_by_key(|card| card.opens_at) else {
        bail!("no deal is open or opens this week for {wanted:?}; there are: {}", names.join(", "));
    };
    let Card { name, title, company, opens_at, closes_at, url } = card;
    Ok(Deal { name, title, slug: company.slug, opens_at, closes_at, origin: url.join("/")?, storefront })
}

/// Waits until the deal's own server answers, and says what it sells.
pub async fn wait_until_up(
    web: &Web,
    deal: &Deal,
    clock: &Clock,
    progress: &Progress,
) -> anyhow::Result<Vec<Product>> {
    let mut told = false;
    loop {
        if let Ok(products) = products(web, deal).await
            && !products.is_empty()
        {
            return Ok(products);
        }
        if clock.now() > deal.opens_at + LATE_MAX {
            bail!("the deal opened at {} and its server does not answer", deal.opens_at);
        }
        if !told {
            progress.say("the deal's server is not up yet; waiting for it");
            told = true;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What the deal sells, and how much is left.
pub async fn products(web: &Web, deal: &Deal) -> anyhow::Result<Vec<Product>> {
    let shop: Shop = web.json(&mut Jar::default(), &Ask::get(deal.origin.join("/shop/deal")?)).await?;
    Ok(shop.products)
}
