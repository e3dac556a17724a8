//! `POST /queue/plain/pass`: coming in, by a form.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use super::page::{Visitor, render};
use super::see_other;
use crate::error::ApiError;
use crate::extract::{MaybePassed, Shopper, Ticketed};
use crate::queue::{cookies, pass};
use crate::state::Runtime;

/// Comes in, or stays in, as `POST /queue/pass` does; then on to the shop, which sends a browser
/// without JavaScript back to the page.
pub async fn pass(
    State(runtime): State<Runtime>,
    ticket: Result<Ticketed, ApiError>,
    pass: MaybePassed,
    shopper: Result<Shopper, ApiError>,
) -> Response {
    let came_in = match &ticket {
        Ok(Ticketed(ticket)) => pass::come_in(&runtime, ticket).await,
        Err(_) => Err(ApiError::TicketMissing),
    };
    match came_in {
        Ok(pass) => {
            let cookie = cookies::pass(&runtime, &runtime.passes.sign(&pass));
            see_other("/", [(SET_COOKIE, cookie)])
        }
        Err(error) => {
            let visitor = Visitor { ticket, pass, is_signed_in: shopper.is_ok() };
            render(&runtime, &visitor, Some(&error))
        }
    }
}
