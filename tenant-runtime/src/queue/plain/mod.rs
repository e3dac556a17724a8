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

use crate::state::Runtime;

/// The page, below `/queue`.
const PAGE: &str = "/plain";

/// The routes of the page and its forms.
pub fn router() -> Router<Runtime> {
    Router::new()
        .route(PAGE, get(page::page))
        .route("/plain/enter", post(enter::enter))
        .route("/plain/pass", post(pass::pass))
        .route("/plain/leave", post(leave::leave))
}

/// What may be kept.
pub fn files() -> Router<Runtime> {
    Router::new().route("/plain/style.css", get(style::style))
}
