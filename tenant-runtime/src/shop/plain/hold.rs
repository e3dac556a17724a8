//! `POST /shop/plain/holds`: ordering, by a form.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use tenant_runtime_core::pass::Pass;

use super::page::render;
use super::typed::Sent;
use crate::error::ApiError;
use crate::extract::{MaybeInvited, Passed, Ticketed};
use crate::orders::plain::path;
use crate::plain::{notes, see_other};
use crate::queue;
use crate::shop::deal::Shelf;
use crate::shop::holds;
use crate::state::Runtime;

/// Keeps pieces as `POST /shop/holds` does; then on to the order. A form that was sent before leads to
/// the order that it made.
pub async fn hold(
    passed: Result<Passed, ApiError>,
    ticket: Result<Ticketed, ApiError>,
    invited: MaybeInvited,
    State(runtime): State<Runtime>,
    Extension(shelf): Extension<Arc<Shelf>>,
    Sent(typed): Sent,
) -> Response {
    let is_renewed = passed.is_err();
    let pass = match stay(&runtime, passed, ticket, invited).await {
        Ok(pass) => pass,
        Err(error) => return notes::not_inside(&runtime, &error),
    };
    let kept = match typed.wish() {
        Ok(wish) => holds::keep(&runtime, pass.shopper, &typed.key, wish).await,
        Err(error) => Err(error),
    };
    let mut response = match kept {
        Ok(kept) => see_other(&path(kept.order.id), []),
        Err(error @ ApiError::PassExpired) => notes::not_inside(&runtime, &error),
        Err(error) => render(&runtime, &shelf, &pass, typed, Some(&error)).await,
    };
    if is_renewed {
        let cookie = queue::cookies::pass(&runtime, &runtime.passes.sign(&pass));
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Who typed for longer than the pass lasts stays inside as whoever presses anything in the app does,
/// where the place has not been given to another.
async fn stay(
    runtime: &Runtime,
    passed: Result<Passed, ApiError>,
    ticket: Result<Ticketed, ApiError>,
    MaybeInvited(invitation): MaybeInvited,
) -> Result<Pass, ApiError> {
    match (passed, ticket) {
        (Ok(Passed(pass)), _) => Ok(pass),
        (Err(ApiError::PassExpired), Ok(Ticketed(ticket))) => {
            queue::come_in(runtime, &ticket, None, invitation).await
        }
        (Err(error), _) => Err(error),
    }
}
