//! `POST /queue/pass`: coming in, and staying in.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderName, HeaderValue};
use axum::response::AppendHeaders;
use control_plane_telemetry::problem::Json;
use jiff::Timestamp;
use serde::Serialize;
use tenant_runtime_core::frontier::{Place, place};
use tenant_runtime_core::pass::Pass;
use tenant_runtime_core::room::Claimed;

use super::look::Look;
use super::{cookies, steps};
use crate::error::ApiError;
use crate::extract::Ticketed;
use crate::state::Runtime;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inside {
    /// Until when the place is the shopper's without a renewal.
    expires_at: Timestamp,
}

type Answer = (AppendHeaders<[(HeaderName, HeaderValue); 1]>, Json<Inside>);

/// Lets the holder of a called ticket in, or renews the pass of one who is inside. 409 `not_called`
/// before that, and `place_taken_back` for who comes too late while no place is free.
pub async fn pass(State(runtime): State<Runtime>, Ticketed(ticket): Ticketed) -> Result<Answer, ApiError> {
    let number = runtime.room.look().number(ticket.index).ok_or(ApiError::NotOpen)?;
    let claimed = steps::claim(&runtime, &ticket, number).await?;
    let look = runtime.room.look();
    let expires = match claimed.answer {
        Claimed::Inside { expires, .. } => expires,
        _ if look.is_sold_out() => return Err(ApiError::SoldOut),
        Claimed::NotCalled => return Err(ApiError::NotCalled { position: position(&look, number) }),
        Claimed::Replaced => return Err(ApiError::TicketInvalid),
        Claimed::Paused => return Err(ApiError::Paused),
        Claimed::Closed => return Err(ApiError::Closed),
        Claimed::Full => return Err(ApiError::PlaceTakenBack),
    };
    let expires_at =
        Timestamp::from_millisecond(expires).map_err(|error| ApiError::Internal(error.into()))?;
    let pass = Pass { shopper: ticket.shopper, index: ticket.index, expires_at };
    let cookie = cookies::pass(&runtime, &runtime.passes.sign(&pass));
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Json(Inside { expires_at })))
}

fn position(look: &Look, number: u64) -> Option<u64> {
    match place(number, look.standing.frontier) {
        Place::Waiting { ahead } => Some(ahead + 1),
        Place::Called => None,
    }
}
