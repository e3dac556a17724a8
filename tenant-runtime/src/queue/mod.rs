//! The waiting room: tickets, the frontier, and passes.
//!
//! Asking for one's position is answered from memory: the ticket says who asks, and a look at the
//! room that each process takes a few times a second says how far admission has come. Only entering,
//! coming in and leaving touch Redis, each with one step.

mod settings;

use axum::Router;

pub use settings::apply as apply_settings;

use crate::redis::StoreError;
use crate::state::Runtime;

/// The routes below `/queue`.
pub fn router() -> Router<Runtime> {
    Router::new()
}

/// Prepares the deal in its Redis: the configured settings, unless newer ones are in force.
///
/// # Errors
/// Where Redis is away.
pub async fn arm(runtime: &Runtime) -> Result<(), StoreError> {
    apply_settings(runtime, &runtime.config.settings).await
}

/// What happens besides requests. Returns once the process shuts down.
pub async fn run(runtime: Runtime) {
    runtime.shutdown.triggered().await;
}
