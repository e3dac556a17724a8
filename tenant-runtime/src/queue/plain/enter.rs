//! `POST /queue/plain/enter`: a place, by a form.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use super::page::{Visitor, render};
use crate::error::ApiError;
use crate::extract::{MaybeInvited, MaybePassed, Peer, Shopper, Ticketed};
use crate::plain::{ROOM, see_other};
use crate::queue::{cookies, enter};
use crate::state::Runtime;

/// A place in the room, as `POST /queue/enter` gives it; then back to the page. Who is not signed in
/// any more finds the way to sign in there.
pub async fn enter(
    State(runtime): State<Runtime>,
    shopper: Result<Shopper, ApiError>,
    ticket: Result<Ticketed, ApiError>,
    pass: MaybePassed,
    invited: MaybeInvited,
    Peer(address): Peer,
) -> Response {
    let is_signed_in = shopper.is_ok();
    let entered = match shopper {
        // A form cannot carry a proof.
        Ok(shopper) if runtime.room.toll.check(&runtime, shopper, None).is_err() => {
            Err(ApiError::ProofRequired)
        }
        Ok(shopper) => enter::take_place(&runtime, shopper, address, runtime.random()).await,
        Err(error) => Err(error),
    };
    match entered {
        Ok(ticket) => {
            let cookie = cookies::ticket(&runtime, &runtime.tickets.sign(&ticket));
            see_other(ROOM, [(SET_COOKIE, cookie)])
        }
        Err(error) => render(&runtime, &Visitor { ticket, pass, invited, is_signed_in }, Some(&error)),
    }
}
