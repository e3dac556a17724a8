//! Payments, refunds, recovery, and the export to the ledger.
//!
//! No lock is held while the gateway is asked: an order is first moved to `approving` or `refunding`
//! by one step, then the gateway is called, then another step writes what it said. Whatever dies in
//! between is found by recovery, which asks the gateway what it knows.

mod approve;
mod breaker;
mod chain;
mod export;
mod figures;
mod limits;
mod plain;
mod proof;
mod ready;
pub mod recover;
mod refund;
mod resolve;
mod till;
mod window;

use axum::Router;
use axum::routing::{get, post};

pub use export::{ExportError, export_once};
pub use figures::{Figures, figures, seal};
pub use till::{Till, TillError};

use crate::state::Runtime;

/// The routes.
pub fn router(_: Runtime) -> Router<Runtime> {
    Router::new()
        .route("/payment/orders/{order}/ready", post(ready::ready))
        .route("/payment/orders/{order}/approve", get(approve::approve))
        .route("/payment/orders/{order}/cancel", get(approve::cancelled))
        .route("/payment/orders/{order}/fail", get(approve::failed))
        .route("/payment/orders/{order}/refund", post(refund::refund))
        .route("/payment/orders/{order}/window", get(window::page))
        .route("/payment/plain/orders/{order}/ready", post(plain::ready))
        .route("/payment/plain/orders/{order}/gateway", get(plain::gateway))
        .route("/payment/plain/orders/{order}/refund", post(plain::refund))
        .route("/payment/window.css", get(window::style))
        .route("/payment/window.js", get(window::script))
}

/// What happens besides requests in a process with the payment role: recovery and export. Returns
/// once the process shuts down.
pub async fn run(runtime: Runtime) {
    tokio::join!(recover::run(&runtime), export::run(&runtime));
}
