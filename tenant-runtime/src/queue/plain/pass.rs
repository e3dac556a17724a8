//! `POST /queue/plain/pass`: coming in, by a form.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use super::page::{Visitor, render};
use crate::error::ApiError;
use crate::extract::{MaybeInvited, MaybePassed, Shopper, Ticketed};
use crate::plain::{SHOP, see_other};
use crate::queue::{cookies, pass};
use crate::state::Runtime;

/// Comes in, or stays in, as `POST /queue/pass` does; then on to the shop's page.
pub async fn pass(
    State(runtime): State<Runtime>,
    ticket: Result<Ticketed, ApiError>,
    pass: MaybePassed,
    invited: MaybeInvited,
    shopper: Result<Shopper, ApiError>,
) -> Response {
    let came_in = match &ticket {
        Ok(Ticketed(ticket)) => pass::come_in(&runtime, ticket, pass.0.as_ref(), invited.0).await,
        Err(_) => Err(ApiError::TicketMissing),
    };
    match came_in {
        Ok(pass) => {
            let cookie = cookies::pass(&runtime, &runtime.passes.sign(&pass));
            see_other(SHOP, [(SET_COOKIE, cookie)])
        }
        Err(error) => {
            let is_over = error.ends_invitation();
            let invited = if is_over { MaybeInvited(None) } else { invited };
            let visitor = Visitor { ticket, pass, invited, is_signed_in: shopper.is_ok() };
            let mut response = render(&runtime, &visitor, Some(&error));
            if is_over {
                response.headers_mut().append(SET_COOKIE, cookies::forget_invitation(&runtime));
            }
            response
        }
    }
}
