//! `GET /queue/position`, and the body that says where one stands. No Redis command.

use std::time::Instant;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Serialize;
use tenant_runtime_core::config::Settings;
use tenant_runtime_core::frontier::{self, Eta, Place};
use tenant_runtime_core::invitation::Invitation;
use tenant_runtime_core::pass::Pass;
use tenant_runtime_core::ticket::Ticket;

use super::POSITION;
use super::look::{Look, Phase, until};
use crate::error::ApiError;
use crate::extract::{MaybeInvited, Passed, Ticketed};
use crate::state::Runtime;

/// How often one who is called or inside should ask, in milliseconds.
const POLL_MS_CALLED: u64 = 1_000;
const POLL_MS_INSIDE: u64 = 5_000;
/// How often when it is over.
const POLL_MS_OVER: u64 = 30_000;

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const HEADERS: [(HeaderName, HeaderValue); 2] =
    [(CONTENT_TYPE, HeaderValue::from_static("application/json")), (CACHE_CONTROL, NO_STORE)];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Stand {
    Before,
    Waiting,
    Called,
    Inside,
    Closed,
    SoldOut,
}

/// Where one stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    pub state: Stand,
    /// The order of arrival: 1 for the first to come.
    pub entrant: u64,
    /// The number drawn or given, from 1; numbers up to the frontier are called. Unknown before the
    /// draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// How many are called before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u64>,
    /// How many wait, all in all.
    pub waiting: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eta_seconds: Option<EtaSeconds>,
    pub poll_after_ms: u64,
    /// Whether `/queue/events` is open to this shopper, who is near the front; left out where not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
    /// Whether it is an invitation by which the shopper may come in; left out where not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub guest: bool,
    /// Which line of the company's is in force: `/queue/notice/{notice}` has its text. Left out where
    /// there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<u32>,
    pub server_now: Timestamp,
    /// One sentence about the chances, for the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announcement: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EtaSeconds {
    pub low: u64,
    pub high: u64,
}

/// Where the holder of the ticket stands. 403 `ticket_invalid` once the place was given back, for
/// instance by paying.
///
/// This is what a crowd asks for, so nothing surrounds it: it is counted here, and has no trace.
pub async fn position(State(runtime): State<Runtime>, headers: HeaderMap) -> Response {
    answer(&runtime, &headers)
}

/// What [`position`] answers; it waits for nothing.
pub fn answer(runtime: &Runtime, headers: &HeaderMap) -> Response {
    let started = Instant::now();
    match read_position(runtime, headers) {
        Ok(position) => {
            runtime.room.polls.answered(started);
            (HEADERS, serde_json::to_string(&position).expect("a position is plain data")).into_response()
        }
        Err(error) => {
            let mut response = error.into_response();
            response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
            let status = response.status().as_u16();
            runtime.metrics.of_route(POSITION, "GET", status).answered(started);
            response
        }
    }
}

fn read_position(runtime: &Runtime, headers: &HeaderMap) -> Result<Position, ApiError> {
    let Ticketed(ticket) = Ticketed::read(headers, runtime)?;
    if runtime.room.is_gone(&ticket) {
        return Err(ApiError::TicketInvalid);
    }
    runtime.room.presence.hear(ticket.index);
    let pass = Passed::read(headers, runtime).ok();
    let MaybeInvited(invitation) = MaybeInvited::read(headers, runtime);
    Ok(position_of(runtime, &ticket, pass.as_ref().map(|Passed(pass)| pass), invitation))
}

/// Where the holder of `ticket` stands, from memory alone. Whoever has an invitation may come in as if
/// called; whether it has been spent is only known at the door.
#[must_use]
pub fn position_of(
    runtime: &Runtime,
    ticket: &Ticket,
    pass: Option<&Pass>,
    invitation: Option<Invitation>,
) -> Position {
    let look = runtime.room.look();
    let settings = runtime.settings.load();
    let now = runtime.clock.now();
    let is_withdrawn = invitation.is_some_and(|invitation| invitation.is_withdrawn(&settings));
    let is_invited = invitation.is_some() && !is_withdrawn;
    let is_inside = pass.is_some_and(|pass| (pass.shopper, pass.index) == (ticket.shopper, ticket.index));
    let number = look.number(ticket.index);
    let place = number.map(|number| frontier::place(number, look.standing.frontier));
    let state = match (look.phase(&runtime.config, settings.closed, now), place) {
        (_, _) if is_inside => Stand::Inside,
        (Phase::Closed, _) => Stand::Closed,
        (Phase::Before, _) | (Phase::Open, None) => Stand::Before,
        (Phase::Open, _) if look.is_sold_out() => Stand::SoldOut,
        (Phase::Open, Some(Place::Called)) => Stand::Called,
        (Phase::Open, Some(Place::Waiting { .. })) if is_invited => Stand::Called,
        (Phase::Open, Some(Place::Waiting { .. })) => Stand::Waiting,
    };
    let guest = match (state, place) {
        (Stand::Called, Some(Place::Waiting { .. })) => Guest::Invited,
        (Stand::Waiting, _) if is_withdrawn => Guest::Withdrawn,
        _ => Guest::No,
    };
    let ahead = match (state, place) {
        (Stand::Waiting, Some(Place::Waiting { ahead })) => Some(ahead),
        _ => None,
    };
    let is_moving = !settings.paused && !look.is_stale(now) && look.stock_left() > 0;
    let eta = ahead
        .filter(|_| is_moving)
        .and_then(|ahead| frontier::eta(ahead, settings.admissions_per_second, look.measured_milli));
    let deal_now_ms = look.deal_now_ms(now);
    let opens_in_ms = until(runtime.config.opens_at, deal_now_ms).as_millis();
    let opens_in_ms = u64::try_from(opens_in_ms).unwrap_or(0);
    let is_near = match state {
        Stand::Before => frontier::is_near_opening(opens_in_ms),
        Stand::Waiting => ahead.is_some_and(|ahead| frontier::is_near(ahead, eta)),
        Stand::Called | Stand::Inside | Stand::Closed | Stand::SoldOut => false,
    };
    Position {
        state,
        entrant: ticket.index + 1,
        number: number.map(|number| number + 1),
        ahead,
        waiting: look.waiting(),
        eta_seconds: eta.map(|Eta { low, high }| EtaSeconds { low, high }),
        poll_after_ms: poll_after_ms(state, eta, opens_in_ms, jitter(ticket, deal_now_ms)),
        stream: is_near && runtime.room.streams.has_room(),
        guest: guest == Guest::Invited,
        notice: look.notice,
        server_now: runtime.now(),
        announcement: announcement(state, ahead, guest, &look, &settings, now),
    }
}

