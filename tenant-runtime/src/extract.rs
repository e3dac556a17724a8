//! Who is asking. Each extractor is an authority: a handler that has one in its signature cannot be
//! reached without it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;
use tenant_runtime_core::invitation::Invitation;
use tenant_runtime_core::pass::Pass;
use tenant_runtime_core::signing::SignedError;
use tenant_runtime_core::ticket::Ticket;
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::Runtime;

/// The cookie that the control plane sets for all deals.
pub const SHOPPER_COOKIE: &str = "shopper";
pub const TICKET_COOKIE: &str = "ticket";
pub const PASS_COOKIE: &str = "pass";
pub const INVITATION_COOKIE: &str = "invitation";

/// Someone who signed in: the token's own words, checked with public keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shopper {
    pub id: Uuid,
}

/// Someone with a place in this deal's waiting room, inside or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticketed(pub Ticket);

/// Someone inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed(pub Pass);

/// Someone inside, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaybePassed(pub Option<Pass>);

/// Someone with a guest's link to this deal, or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaybeInvited(pub Option<Invitation>);

/// Someone who may see and finish own orders: inside, or signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buyer {
    pub shopper: Uuid,
}

/// The lifecycle's executor.
#[derive(Debug, Clone, Copy)]
pub struct Controller;

/// Where a request comes from, as the edge says.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub Option<IpAddr>);

impl FromRequestParts<Runtime> for Shopper {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, runtime: &Runtime) -> Result<Shopper, ApiError> {
        let token = bearer(&parts.headers)
            .or_else(|| cookie(&parts.headers, SHOPPER_COOKIE))
            .ok_or(ApiError::NotSignedIn)?;
        let claims =
            runtime.shoppers.verify(token, runtime.clock.now()).map_err(|_| ApiError::NotSignedIn)?;
        Ok(Shopper { id: claims.sub })
    }
}

impl Ticketed {
    /// # Errors
    /// Where there is no ticket, or none of this deal.
    pub fn read(headers: &HeaderMap, runtime: &Runtime) -> Result<Ticketed, ApiError> {
        let text = cookie(headers, TICKET_COOKIE).ok_or(ApiError::TicketMissing)?;
        runtime.tickets.verify(text).map(Ticketed).map_err(|_| ApiError::TicketInvalid)
    }
}

impl Passed {
    /// # Errors
    /// Where there is no pass, none of this deal, or one that has expired.
    pub fn read(headers: &HeaderMap, runtime: &Runtime) -> Result<Passed, ApiError> {
        let text = cookie(headers, PASS_COOKIE).ok_or(ApiError::PassMissing)?;
        runtime.passes.verify(text, runtime.now()).map(Passed).map_err(|error| match error {
            SignedError::Expired => ApiError::PassExpired,
            SignedError::Malformed | SignedError::Foreign | SignedError::Forged => ApiError::PassInvalid,
        })
    }
}

impl MaybeInvited {
    #[must_use]
    pub fn read(headers: &HeaderMap, runtime: &Runtime) -> MaybeInvited {
        let text = cookie(headers, INVITATION_COOKIE);
        MaybeInvited(text.and_then(|text| runtime.invitations.verify(text).ok()))
    }
}

impl FromRequestParts<Runtime> for Ticketed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, runtime: &Runtime) -> Result<Ticketed, ApiError> {
        Ticketed::read(&parts.headers, runtime)
    }
}

impl FromRequestParts<Runtime> for Passed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, runtime: &Runtime) -> Result<Passed, ApiError> {
        Passed::read(&parts.headers, runtime)
    }
}

impl FromRequestParts<Runtime> for MaybePassed {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        runtime: &Runtime,
    ) -> Result<MaybePassed, Self::Rejection> {
        Ok(MaybePassed(Passed::read(&parts.headers, runtime).ok().map(|Passed(pass)| pass)))
    }
}

impl FromRequestParts<Runtime> for MaybeInvited {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        runtime: &Runtime,
    ) -> Result<MaybeInvited, Self::Rejection> {
        Ok(MaybeInvited::read(&parts.headers, runtime))
    }
}

impl FromRequestParts<Runtime> for Buyer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, runtime: &Runtime) -> Result<Buyer, ApiError> {
        if let Ok(Shopper { id }) = Shopper::from_request_parts(parts, runtime).await {
            return Ok(Buyer { shopper: id });
        }
        match Passed::read(&parts.headers, runtime) {
            Ok(Passed(pass)) => Ok(Buyer { shopper: pass.shopper }),
            Err(_) => Err(ApiError::NotSignedIn),
        }
    }
}

impl FromRequestParts<Runtime> for Controller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, runtime: &Runtime) -> Result<Controller, ApiError> {
        let given = bearer(&parts.headers).ok_or(ApiError::ControlRefused)?;
        let expected = runtime.secrets.control_token.expose_secret();
        // Hashed first, so that neither content nor length shows in the time taken.
        let equal =
            blake3::hash(given.as_bytes()).as_bytes().ct_eq(blake3::hash(expected.as_bytes()).as_bytes());
        if bool::from(equal) { Ok(Controller) } else { Err(ApiError::ControlRefused) }
    }
}

impl FromRequestParts<Runtime> for Peer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Runtime) -> Result<Peer, ApiError> {
        // Only the edge can reach a pod, and it adds the address that it saw at the end.
        let forwarded = parts
            .headers
            .get("x-forwarded-for")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.rsplit(',').next())
            .and_then(|address| address.trim().parse().ok());
        let direct = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        Ok(Peer(forwarded.or_else(direct)))
    }
}

/// Refuses state-changing requests that no page of this deal sent. Cookies are `SameSite=Lax`, but a
/// sibling host is the same site.
pub async fn same_origin(State(runtime): State<Runtime>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let origin = request.headers().get(ORIGIN).map(axum::http::HeaderValue::as_bytes);
    if reads || origin == Some(runtime.config.origin.as_bytes()) {
        return next.run(request).await;
    }
    ApiError::OriginRefused.into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The value of a cookie. The values that this runtime reads are base64url and dots, never quoted.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .find_map(|pair| pair.trim_start().strip_prefix(name)?.strip_prefix('='))
        .map(str::trim_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        for line in ["a=1; ticketing=2;ticket=three.four ; b", "pass=five"] {
            headers.append(COOKIE, line.parse().unwrap());
        }
        assert_eq!(cookie(&headers, "ticket"), Some("three.four"));
        assert_eq!(cookie(&headers, "pass"), Some("five"));
        assert_eq!(cookie(&headers, "a"), Some("1"));
        assert_eq!(cookie(&headers, "b"), None);
        assert_eq!(cookie(&headers, "shopper"), None);
    }
}
