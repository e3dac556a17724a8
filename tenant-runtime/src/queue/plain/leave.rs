//! `POST /queue/plain/leave`: giving one's place to others, by a form.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use super::page::{Visitor, render};
use crate::error::ApiError;
use crate::extract::{MaybeInvited, MaybePassed, Shopper, Ticketed};
use crate::plain::{ROOM, see_other};
use crate::queue::{cookies, steps};
use crate::state::Runtime;

/// Gives up place and pass, as `POST /queue/leave` does; then back to the page.
pub async fn leave(
    State(runtime): State<Runtime>,
    ticket: Result<Ticketed, ApiError>,
    pass: MaybePassed,
    invited: MaybeInvited,
    shopper: Result<Shopper, ApiError>,
) -> Response {
    let left = match &ticket {
        Ok(Ticketed(ticket)) => {
            let number = runtime.room.look().number(ticket.index);
            steps::leave_with(&runtime, ticket, number).await.map(drop).map_err(ApiError::from)
        }
        Err(_) => Err(ApiError::TicketMissing),
    };
    match left {
        Ok(()) => see_other(ROOM, cookies::forget(&runtime).map(|cookie| (SET_COOKIE, cookie))),
        Err(error) => {
            render(&runtime, &Visitor { ticket, pass, invited, is_signed_in: shopper.is_ok() }, Some(&error))
        }
    }
}
