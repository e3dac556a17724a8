//! Signing in through the Kakao simulator, as one of its people, without its page.

use reqwest::Url;

use super::{Ask, AskError, Jar, Web};

#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error("signing in as {who} ended at {at} without a cookie")]
    NoCookie { who: String, at: Url },
}

/// Where and as whom to sign in.
#[derive(Debug, Clone)]
pub struct SignIn<'a> {
    /// The portal's origin: `http://bidd.localhost:8080` or `http://ddib.localhost:8080`.
    pub portal: &'a Url,
    /// A person of the simulator: `1003`, or `crowd-7` for somebody new.
    pub person: &'a str,
}

impl SignIn<'_> {
    /// Walks start, authorize and callback; the cookies are in the jar afterwards.
    ///
    /// # Errors
    /// Where a step is refused or does not lead on. The whole walk may be tried again.
    pub async fn walk(&self, web: &Web, jar: &mut Jar) -> Result<(), LoginError> {
        let mut start = join(self.portal, "/api/v1/auth/kakao/start")?;
        start.query_pairs_mut().append_pair("returnTo", join(self.portal, "/")?.as_str());
        let mut authorize = web.ask(jar, &Ask::get(start)).await?.location()?;
        authorize.query_pairs_mut().append_pair("prompt", "none").append_pair("login_hint", self.person);
        let callback = web.ask(jar, &Ask::get(authorize)).await?.location()?;
        let back = web.ask(jar, &Ask::get(callback)).await?.location()?;
        let anywhere = join(self.portal, "/api/v1/me")?;
        if jar.has(&anywhere, "bidd_session") || jar.has(&anywhere, "ddib_session") {
            return Ok(());
        }
        let mut at = back;
        at.set_query(None);
        Err(LoginError::NoCookie { who: self.person.to_owned(), at })
    }
}

fn join(base: &Url, path: &str) -> Result<Url, AskError> {
    base.join(path).map_err(|_| AskError::BadUrl(format!("{base}{path}")))
}
