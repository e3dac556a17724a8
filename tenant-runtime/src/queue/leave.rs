//! `POST /queue/leave`: giving one's place to others.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::AppendHeaders;

use super::{cookies, steps};
use crate::error::ApiError;
use crate::extract::Ticketed;
use crate::state::Runtime;

type Answer = (StatusCode, AppendHeaders<[(HeaderName, HeaderValue); 2]>);

/// Gives up place and pass at once; holds and orders stay. 204, and both cookies are forgotten.
pub async fn leave(State(runtime): State<Runtime>, Ticketed(ticket): Ticketed) -> Result<Answer, ApiError> {
    let number = runtime.room.look().number(ticket.index);
    steps::leave_with(&runtime, &ticket, number).await?;
    let cookies = cookies::forget(&runtime).map(|cookie| (SET_COOKIE, cookie));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookies)))
}
