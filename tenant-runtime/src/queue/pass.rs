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
use tenant_runtime_core::ticket::Ticket;

use super::look::Phase;
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
    let pass = come_in(&runtime, &ticket).await?;
    let cookie = cookies::pass(&runtime, &runtime.passes.sign(&pass));
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Json(Inside { expires_at: pass.expires_at })))
}

/// A pass for the holder of a called ticket, or one that lasts longer for who is inside.
///
/// # Errors
/// Where the ticket is not called, no place is free, or Redis is away.
pub async fn come_in(runtime: &Runtime, ticket: &Ticket) -> Result<Pass, ApiError> {
    let (number, is_early) = knock(runtime, ticket.index)?;
    let answer = if is_early {
        Claimed::NotCalled
    } else {
        runtime.room.limits.check_claim(ticket.shopper)?;
        steps::claim(runtime, ticket, number).await?.answer
    };
    let Claimed::Inside { expires, .. } = answer else {
        return Err(refusal(runtime, answer, number));
    };
    let expires_at =
        Timestamp::from_millisecond(expires).map_err(|error| ApiError::Internal(error.into()))?;
    Ok(Pass { shopper: ticket.shopper, index: ticket.index, expires_at })
}

/// The number that is knocking, and whether it is too early: such a one is answered from memory.
fn knock(runtime: &Runtime, index: u64) -> Result<(u64, bool), ApiError> {
    let look = runtime.room.look();
    let number = look.number(index).ok_or(ApiError::NotOpen)?;
    Ok((number, !look.is_stale(runtime.clock.now()) && number >= look.standing.frontier))
}

/// Why someone is not let in.
fn refusal(runtime: &Runtime, answer: Claimed, number: u64) -> ApiError {
    let look = runtime.room.look();
    let closed_early = runtime.settings.load().closed;
    match answer {
        Claimed::Closed => ApiError::Closed,
        _ if look.phase(&runtime.config, closed_early, runtime.clock.now()) == Phase::Closed => {
            ApiError::Closed
        }
        _ if look.is_sold_out() => ApiError::SoldOut,
        Claimed::Replaced => ApiError::TicketInvalid,
        Claimed::Paused => ApiError::Paused,
        Claimed::Full | Claimed::Inside { .. } => ApiError::PlaceTakenBack,
        Claimed::NotCalled => match place(number, look.standing.frontier) {
            Place::Waiting { ahead } => ApiError::NotCalled { position: Some(ahead + 1) },
            Place::Called => ApiError::NotCalled { position: None },
        },
    }
}
