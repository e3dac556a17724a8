//! The shop for a browser without JavaScript: plain forms and pages. It knows and does what the other
//! routes do; only words and HTML are its own.

mod hold;
mod orders;
mod page;
mod typed;
mod view;

use std::sync::Arc;

use axum::routing::{get, post};
use axum::{Extension, Router};

use super::deal::Shelf;
use crate::plain::{ORDERS, SHOP};
use crate::state::Runtime;

/// The routes of the pages and their forms. What is left is seen on the same shelf as by everyone else.
pub(super) fn router(shelf: Arc<Shelf>) -> Router<Runtime> {
    Router::new()
        .route(SHOP, get(page::page))
        .route("/shop/plain/holds", post(hold::hold))
        .route(ORDERS, get(orders::list))
        .route("/shop/plain/orders/{order}", get(orders::read))
        .route("/shop/plain/orders/{order}/abandon", post(orders::abandon))
        .layer(Extension(shelf))
}
