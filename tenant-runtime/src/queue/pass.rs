//! `POST /queue/pass`: coming in, and staying in.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{AppendHeaders, IntoResponse, Response};
use control_plane_telemetry::problem::Json;
use jiff::Timestamp;
use serde::Serialize;
use tenant_runtime_core::frontier::{Place, place};
use tenant_runtime_core::invitation::Invitation;
use tenant_runtime_core::pass::Pass;
use tenant_runtime_core::room::Claimed;
use tenant_runtime_core::ticket::Ticket;

use super::look::Phase;
use super::{cookies, steps};
use crate::error::ApiError;
use crate::extract::{MaybeInvited, MaybePassed, Ticketed};
use crate::state::Runtime;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inside {
    /// Until when the place is the shopper's without a renewal.
    expires_at: Timestamp,
}

type Answer = (AppendHeaders<[(HeaderName, HeaderValue); 1]>, Json<Inside>);

/// Lets the holder of a called ticket or of an invitation in, or renews the pass of one who is inside.
/// 409 `not_called` before that, `place_taken_back` for who comes too late while no place is free,
/// `invitation_waits` for a guest for whom none is, and `invitation_spent`; 410 `invitation_withdrawn`.
pub async fn pass(
    State(runtime): State<Runtime>,
    Ticketed(ticket): Ticketed,
    MaybePassed(pass): MaybePassed,
    MaybeInvited(invitation): MaybeInvited,
) -> Result<Answer, Refused> {
    let pass = come_in(&runtime, &ticket, pass.as_ref(), invitation).await;
    let pass = pass.map_err(|error| Refused::of(&runtime, error))?;
    let cookie = cookies::pass(&runtime, &runtime.passes.sign(&pass));
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Json(Inside { expires_at: pass.expires_at })))
}

/// A refusal, with which a browser forgets an invitation that is worth nothing any more.
pub struct Refused {
    error: ApiError,
    forget: Option<HeaderValue>,
}

impl Refused {
    fn of(runtime: &Runtime, error: ApiError) -> Refused {
        let forget = error.ends_invitation().then(|| cookies::forget_invitation(runtime));
        Refused { error, forget }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.error.into_response();
        response.headers_mut().extend(self.forget.map(|cookie| (SET_COOKIE, cookie)));
        response
    }
}

/// A pass for the holder of a called ticket or of an invitation, or one that lasts longer for who is
/// inside.
///
/// # Errors
/// Where one is neither called nor invited, no place is free, or Redis is away.
pub async fn come_in(
    runtime: &Runtime,
    ticket: &Ticket,
    pass: Option<&Pass>,
    invitation: Option<Invitation>,
) -> Result<Pass, ApiError> {
    let (number, is_early) = knock(runtime, ticket.index)?;
    let is_inside = pass.is_some_and(|pass| (pass.shopper, pass.index) == (ticket.shopper, ticket.index));
    let is_guest = is_early && !is_inside && invitation.is_some();
    let answer = if is_early && !is_inside && !is_guest {
        Claimed::NotCalled
    } else {
        runtime.room.limits.check_claim(ticket.shopper)?;
        steps::claim(runtime, ticket, number, invitation).await?.answer
    };
    let Claimed::Inside { expires, .. } = answer else {
        return Err(match refusal(runtime, answer, number) {
            ApiError::PlaceTakenBack if is_guest => ApiError::InvitationWaits,
            error => error,
        });
    };
    let expires_at =
        Timestamp::from_millisecond(expires).map_err(|error| ApiError::Internal(error.into()))?;
    Ok(Pass { shopper: ticket.shopper, index: ticket.index, expires_at })
}

/// The number that is knocking, and whether it is too early: such a one, unless inside or invited, is
/// answered from memory.
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
        Claimed::Spent => ApiError::InvitationSpent,
        Claimed::Withdrawn => ApiError::InvitationWithdrawn,
        Claimed::Full | Claimed::Inside { .. } => ApiError::PlaceTakenBack,
        Claimed::NotCalled => match place(number, look.standing.frontier) {
            Place::Waiting { ahead } => ApiError::NotCalled { position: Some(ahead + 1) },
            Place::Called => ApiError::NotCalled { position: None },
        },
    }
}
