//! Kakao Login: OAuth2 code flow with OpenID Connect.

pub mod account;
pub mod authorize;
pub mod discovery;
pub mod token;

use url::{Host, Url};

/// Whether a redirect URI is one that the app has registered: its own callback on either portal's local host.
fn is_registered(redirect_uri: &str) -> bool {
    let Ok(url) = Url::parse(redirect_uri) else { return false };
    let host = match url.host() {
        Some(Host::Domain(name)) => matches!(name, "bidd.localhost" | "ddib.localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(_)) | None => false,
    };
    host && url.scheme() == "http"
        && url.path() == "/api/v1/auth/kakao/callback"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::is_registered;

    #[test]
    fn only_the_portals_own_callback_is_registered() {
        for (uri, expected) in [
            ("http://bidd.localhost:8080/api/v1/auth/kakao/callback", true),
            ("http://ddib.localhost:8080/api/v1/auth/kakao/callback", true),
            ("http://ddib.localhost/api/v1/auth/kakao/callback", true),
            ("http://127.0.0.1:39001/api/v1/auth/kakao/callback", true),
            ("https://bidd.localhost:8080/api/v1/auth/kakao/callback", false),
            ("http://bidd.localhost:8080/api/v1/auth/kakao/callback?x=1", false),
            ("http://bidd.localhost:8080/api/v1/auth/kakao/callback/", false),
            ("http://bidd.localhost:8080/other", false),
            ("http://shop.ddib.localhost:8080/api/v1/auth/kakao/callback", false),
            ("http://bidd.localhost@evil.example/api/v1/auth/kakao/callback", false),
            ("http://bidd.localhost.evil.example/api/v1/auth/kakao/callback", false),
            ("not a url", false),
        ] {
            assert_eq!(is_registered(uri), expected, "{uri}");
        }
    }
}
