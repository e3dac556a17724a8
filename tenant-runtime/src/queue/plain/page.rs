//! `GET /queue/plain`: the page. No Redis command.

use axum::extract::State;
use axum::response::Response;
use tenant_runtime_core::draw;

use super::view::{self, Scene};
use crate::error::ApiError;
use crate::extract::{MaybeInvited, MaybePassed, Shopper, Ticketed};
use crate::plain::{respond, status_of};
use crate::queue::position::position_of;
use crate::queue::status::drawn;
use crate::state::Runtime;

/// Who asks for the page, as far as the cookies say.
pub struct Visitor {
    pub ticket: Result<Ticketed, ApiError>,
    pub pass: MaybePassed,
    pub invited: MaybeInvited,
    pub is_signed_in: bool,
}

/// The room as the visitor sees it now; a ticket whose place was given back counts as none.
pub async fn page(
    State(runtime): State<Runtime>,
    ticket: Result<Ticketed, ApiError>,
    pass: MaybePassed,
    invited: MaybeInvited,
    shopper: Result<Shopper, ApiError>,
) -> Response {
    let visitor = Visitor { ticket, pass, invited, is_signed_in: shopper.is_ok() };
    render(&runtime, &visitor, None)
}

/// The page, with words about what a form came to where it was refused.
pub fn render(runtime: &Runtime, visitor: &Visitor, refused: Option<&ApiError>) -> Response {
    let ticket = visitor.ticket.as_ref().ok().map(|Ticketed(ticket)| ticket);
    let ticket = ticket.filter(|ticket| !runtime.room.is_gone(ticket));
    if let Some(ticket) = ticket {
        runtime.room.presence.hear(ticket.index);
    }
    let look = runtime.room.look();
    let settings = runtime.settings.load();
    let page = view::page(&Scene {
        config: &runtime.config,
        settings: &settings,
        phase: look.phase(&runtime.config, settings.closed, runtime.clock.now()),
        sold_out: look.is_sold_out(),
        position: ticket
            .map(|ticket| position_of(runtime, ticket, visitor.pass.0.as_ref(), visitor.invited.0)),
        inside_until: visitor.pass.0.map(|pass| pass.expires_at),
        is_signed_in: visitor.is_signed_in,
        waiting: look.waiting(),
        commitment: draw::commitment(&runtime.secrets.draw_secret),
        drawn: drawn(runtime, &look),
        now: runtime.now(),
        problem: refused.map(|error| error.problem().detail),
    });
    respond(runtime, status_of(refused), &page)
}
