//! Cookies, as far as the platform's own cookies go: by domain, path and lifetime in one bit (kept
//! or deleted). A library's jar cannot be told apart from its client, and thousands of people share
//! one client here.

use reqwest::Url;
use reqwest::header::{HeaderMap, SET_COOKIE};

#[derive(Debug, Clone, Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
}

#[derive(Debug, Clone)]
struct Cookie {
    name: String,
    value: String,
    domain: String,
    /// Whether hosts below the domain get it as well.
    below: bool,
    path: String,
}

impl Jar {
    /// The `Cookie` header for a request to this address, if any cookie goes there.
    #[must_use]
    pub fn header_for(&self, url: &Url) -> Option<String> {
        let host = url.host_str()?;
        let fitting = self.cookies.iter().filter(|cookie| cookie.fits(host, url.path()));
        let pairs: Vec<String> = fitting.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Whether a cookie of this name would go to this address.
    #[must_use]
    pub fn has(&self, url: &Url, name: &str) -> bool {
        let Some(host) = url.host_str() else { return false };
        self.cookies.iter().any(|cookie| cookie.name == name && cookie.fits(host, url.path()))
    }

    /// Keeps what an answer from this address sets, and drops what it deletes.
    pub fn keep(&mut self, url: &Url, headers: &HeaderMap) {
        let Some(host) = url.host_str() else { return };
        for header in headers.get_all(SET_COOKIE) {
            let Some((cookie, deleted)) = header.to_str().ok().and_then(|text| parse(text, host)) else {
                continue;
            };
            self.cookies.retain(|kept| {
                (&kept.name, &kept.domain, &kept.path) != (&cookie.name, &cookie.domain, &cookie.path)
            });
            if !deleted {
                self.cookies.push(cookie);
            }
        }
    }
}

impl Cookie {
    fn fits(&self, host: &str, path: &str) -> bool {
        let host_fits = host == self.domain
            || self.below
                && host.strip_suffix(self.domain.as_str()).is_some_and(|front| front.ends_with('.'));
        let path_fits = path == self.path
            || path
                .strip_prefix(self.path.as_str())
                .is_some_and(|rest| self.path.ends_with('/') || rest.starts_with('/'));
        host_fits && path_fits
    }
}

/// A `Set-Cookie` header, and whether it deletes. A domain that the host does not belong to is
/// refused, as browsers do.
fn parse(header: &str, host: &str) -> Option<(Cookie, bool)> {
    let mut parts = header.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let mut cookie = Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        domain: host.to_owned(),
        below: false,
        path: "/".to_owned(),
    };
    let mut deleted = false;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key.to_ascii_lowercase().as_str() {
            "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
            "domain" => {
                cookie.domain = value.trim_start_matches('.').to_ascii_lowercase();
                cookie.below = true;
            }
            "max-age" => deleted |= value.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
            _ => {}
        }
    }
    let probe = Cookie { path: "/".to_owned(), ..cookie.clone() };
    probe.fits(host, "/").then_some((cookie, deleted))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn kept(from: &str, cookie: &'static str) -> Jar {
        let mut jar = Jar::default();
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static(cookie));
        jar.keep(&from.parse().unwrap(), &headers);
        jar
    }

    #[test]
    fn cookies_go_where_a_browser_sends_them() {
        for (from, cookie, to, expected) in [
            ("http://ddib.localhost:1/x", "s=1; HttpOnly", "http://ddib.localhost:1/y", Some("s=1")),
            ("http://ddib.localhost:1/", "s=1", "http://a.ddib.localhost:1/", None),
            (
                "http://ddib.localhost:1/",
                "s=1; Domain=ddib.localhost",
                "http://a.ddib.localhost:1/",
                Some("s=1"),
            ),
            ("http://a.ddib.localhost/", "s=1; Domain=b.ddib.localhost", "http://b.ddib.localhost/", None),
            ("http://a.ddib.localhost/", "s=1; Domain=ddib.localhost", "http://xddib.localhost/", None),
            ("http://a/", "s=1; Path=/api/v1/auth", "http://a/api/v1/auth/refresh", Some("s=1")),
            ("http://a/", "s=1; Path=/api/v1/auth", "http://a/api/v1/authors", None),
            ("http://a/", "s=; Max-Age=0", "http://a/", None),
        ] {
            let header = kept(from, cookie).header_for(&to.parse().unwrap());
            assert_eq!(header.as_deref(), expected, "{cookie} from {from} to {to}");
        }
    }
}
