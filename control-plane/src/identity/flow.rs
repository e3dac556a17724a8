//! A signing-in under way: between leaving for Kakao and coming back it lives, sealed, in a cookie
//! of the browser that began it, so that nothing has to be stored for those who never come back and
//! nobody else can finish it. Its name carries a part of the state, so that two tabs do not meet.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::Cookie;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::config::PublicConfig;
use crate::entropy::Entropy;
use crate::http::cookies;
use crate::http::site::Site;
use crate::seal::Sealer;

/// As long as Kakao's code may take.
const LIFETIME_SECONDS: i64 = 600;
const CONTEXT: &str = "sign-in";
const NAME_CHARACTERS: usize = 12;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    pub state: String,
    pub nonce: String,
    /// PKCE: the secret whose hash went with the browser.
    pub verifier: String,
    /// Where to go afterwards: an absolute URL that was checked.
    pub return_to: String,
    storefront: bool,
    expires_at: Timestamp,
}

impl Flow {
    pub fn begin(entropy: &Entropy, site: Site, return_to: String, now: Timestamp) -> Flow {
        let random = || URL_SAFE_NO_PAD.encode(entropy.bytes::<32>());
        Flow {
            state: random(),
            nonce: random(),
            verifier: random(),
            return_to,
            storefront: site == Site::Ddib,
            expires_at: now + SignedDuration::from_secs(LIFETIME_SECONDS),
        }
    }

    pub fn site(&self) -> Site {
        if self.storefront { Site::Ddib } else { Site::Bidd }
    }

    pub fn to_cookie(&self, sealer: &Sealer, entropy: &Entropy, public: &PublicConfig) -> Cookie<'static> {
        let plain = serde_json::to_vec(self).expect("a flow is plain data");
        let sealed = sealer.seal(entropy, CONTEXT, &plain);
        cookies::sign_in(cookie_name(&self.state), sealed, public, LIFETIME_SECONDS)
    }

    /// What the cookie holds, where it belongs to this state, this portal and this time.
    pub fn from_cookie(
        sealer: &Sealer,
        cookie: &Cookie<'_>,
        state: &str,
        site: Site,
        now: Timestamp,
    ) -> Option<Flow> {
        let plain = sealer.open(CONTEXT, cookie.value()).ok()?;
        let flow: Flow = serde_json::from_slice(&plain).ok()?;
        let same = bool::from(flow.state.as_bytes().ct_eq(state.as_bytes()));
        (same && flow.site() == site && now < flow.expires_at).then_some(flow)
    }
}

/// The name of the cookie of the flow with this state.
pub fn cookie_name(state: &str) -> String {
    let part: String = state.chars().filter(char::is_ascii_alphanumeric).take(NAME_CHARACTERS).collect();
    format!("sign_in_{part}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Scheme;

    #[test]
    fn a_flow_comes_back_to_its_own_browser_portal_and_time() {
        let entropy = Entropy::seeded(3);
        let sealer = Sealer::new(&[1; 32]);
        let public = PublicConfig { scheme: Scheme::Http, domain: "localhost".to_owned(), port: 8080 };
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let flow = Flow::begin(&entropy, Site::Ddib, "http://ddib.localhost:8080/".to_owned(), now);
        let cookie = flow.to_cookie(&sealer, &entropy, &public);
        assert_eq!(cookie.name(), cookie_name(&flow.state));
        let open = |state: &str, site, now| Flow::from_cookie(&sealer, &cookie, state, site, now);
        assert_eq!(open(&flow.state, Site::Ddib, now).as_ref(), Some(&flow));
        assert!(open(&flow.state, Site::Bidd, now).is_none());
        assert!(open("another", Site::Ddib, now).is_none());
        assert!(open(&flow.state, Site::Ddib, now + SignedDuration::from_secs(600)).is_none());
        let other = Sealer::new(&[2; 32]);
        assert!(Flow::from_cookie(&other, &cookie, &flow.state, Site::Ddib, now).is_none());
    }
}
