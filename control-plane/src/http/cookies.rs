//! The cookies of signing in. All of them are `HttpOnly` and `SameSite=Lax`, and `Secure` where the
//! public scheme is https.

use control_plane_token::{refresh, token};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use crate::config::PublicConfig;
use crate::http::site::Site;

/// Where refresh tokens are sent, and nowhere else.
const REFRESH_PATH: &str = "/api/v1/auth";

/// The cookie with a portal's session token. Host-only.
#[must_use]
pub fn session_name(site: Site) -> &'static str {
    match site {
        Site::Bidd => "bidd_session",
        Site::Ddib => "ddib_session",
    }
}

/// The cookie with a portal's refresh token. Host-only, sent to the sign-in endpoints alone.
#[must_use]
pub fn refresh_name(site: Site) -> &'static str {
    match site {
        Site::Bidd => "bidd_refresh",
        Site::Ddib => "ddib_refresh",
    }
}

/// The cookie that says to the deals who one is.
pub const SHOPPER: &str = "shopper";

#[must_use]
pub fn session(site: Site, public: &PublicConfig, value: String) -> Cookie<'static> {
    lasting(session_name(site), value, "/", public, token::SESSION_SECONDS)
}

#[must_use]
pub fn refresh(site: Site, public: &PublicConfig, value: String) -> Cookie<'static> {
    lasting(refresh_name(site), value, REFRESH_PATH, public, refresh::LIFETIME_SECONDS)
}

/// Valid on the storefront and on every deal below it.
#[must_use]
pub fn shopper(public: &PublicConfig, value: String) -> Cookie<'static> {
    let mut cookie = lasting(SHOPPER, value, "/", public, token::SHOPPER_SECONDS);
    cookie.set_domain(public.host(Site::Ddib));
    cookie
}

/// A cookie of the sign-in endpoints.
#[must_use]
pub fn sign_in(name: String, value: String, public: &PublicConfig, seconds: i64) -> Cookie<'static> {
    lasting(name, value, REFRESH_PATH, public, seconds)
}

/// What makes a browser forget everything of a portal's session.
#[must_use]
pub fn cleared(site: Site, public: &PublicConfig) -> Vec<Cookie<'static>> {
    let mut cookies = vec![session(site, public, String::new()), refresh(site, public, String::new())];
    if site == Site::Ddib {
        cookies.push(shopper(public, String::new()));
    }
    for cookie in &mut cookies {
        forget(cookie);
    }
    cookies
}

/// Makes a browser forget one cookie.
pub fn forget(cookie: &mut Cookie<'static>) {
    cookie.set_value("");
    cookie.set_max_age(Duration::ZERO);
}

fn lasting(
    name: impl Into<std::borrow::Cow<'static, str>>,
    value: String,
    path: &'static str,
    public: &PublicConfig,
    seconds: i64,
) -> Cookie<'static> {
    Cookie::build((name, value))
        .path(path)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(public.secure())
        .max_age(Duration::seconds(seconds))
        .build()
}
