//! `GET /queue/events`: one's position as it changes, as server-sent events. Nothing but memory.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt as _, stream};
use tenant_runtime_core::pass::Pass;
use tenant_runtime_core::ticket::Ticket;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::position::{Position, Stand, position_of};
use crate::error::ApiError;
use crate::extract::{MaybePassed, Ticketed};
use crate::state::Runtime;

/// At most one event in this time.
const EVERY: Duration = Duration::from_secs(1);
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// `event: position` with the body of `/queue/position` whenever it changes, at most once a second.
/// Ends when there is nothing more to say, or the place was given back. 429 where too many streams are open already.
pub async fn events(
    State(runtime): State<Runtime>,
    Ticketed(ticket): Ticketed,
    MaybePassed(pass): MaybePassed,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let permit = Arc::clone(&runtime.room.streams)
        .try_acquire_owned()
        .map_err(|_| ApiError::TooManyRequests { retry_seconds: 5 })?;
    let stopping = runtime.shutdown.token().cancelled_owned();
    let listener =
        Listener { looks: runtime.room.looks(), runtime, ticket, pass, last: None, _permit: permit };
    let events = stream::unfold(Some(listener), next).take_until(stopping);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// One open stream.
struct Listener {
    runtime: Runtime,
    ticket: Ticket,
    pass: Option<Pass>,
    looks: watch::Receiver<u64>,
    last: Option<Position>,
    /// Given back when the stream ends.
    _permit: OwnedSemaphorePermit,
}

async fn next(listener: Option<Listener>) -> Option<(Result<Event, Infallible>, Option<Listener>)> {
    let mut listener = listener?;
    loop {
        if listener.last.is_some() {
            tokio::time::sleep(EVERY).await;
            listener.looks.changed().await.ok()?;
        }
        listener.looks.mark_unchanged();
        if listener.runtime.room.is_gone(&listener.ticket) {
            return None;
        }
        listener.runtime.room.presence.hear(listener.ticket.index);
        let pass = listener.pass.filter(|pass| pass.expires_at > listener.runtime.now());
        let position = position_of(&listener.runtime, &listener.ticket, pass.as_ref());
        if listener.last.as_ref().is_some_and(|last| !is_news(last, &position)) {
            continue;
        }
        let is_last = matches!(position.state, Stand::Closed | Stand::SoldOut);
        let body = serde_json::to_string(&position).expect("a position is plain data");
        let event = Event::default().event("position").data(body);
        listener.last = Some(position);
        return Some((Ok(event), if is_last { None } else { Some(listener) }));
    }
}

/// Whether a shopper would see a difference; the clock and the next poll do not count.
fn is_news(last: &Position, now: &Position) -> bool {
    (last.state, last.number, last.ahead, last.waiting, &last.announcement)
        != (now.state, now.number, now.ahead, now.waiting, &now.announcement)
}
