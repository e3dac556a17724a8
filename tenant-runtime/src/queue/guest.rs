//! `GET /queue/guest/{token}`: a company's invitation link. No Redis command: the token says by itself
//! whether it is good, the settings in memory whether it was withdrawn, and its number is spent only where
//! its holder comes in.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use control_plane_token::{GuestError, TokenError};
use crds::LinkRange;
use redis::cmd;
use tenant_runtime_core::invitation::Invitation;

use super::cookies;
use crate::error::ApiError;
use crate::pages;
use crate::redis::StoreError;
use crate::state::Runtime;

/// What is said about a link that is worth nothing.
#[derive(Template)]
#[template(path = "guest.html")]
struct Page<'a> {
    tokens: Option<&'a str>,
    orders: &'a str,
    company: &'a str,
    title: &'a str,
    problem: &'a str,
    /// Whether it is left to say that one may come in without an invitation. One that is too old has
    /// outlived the deal.
    may_wait: bool,
}

/// Leaves an invitation with the browser, and goes on to the deal. A link that is not one of this deal,
/// or not any more, gets a page that says so.
pub async fn guest(State(runtime): State<Runtime>, Path(token): Path<String>) -> Response {
    match runtime.guests.verify(&token, runtime.clock.now()) {
        Ok(link) => {
            let invitation = Invitation { number: link.number };
            if invitation.is_withdrawn(&runtime.settings.load()) {
                return refusal(&runtime, &ApiError::InvitationWithdrawn);
            }
            let invitation = runtime.invitations.sign(invitation);
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

/// The numbers of the links that have let somebody in.
///
/// # Errors
/// Where Redis is away.
pub async fn used_links(runtime: &Runtime) -> Result<Vec<LinkRange>, StoreError> {
    let used: BTreeSet<u32> = runtime.store.read(cmd("SMEMBERS").arg(runtime.keys.guests())).await?;
    Ok(LinkRange::all_of(&used))
}

fn refusal(runtime: &Runtime, error: &ApiError) -> Response {
    let problem = error.problem();
    let tokens = pages::stylesheet();
    let page = Page {
        tokens: tokens.as_deref(),
        orders: &runtime.config.identity.orders_url,
        company: &runtime.config.company_name,
        title: &runtime.config.title,
        problem: &problem.detail,
        may_wait: matches!(error, ApiError::InvitationInvalid),
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
