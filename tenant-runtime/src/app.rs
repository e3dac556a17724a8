//! The routes of a process, by role, and what surrounds all of them.

use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use control_plane_telemetry::{health, http, problem};

use crate::state::Runtime;
use crate::{extract, internal, pages, payment, queue, shop};

/// The largest body that anyone has a reason to send.
const BODY_BYTES_MAX: usize = 16 * 1024;
/// Settings carry every product.
const SETTINGS_BYTES_MAX: usize = 1024 * 1024;

/// The routes of a process that has one listener for everybody.
pub fn router(runtime: &Runtime) -> Router {
    let routes = for_shoppers(runtime).merge(for_the_platform(runtime));
    finish(runtime, routes)
}

/// The routes of a process with two listeners: the first for shoppers, to whom the second, for the
/// platform, does not exist.
pub fn routers(runtime: &Runtime) -> (Router, Router) {
    let platform = for_the_platform(runtime).with_state(runtime.clone());
    (finish(runtime, for_shoppers(runtime)), http::apply(platform, runtime.metrics.clone()))
}

/// Each route is named by its whole path: a router within another takes the path apart for each request.
fn for_shoppers(runtime: &Runtime) -> Router<Runtime> {
    let mut shoppers: Router<Runtime> = Router::new();
    if runtime.role.has_queue() {
        shoppers = shoppers.merge(queue::router());
    }
    if runtime.role.has_shop() {
        shoppers = shoppers.merge(shop::router(runtime.clone()));
    }
    if runtime.role.has_payment() {
        shoppers = shoppers.merge(payment::router(runtime.clone()));
    }
    shoppers
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(runtime.clone(), extract::same_origin))
}

fn for_the_platform(runtime: &Runtime) -> Router<Runtime> {
    Router::new()
        .nest("/internal", internal::router())
        .layer(DefaultBodyLimit::max(SETTINGS_BYTES_MAX))
        .merge(health::routes(runtime.readiness.clone(), runtime.metrics.clone()))
}

/// Adds what the listener of shoppers has besides: the pages, and the polls.
fn finish(runtime: &Runtime, routes: Router<Runtime>) -> Router {
    let routes = routes.fallback(pages::serve).with_state(runtime.clone());
    let mut app = http::apply(routes, runtime.metrics.clone());
    if runtime.role.has_queue() {
        let polls = queue::polls().method_not_allowed_fallback(problem::method_not_allowed);
        app = app.merge(polls.with_state(runtime.clone()));
    }
    app
}
