//! `GET /queue/guest/{token}`: a company's invitation link. No Redis command: the token says by itself
//! whether it is good, and its number is spent only where its holder comes in.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use control_plane_token::{GuestError, TokenError};
use tenant_runtime_core::invitation::Invitation;

use super::cookies;
use crate::error::ApiError;
use crate::pages;
use crate::state::Runtime;

/// What is said about a link that is worth nothing.
#[derive(Template)]
#[template(path = "guest.html")]
struct Page<'a> {
    tokens: Option<&'a str>,
    company: &'a str,
    title: &'a str,
    problem: &'a str,
    /// An invitation is good for as long as the deal is on.
    is_over: bool,
}

/// Leaves an invitation with the browser, and goes on to the deal. A link that is not one of this deal,
/// or not any more, gets a page that says so.
pub async fn guest(State(runtime): State<Runtime>, Path(token): Path<String>) -> Response {
    match runtime.guests.verify(&token, runtime.clock.now()) {
        Ok(link) => {
            let invitation = runtime.invitations.sign(Invitation { number: link.number });
            let cookie = cookies::invitation(&runtime, &invitation);
            (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static("/")), (SET_COOKIE, cookie)])
                .into_response()
        }
        Err(GuestError::Token(TokenError::Expired)) => refusal(&runtime, &ApiError::InvitationExpired),
        Err(GuestError::Token(_) | GuestError::TooLong | GuestError::OtherDeal) => {
            refusal(&runtime, &ApiError::InvitationInvalid)
        }
    }
}

fn refusal(runtime: &Runtime, error: &ApiError) -> Response {
    let problem = error.problem();
    let tokens = pages::stylesheet();
    let page = Page {
        tokens: tokens.as_deref(),
        company: &runtime.config.company_name,
        title: &runtime.config.title,
        problem: &problem.detail,
        is_over: matches!(error, ApiError::InvitationExpired),
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::FORBIDDEN);
    match page.render() {
        Ok(html) => {
            let mut response = (status, Html(html)).into_response();
            pages::policy(runtime).protect(response.headers_mut());
            response
        }
        Err(error) => ApiError::Internal(error.into()).into_response(),
    }
}
