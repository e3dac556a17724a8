//! Products, stock and holds. Nothing here knows a payment.

mod deal;
mod holds;
mod own;

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

/// The routes below `/shop`.
pub fn router(runtime: Runtime) -> Router<Runtime> {
    let shop = Shop { runtime, shelf: Arc::default() };
    Router::new()
        .route("/deal", get(deal::deal).with_state(shop))
        .route("/holds", post(holds::hold))
        .route("/orders", get(own::list))
        .route("/orders/{order}", get(own::read).delete(own::abandon))
}