fn poll_after_ms(state: Stand, eta: Option<Eta>, opens_in_ms: u64, jitter: u64) -> u64 {
    match state {
        Stand::Before => frontier::poll_before_opening_ms(opens_in_ms, jitter),
        Stand::Waiting => frontier::poll_after_ms(eta, jitter),
        Stand::Called => POLL_MS_CALLED,
        Stand::Inside => POLL_MS_INSIDE,
        Stand::Closed | Stand::SoldOut => POLL_MS_OVER,
    }
}

/// Spreads those who ask at the same moment: differs by ticket and by moment, and costs no randomness.
fn jitter(ticket: &Ticket, deal_now_ms: i64) -> u64 {
    ticket.nonce.wrapping_add(deal_now_ms.unsigned_abs()).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33
}

/// What an invitation makes of one who was not called yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guest {
    No,
    Invited,
    Withdrawn,
}

fn announcement(
    state: Stand,
    ahead: Option<u64>,
    guest: Guest,
    look: &Look,
    settings: &Settings,
    now: Timestamp,
) -> Option<String> {
    let text = match state {
        Stand::Inside | Stand::Before | Stand::Closed => return None,
        Stand::SoldOut => "준비한 수량이 모두 팔렸어요.".to_owned(),
        _ if look.is_stale(now) => "연결을 다시 잇고 있어요. 순서는 그대로예요.".to_owned(),
        _ if settings.paused => "판매자가 입장을 잠시 멈췄어요. 순서는 그대로예요.".to_owned(),
        _ if look.stock_left() == 0 => {
            format!(
                "남은 수량은 없지만 {}개가 아직 결제 중이에요. 결제하지 않은 상품은 다시 나와요.",
                look.stock_held()
            )
        }
        Stand::Called if guest == Guest::Invited => {
            "초대를 받아 기다리지 않고 먼저 들어갈 수 있어요.".to_owned()
        }
        Stand::Called => "들어갈 차례예요.".to_owned(),
        Stand::Waiting if guest == Guest::Withdrawn => {
            "판매자가 초대 링크를 거뒀어요. 대기 순서대로 들어갈 수 있어요.".to_owned()
        }
        Stand::Waiting => {
            let (ahead, left) = (ahead?, look.stock_left());
            if ahead < left {
                return None;
            }
            slim_chances(left)
        }
    };
    Some(text)
}

/// How many are ahead is in the body already.
fn slim_chances(left: u64) -> String {
    format!("차례 전에 남은 {left}개가 다 팔릴 수 있어요.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(position: &Position) {
        let body = serde_json::to_string(position).unwrap();
        assert!(body.len() < 300, "{} bytes: {body}", body.len());
    }

    #[test]
    fn a_million_who_wait_are_told_in_few_bytes() {
        let far = Position {
            state: Stand::Waiting,
            entrant: 1_000_000,
            number: Some(1_000_000),
            ahead: Some(999_998),
            waiting: 1_000_000,
            eta_seconds: Some(EtaSeconds { low: 9_999, high: 13_333 }),
            poll_after_ms: 15_000,
            stream: false,
            guest: false,
            notice: Some((1 << 24) - 1),
            server_now: Timestamp::from_microsecond(1_795_000_000_123_456).unwrap(),
            announcement: Some(slim_chances(50_000)),
        };
        check(&far);
        let near = EtaSeconds { low: 45, high: 60 };
        check(&Position { eta_seconds: Some(near), poll_after_ms: 4_500, stream: true, ..far });
    }
}
