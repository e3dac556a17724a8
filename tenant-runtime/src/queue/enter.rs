//! `POST /queue/enter`: a place in the waiting room.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::AppendHeaders;
use control_plane_telemetry::problem::{FieldError, Json};
use crds::OnRefresh;
use serde::Deserialize;
use tenant_runtime_core::frontier::{Place, place};
use tenant_runtime_core::room::Entered;
use tenant_runtime_core::ticket::Ticket;
use uuid::Uuid;

use super::cookies;
use super::position::{Position, position_of};
use super::steps::{self, At};
use super::toll::Proof;
use crate::error::ApiError;
use crate::extract::{MaybeInvited, MaybePassed, Peer, Shopper};
use crate::state::Runtime;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enter {
    /// 32 hex digits of the shopper's own choosing, which go into the draw; the server chooses where
    /// the shopper does not.
    nonce: Option<String>,
    /// Where the deal demands it: work on a challenge of `GET /queue/challenge`.
    proof: Option<Proof>,
}

type Answer = (AppendHeaders<[(axum::http::HeaderName, HeaderValue); 1]>, Json<Position>);

/// Gives the shopper a place and a ticket for it. Repeating it keeps the place, unless the deal says
/// that a reload goes back to the end: then only those who are called or inside keep theirs.
pub async fn enter(
    State(runtime): State<Runtime>,
    shopper: Shopper,
    MaybePassed(pass): MaybePassed,
    MaybeInvited(invitation): MaybeInvited,
    Peer(address): Peer,
    Json(body): Json<Enter>,
) -> Result<Answer, ApiError> {
    runtime.room.toll.check(&runtime, shopper, body.proof.as_ref())?;
    let nonce = nonce(&runtime, body.nonce.as_deref())?;
    let ticket = take_place(&runtime, shopper, address, nonce).await?;
    let cookie = cookies::ticket(&runtime, &runtime.tickets.sign(&ticket));
    let position = position_of(&runtime, &ticket, pass.as_ref(), invitation);
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Json(position)))
}

/// The shopper's ticket, for a place that is new or was there before. Where the deal demands a proof of
/// work, it has been checked before.
///
/// # Errors
/// Where the doors are closed, Redis is away, or this shopper or address enters too often.
pub async fn take_place(
    runtime: &Runtime,
    shopper: Shopper,
    address: Option<IpAddr>,
    nonce: [u8; 16],
) -> Result<Ticket, ApiError> {
    runtime.room.limits.check_enter(shopper.id, address)?;
    let mut entered = steps::enter(runtime, shopper.id, nonce, None).await?;
    if let Some(old) = to_replace(runtime, &entered) {
        entered = steps::enter(runtime, shopper.id, nonce, Some(old)).await?;
    }
    let Entered::Place { index, new } = entered.answer else {
        return Err(ApiError::Closed);
    };
    if new {
        runtime.room.toll.arrived(runtime);
    }
    let ticket = ticket(runtime, shopper.id, index)?;
    runtime.room.presence.hear(ticket.index);
    Ok(ticket)
}

/// The place that a reload gives up: one that was there before and still waits.
fn to_replace(runtime: &Runtime, entered: &At<Entered>) -> Option<u64> {
    let Entered::Place { index, new: false } = entered.answer else { return None };
    if runtime.config.on_refresh == OnRefresh::Keep {
        return None;
    }
    let index = u64::try_from(index).ok()?;
    let look = runtime.room.look();
    match place(look.number(index)?, look.standing.frontier) {
        Place::Waiting { .. } => Some(index),
        Place::Called => None,
    }
}

fn ticket(runtime: &Runtime, shopper: Uuid, index: i64) -> Result<Ticket, ApiError> {
    let index = u64::try_from(index).map_err(|error| ApiError::Internal(error.into()))?;
    Ok(Ticket { shopper, index, nonce: u64::from_be_bytes(runtime.random()) })
}

fn nonce(runtime: &Runtime, chosen: Option<&str>) -> Result<[u8; 16], ApiError> {
    let Some(chosen) = chosen else { return Ok(runtime.random()) };
    let mut nonce = [0; 16];
    hex::decode_to_slice(chosen, &mut nonce).map_err(|_| {
        ApiError::InvalidBody(vec![FieldError {
            field: "nonce".to_owned(),
            code: "format_invalid".to_owned(),
            detail: "추첨에 보탤 값은 16진수 32자리예요.".to_owned(),
        }])
    })?;
    Ok(nonce)
}
