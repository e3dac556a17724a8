//! The waiting room for a browser without JavaScript: one page that comes again by itself, and plain
//! forms. It knows and does what the other routes do; only words and HTML are its own.

mod enter;
mod leave;
mod page;
mod pass;
mod style;
mod view;
mod words;

use axum::Router;
use axum::routing::{get, post};

use crate::plain::ROOM;
use crate::state::Runtime;

/// The routes of the page and its forms.
pub fn router() -> Router<Runtime> {
    Router::new()
        .route(ROOM, get(page::page))
        .route("/queue/plain/enter", post(enter::enter))
        .route("/queue/plain/pass", post(pass::pass))
        .route("/queue/plain/leave", post(leave::leave))
}

/// What may be kept.
pub fn files() -> Router<Runtime> {
    Router::new().route("/queue/plain/style.css", get(style::style))
}
