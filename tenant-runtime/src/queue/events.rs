//! `GET /queue/events`: one's position as it changes, as server-sent events. Nothing but memory.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Sse;
use axum::response::sse::Event;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, stream};
use tenant_runtime_core::invitation::Invitation;
use tenant_runtime_core::pass::Pass;
use tenant_runtime_core::ticket::Ticket;
use tokio::sync::watch;

use super::position::{Position, Stand, position_of};
use super::streams::OpenStream;
use crate::error::ApiError;
use crate::extract::{MaybeInvited, MaybePassed, Ticketed};
use crate::state::Runtime;

/// At most one event in this time.
const EVERY: Duration = Duration::from_secs(1);
/// One event at the least in so many times of that: a page that hears nothing for longer knows that its
/// line is dead.
const QUIET_TIMES_MAX: u32 = 10;
/// A proxy that gathers an answer before it passes it on would make the stream worthless.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

type Events = ([(HeaderName, HeaderValue); 1], Sse<BoxStream<'static, Result<Event, Infallible>>>);

/// `event: position` with the body of `/queue/position` when it changes, at most once a second and at
/// the least every ten seconds. Ends when there is nothing more to wait for, or the place was given
/// back. 429 where too many streams are open already.
pub async fn events(
    State(runtime): State<Runtime>,
    Ticketed(ticket): Ticketed,
    MaybePassed(pass): MaybePassed,
    MaybeInvited(invitation): MaybeInvited,
) -> Result<Events, ApiError> {
    let open = runtime.room.streams.open(ticket.shopper)?;
    let stopping = runtime.shutdown.token().cancelled_owned();
    let looks = runtime.room.looks();
    let listener = Listener { looks, runtime, ticket, pass, invitation, last: None, _open: open };
    let events = stream::unfold(Some(listener), next).take_until(stopping).boxed();
    Ok(([UNBUFFERED], Sse::new(events)))
}

/// One open stream.
struct Listener {
    runtime: Runtime,
    ticket: Ticket,
    pass: Option<Pass>,
    invitation: Option<Invitation>,
    looks: watch::Receiver<u64>,
    last: Option<Position>,
    /// Counts until it is dropped.
    _open: OpenStream,
}

impl Listener {
    /// Waits until there may be something new: for a look, and not much longer where Redis is away.
    async fn pause(&mut self) -> Option<()> {
        tokio::time::sleep(EVERY).await;
        match tokio::time::timeout(EVERY, self.looks.changed()).await {
            Ok(looked) => looked.ok(),
            Err(_) => Some(()),
        }
    }
}

async fn next(listener: Option<Listener>) -> Option<(Result<Event, Infallible>, Option<Listener>)> {
    let mut listener = listener?;
    let mut quiet_times = 0;
    loop {
        if listener.last.is_some() {
            listener.pause().await?;
        }
        listener.looks.mark_unchanged();
        if listener.runtime.room.is_gone(&listener.ticket) {
            return None;
        }
        listener.runtime.room.presence.hear(listener.ticket.index);
        let pass = listener.pass.filter(|pass| pass.expires_at > listener.runtime.now());
        let position = position_of(&listener.runtime, &listener.ticket, pass.as_ref(), listener.invitation);
        quiet_times += 1;
        let is_same = listener.last.as_ref().is_some_and(|last| !is_news(last, &position));
        if is_same && quiet_times < QUIET_TIMES_MAX {
            continue;
        }
        let goes_on = matches!(position.state, Stand::Before | Stand::Waiting);
        let body = serde_json::to_string(&position).expect("a position is plain data");
        let event = Event::default().event("position").data(body);
        listener.last = Some(position);
        return Some((Ok(event), goes_on.then_some(listener)));
    }
}

/// Whether a shopper would see a difference; the clock and the next poll do not count.
fn is_news(last: &Position, now: &Position) -> bool {
    (last.state, last.number, last.ahead, last.waiting, last.notice, &last.announcement)
        != (now.state, now.number, now.ahead, now.waiting, now.notice, &now.announcement)
}
