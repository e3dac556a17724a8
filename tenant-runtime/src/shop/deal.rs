//! `GET /shop/deal`

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use control_plane_telemetry::problem::Json;
use crds::Won;
use jiff::Timestamp;
use serde::Serialize;
use tenant_runtime_core::ids::ProductId;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::error::{ApiError, chain};
use crate::orders::steps;
use crate::redis::StoreError;
use crate::state::Runtime;

/// How old the shown stock may be: a crowd that looks costs Redis one call a second.
const STOCK_AGE_MAX: Duration = Duration::from_secs(1);

/// The stock as last seen, by product, shared by all requests of a process.
#[derive(Default)]
pub(super) struct Shelf(Mutex<Option<Seen>>);

#[derive(Clone)]
struct Seen {
    at: Instant,
    left: Arc<Vec<(ProductId, u32)>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Deal<'a> {
    deal: &'a str,
    title: &'a str,
    company_name: &'a str,
    opens_at: Timestamp,
    closes_at: Timestamp,
    server_now: Timestamp,
    products: Vec<Product<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Product<'a> {
    id: ProductId,
    name: &'a str,
    list_price: Won,
    price: Won,
    stock: u32,
    /// Neither held nor sold; at most a second old.
    left: u32,
    per_shopper_max: u32,
    image_url: &'a str,
}

/// What is for sale, and how much of it is left. The same for everyone, and cacheable for a second.
pub(super) async fn deal(
    State(runtime): State<Runtime>,
    State(shelf): State<Arc<Shelf>>,
) -> Result<Response, ApiError> {
    let settings = runtime.settings.load_full();
    let left = shelf.look(&runtime).await?;
    let left_of = |id| left.iter().find(|(product, _)| *product == id).map_or(0, |(_, left)| *left);
    let products = settings.products.iter().map(|product| Product {
        id: ProductId(product.id),
        name: &product.name,
        list_price: product.list_price,
        price: product.price,
        stock: product.stock,
        left: left_of(ProductId(product.id)),
        per_shopper_max: product.per_shopper_max,
        image_url: &product.image_url,
    });
    let deal = Deal {
        deal: &runtime.config.deal,
        title: &runtime.config.title,
        company_name: &runtime.config.company_name,
        opens_at: runtime.config.opens_at,
        closes_at: runtime.config.closes_at,
        server_now: runtime.now(),
        products: products.collect(),
    };
    Ok(([(CACHE_CONTROL, "public, max-age=1")], Json(deal)).into_response())
}

impl Shelf {
    /// The stock, at most a second old; while Redis is away, as it was last seen. Whoever comes first
    /// fetches it, everyone else waits for that one answer.
    pub(super) async fn look(&self, runtime: &Runtime) -> Result<Arc<Vec<(ProductId, u32)>>, StoreError> {
        let mut seen = self.0.lock().await;
        if let Some(seen) = seen.as_ref().filter(|seen| seen.at.elapsed() < STOCK_AGE_MAX) {
            return Ok(Arc::clone(&seen.left));
        }
        let settings = runtime.settings.load_full();
        let products = || settings.products.iter().map(|product| ProductId(product.id));
        let left = match (steps::stock_left(runtime, products()).await, seen.as_ref()) {
            (Ok(left), _) => Arc::new(products().zip(left).collect()),
            (Err(error @ StoreError::Unavailable(_)), Some(seen)) => {
                tracing::warn!(error = %chain(&error), "showing the stock as it was last seen");
                Arc::clone(&seen.left)
            }
            (Err(error), _) => return Err(error),
        };
        *seen = Some(Seen { at: Instant::now(), left: Arc::clone(&left) });
        Ok(left)
    }
}
