//! Opening and renewing a session: which tokens are made, and in which cookies they travel.

use axum_extra::extract::cookie::CookieJar;
use control_plane_token::{TokenError, refresh};
use jiff::{SignedDuration, Timestamp};

use super::kakao::Person;
use super::store::{self, NewRefresh, Rotation};
use crate::error::ApiError;
use crate::http::cookies;
use crate::http::site::Site;
use crate::ids::UserId;
use crate::state::AppState;

/// Signs a person in at a portal and adds the cookies to `jar`.
///
/// # Errors
/// Where the database fails.
pub async fn open(
    state: &AppState,
    site: Site,
    person: &Person,
    jar: CookieJar,
) -> Result<CookieJar, ApiError> {
    let now = state.clock.now();
    let token = refresh::encode(state.entropy.bytes());
    let hash = refresh::hash(&token);
    let user = store::sign_in(&state.db, &state.entropy, person, &new_refresh(&hash, site, now)).await?;
    tracing::info!(user = %user.id, site = site.as_str(), "signed in");
    with_cookies(state, site, user.id, &user.name, token, jar)
}

/// What came of renewing.
pub enum Renewal {
    Renewed(CookieJar),
    /// There is no session to renew; the cookies are cleared.
    SignedOut(CookieJar),
}

/// Exchanges the refresh cookie in `jar`, where there is a good one.
///
/// # Errors
/// Where the database fails.
pub async fn renew(state: &AppState, site: Site, jar: CookieJar) -> Result<Renewal, ApiError> {
    let now = state.clock.now();
    let Some(presented) = presented(site, &jar) else {
        return Ok(Renewal::SignedOut(clear(state, site, jar)));
    };
    let token = refresh::encode(state.entropy.bytes());
    let hash = refresh::hash(&token);
    match store::rotate(&state.db, &presented, &new_refresh(&hash, site, now)).await? {
        Rotation::Renewed { user, name } => {
            with_cookies(state, site, user, &name, token, jar).map(Renewal::Renewed)
        }
        Rotation::Reused => {
            tracing::warn!(site = site.as_str(), "a refresh token was used twice; its family is revoked");
            Ok(Renewal::SignedOut(clear(state, site, jar)))
        }
        Rotation::Unknown => Ok(Renewal::SignedOut(clear(state, site, jar))),
    }
}

/// Ends the session whose refresh cookie is in `jar`, and clears the cookies.
///
/// # Errors
/// Where the database fails.
pub async fn close(state: &AppState, site: Site, jar: CookieJar) -> Result<CookieJar, ApiError> {
    if let Some(presented) = presented(site, &jar) {
        store::sign_out(&state.db, &presented, state.clock.now()).await?;
    }
    Ok(clear(state, site, jar))
}

fn presented(site: Site, jar: &CookieJar) -> Option<String> {
    jar.get(cookies::refresh_name(site)).map(|cookie| refresh::hash(cookie.value()))
}

fn new_refresh(hash: &str, site: Site, now: Timestamp) -> NewRefresh<'_> {
    let expires_at = now + SignedDuration::from_secs(refresh::LIFETIME_SECONDS);
    NewRefresh { hash, site, now, expires_at }
}

fn with_cookies(
    state: &AppState,
    site: Site,
    user: UserId,
    name: &str,
    refresh: String,
    jar: CookieJar,
) -> Result<CookieJar, ApiError> {
    let now = state.clock.now();
    let public = &state.config.public;
    let failed = |error: TokenError| ApiError::internal(error);
    let session = state.tokens.session(site, user, name, now).map_err(failed)?;
    let jar = jar.add(cookies::session(site, public, session)).add(cookies::refresh(site, public, refresh));
    if site == Site::Bidd {
        return Ok(jar);
    }
    let shopper = state.tokens.shopper(user, name, now).map_err(failed)?;
    Ok(jar.add(cookies::shopper(public, shopper)))
}

fn clear(state: &AppState, site: Site, jar: CookieJar) -> CookieJar {
    cookies::cleared(site, &state.config.public).into_iter().fold(jar, CookieJar::add)
}
