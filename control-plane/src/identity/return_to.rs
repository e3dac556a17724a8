//! Where somebody may be sent after signing in: to our own pages and nowhere else, or a link to our
//! sign-in could be made to lead to anybody's.

use url::Url;

use crate::config::PublicConfig;
use crate::error::ApiError;
use crate::http::site::Site;

const CHARACTERS_MAX: usize = 1_000;

/// The absolute URL that `text` (a path of this portal, or an absolute URL) leads to; the portal's
/// first page where there is none. From the storefront, deals may be returned to as well.
///
/// # Errors
/// 400 `return_to_refused`.
pub fn check(text: Option<&str>, site: Site, public: &PublicConfig) -> Result<String, ApiError> {
    let refused = ApiError::BadRequest {
        code: "return_to_refused",
        detail: "로그인한 뒤에 돌아갈 주소가 올바르지 않아요.",
    };
    own(text.unwrap_or("/"), site, public).ok_or(refused)
}

fn own(text: &str, site: Site, public: &PublicConfig) -> Option<String> {
    if text.len() > CHARACTERS_MAX {
        return None;
    }
    let portal = Url::parse(&public.origin(site)).ok()?;
    let url = portal.join(text).ok()?;
    let same_door =
        url.scheme() == portal.scheme() && url.port_or_known_default() == portal.port_or_known_default();
    let anonymous = url.username().is_empty() && url.password().is_none();
    let host = url.host_str()?;
    let is_deal = || {
        let slug =
            host.strip_suffix(public.host(Site::Ddib).as_str()).and_then(|rest| rest.strip_suffix('.'));
        site == Site::Ddib && slug.is_some_and(|slug| !slug.is_empty() && !slug.contains('.'))
    };
    (same_door && anonymous && (host == public.host(site) || is_deal())).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Scheme;

    #[test]
    fn only_our_own_pages_are_returned_to() {
        let public = PublicConfig { scheme: Scheme::Http, domain: "localhost".to_owned(), port: 8080 };
        let check = |text: &str, site| own(text, site, &public);
        let ddib = "http://ddib.localhost:8080";
        for (text, expected) in [
            ("/", Some(format!("{ddib}/"))),
            ("/orders/1?a=b", Some(format!("{ddib}/orders/1?a=b"))),
            ("http://ddib.localhost:8080/x", Some(format!("{ddib}/x"))),
            ("http://shop.ddib.localhost:8080/", Some("http://shop.ddib.localhost:8080/".to_owned())),
            ("http://bidd.localhost:8080/", None),
            ("http://a.b.ddib.localhost:8080/", None),
            ("http://.ddib.localhost:8080/", None),
            ("http://evilddib.localhost:8080/", None),
            ("http://ddib.localhost:8080@evil.example/", None),
            ("http://a:b@ddib.localhost:8080/", None),
            ("http://ddib.localhost/", None),
            ("https://ddib.localhost:8080/", None),
            ("//evil.example/", None),
            ("/\\evil.example/", None),
            ("javascript:alert(1)", None),
        ] {
            assert_eq!(check(text, Site::Ddib), expected, "{text}");
        }
        assert!(check("http://shop.ddib.localhost:8080/", Site::Bidd).is_none());
        assert!(check(&format!("/{}", "a".repeat(1_000)), Site::Ddib).is_none());
    }
}
