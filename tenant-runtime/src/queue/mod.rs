//! The waiting room: tickets, the frontier, and passes.
//!
//! Asking for one's position is answered from memory: the ticket says who asks, and a look at the
//! room that each process takes a few times a second says how far admission has come. Only entering,
//! coming in and leaving touch Redis, each with one step.

mod challenge;
pub mod cookies;
mod enter;
mod events;
mod guest;
mod leave;
pub mod limits;
pub mod look;
mod metrics;
mod notice;
mod pass;
mod plain;
mod position;
pub mod room;
mod settings;
mod silence;
mod status;
pub mod steps;
mod streams;
mod toll;

use std::sync::Arc;

use axum::Router;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, Method};
use axum::routing::{get, post};
use control_plane_telemetry::threads::AtOnce;
use tower_http::set_header::SetResponseHeaderLayer;

pub use guest::used_links;
pub use pass::come_in;
pub use settings::apply as apply_settings;

use crate::redis::StoreError;
use crate::state::Runtime;

/// The path that a crowd asks at.
pub const POSITION: &str = "/queue/position";

/// The route that a crowd asks at, with nothing around it.
pub fn polls() -> Router<Runtime> {
    Router::new().route(POSITION, get(position::position))
}

/// Answers whoever asks for a position without asking the router first: it would cost as much again.
#[must_use]
pub fn at_once(runtime: &Runtime) -> Arc<AtOnce> {
    let runtime = runtime.role.has_queue().then(|| runtime.clone());
    Arc::new(move |request| {
        let runtime = runtime.as_ref()?;
        let is_poll = request.method() == Method::GET && request.uri().path() == POSITION;
        is_poll.then(|| position::answer(runtime, request.headers()))
    })
}

/// The other routes.
pub fn router() -> Router<Runtime> {
    let no_store = SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Router::new()
        .route("/queue/challenge", get(challenge::challenge))
        .route("/queue/enter", post(enter::enter))
        .route("/queue/events", get(events::events))
        .route("/queue/pass", post(pass::pass))
        .route("/queue/leave", post(leave::leave))
        .route("/queue/guest/{token}", get(guest::guest))
        .merge(plain::router())
        .layer(no_store)
        .route("/queue/status", get(status::status))
        .route("/queue/notice/{version}", get(notice::notice))
        .merge(plain::files())
}

/// Prepares the deal in its Redis: the configured settings, unless newer ones are in force; then
/// takes the first look.
///
/// # Errors
/// Where Redis is away.
pub async fn arm(runtime: &Runtime) -> Result<(), StoreError> {
    apply_settings(runtime, &runtime.config.settings).await?;
    room::look(runtime, &mut room::Lookout::default()).await
}

/// What happens besides requests: looking at the room. Returns once the process shuts down.
pub async fn run(runtime: Runtime) {
    room::keep_looking(runtime).await;
}
