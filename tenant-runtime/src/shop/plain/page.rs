//! `GET /shop/plain`: what is for sale, and the form to order it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use tenant_runtime_core::pass::Pass;

use super::typed::Typed;
use super::view::{self, Scene};
use crate::error::ApiError;
use crate::extract::Passed;
use crate::orders;
use crate::plain::{ROOM, notes, respond, see_other, status_of};
use crate::shop::deal::Shelf;
use crate::state::Runtime;

/// The shop, for who is inside. Everyone else is sent to the waiting room, which knows the way in.
pub async fn page(
    passed: Result<Passed, ApiError>,
    State(runtime): State<Runtime>,
    Extension(shelf): Extension<Arc<Shelf>>,
) -> Response {
    match passed {
        Ok(Passed(pass)) => render(&runtime, &shelf, &pass, Typed::default(), None).await,
        Err(_) => see_other(ROOM, []),
    }
}

/// The page as the form was typed, with what is wrong with it where it was refused.
pub async fn render(
    runtime: &Runtime,
    shelf: &Shelf,
    pass: &Pass,
    typed: Typed,
    refused: Option<&ApiError>,
) -> Response {
    let look = async { shelf.look(runtime).await.map_err(ApiError::from) };
    let own = async { orders::of_shopper(runtime, pass.shopper).await.map_err(ApiError::from) };
    let (left, orders) = match tokio::try_join!(look, own) {
        Ok(seen) => seen,
        Err(error) => return notes::no_shop(runtime, refused.unwrap_or(&error)),
    };
    if let Some(error) = refused {
        error.log();
    }
    let settings = runtime.settings.load_full();
    let page = view::page(Scene {
        config: &runtime.config,
        products: &settings.products,
        left: &left,
        orders: &orders,
        typed: with_key(runtime, typed, refused),
        refused,
        inside_until: pass.expires_at,
        now: runtime.now(),
    });
    respond(runtime, status_of(refused), &page)
}

/// The attempt goes on after a mistake; where the key stands for an order already, another one begins.
fn with_key(runtime: &Runtime, typed: Typed, refused: Option<&ApiError>) -> Typed {
    let is_used = matches!(refused, Some(ApiError::IdempotencyKeyReused | ApiError::IdempotencyKeyMissing));
    if is_used || typed.key.is_empty() {
        return Typed { key: hex::encode(runtime.random::<16>()), ..typed };
    }
    typed
}
