//! Products, stock and holds. Nothing here knows a payment; the pages without JavaScript lead to one.

mod deal;
mod holds;
mod own;
mod plain;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};

use crate::state::Runtime;

/// What the handlers of this role share besides the runtime.
#[derive(Clone, FromRef)]
struct Shop {
    runtime: Runtime,
    shelf: Arc<deal::Shelf>,
}

/// The routes.
pub fn router(runtime: Runtime) -> Router<Runtime> {
    let shelf = Arc::default();
    let shop = Shop { runtime, shelf: Arc::clone(&shelf) };
    Router::new()
        .route("/shop/deal", get(deal::deal).with_state(shop))
        .route("/shop/holds", post(holds::hold))
        .route("/shop/orders", get(own::list))
        .route("/shop/orders/{order}", get(own::read).delete(own::abandon))
        .merge(plain::router(shelf))
}
