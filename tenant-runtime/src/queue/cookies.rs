//! The cookies on the deal's own host. Their values are base64url, so they need no quoting.

use axum::http::HeaderValue;

use crate::extract::{INVITATION_COOKIE, PASS_COOKIE, TICKET_COOKIE};
use crate::state::Runtime;

/// A ticket is kept until well after the doors have closed.
const AFTER_CLOSING_SECONDS: i64 = 3600;

/// `Set-Cookie` with a ticket.
#[must_use]
pub fn ticket(runtime: &Runtime, value: &str) -> HeaderValue {
    set(runtime, TICKET_COOKIE, value, left_seconds(runtime) + AFTER_CLOSING_SECONDS)
}

/// `Set-Cookie` with an invitation, which is worth nothing once the doors have closed.
#[must_use]
pub fn invitation(runtime: &Runtime, value: &str) -> HeaderValue {
    set(runtime, INVITATION_COOKIE, value, left_seconds(runtime))
}

/// `Set-Cookie` to forget an invitation.
#[must_use]
pub fn forget_invitation(runtime: &Runtime) -> HeaderValue {
    set(runtime, INVITATION_COOKIE, "", 0)
}

/// `Set-Cookie` with a pass. It outlives the pass, so that an expired one is told from none.
#[must_use]
pub fn pass(runtime: &Runtime, value: &str) -> HeaderValue {
    set(runtime, PASS_COOKIE, value, i64::from(runtime.config.pass_seconds) + AFTER_CLOSING_SECONDS)
}

/// `Set-Cookie` twice, to forget both.
#[must_use]
pub fn forget(runtime: &Runtime) -> [HeaderValue; 2] {
    [set(runtime, TICKET_COOKIE, "", 0), set(runtime, PASS_COOKIE, "", 0)]
}

fn left_seconds(runtime: &Runtime) -> i64 {
    (runtime.config.closes_at.as_second() - runtime.now().as_second()).max(0)
}

fn set(runtime: &Runtime, name: &str, value: &str, seconds: i64) -> HeaderValue {
    let secure = if runtime.is_https() { "; Secure" } else { "" };
    HeaderValue::try_from(format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    ))
    .expect("names and values are visible ASCII")
}
