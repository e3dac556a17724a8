//! The way back from Kakao. Whatever went wrong, a person is at the other end: they are sent to a page
//! that says so, never shown a problem document.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use control_plane_telemetry::problem::Query;
use cookie::Cookie;
use serde::Deserialize;
use utoipa::IntoParams;

use super::flow::{self, Flow};
use super::kakao::{KakaoError, Person};
use super::{TAG, session};
use crate::error::{ApiError, chain};
use crate::http::cookies;
use crate::http::site::Site;
use crate::state::AppState;

const TEXT_CHARACTERS_MAX: usize = 1_000;

/// What Kakao adds to the address; it may add more one day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Answer {
    pub state: Option<String>,
    pub code: Option<String>,
    /// Instead of a code, for instance `access_denied`.
    pub error: Option<String>,
}

/// Why somebody is not signed in, as the sign-in page is told.
#[derive(Debug, Clone, Copy)]
enum Failure {
    /// They said no.
    Denied,
    /// It took too long, or began in another browser.
    Expired,
    /// Kakao does not answer.
    KakaoUnavailable,
    /// Anything else.
    Refused,
}

impl Failure {
    fn code(self) -> &'static str {
        match self {
            Failure::Denied => "access_denied",
            Failure::Expired => "sign_in_expired",
            Failure::KakaoUnavailable => "kakao_unavailable",
            Failure::Refused => "sign_in_refused",
        }
    }
}

/// Ends signing in: Kakao sends the browser here.
#[utoipa::path(
    get, path = "/auth/kakao/callback", operation_id = "finish_sign_in", tag = TAG, security(()), params(Answer),
    responses((
        status = 303,
        description = "Back to where signing in began, or to `/sign-in?error=<code>` with one of \
            `access_denied`, `sign_in_expired`, `sign_in_refused`, `kakao_unavailable`"
    ))
)]
pub async fn callback(
    State(state): State<AppState>,
    site: Site,
    jar: CookieJar,
    Query(answer): Query<Answer>,
) -> Result<Response, ApiError> {
    let result = person(&state, site, &jar, &answer).await;
    let jar = forget(&state, jar, &answer);
    match result {
        Ok((person, return_to)) => {
            let jar = session::open(&state, site, &person, jar).await?;
            Ok((jar, [(CACHE_CONTROL, "no-store")], Redirect::to(&return_to)).into_response())
        }
        Err(failure) => {
            let target = format!("{}/sign-in?error={}", state.config.public.origin(site), failure.code());
            Ok((jar, [(CACHE_CONTROL, "no-store")], Redirect::to(&target)).into_response())
        }
    }
}

/// Who came back, and where they wanted to go.
async fn person(
    state: &AppState,
    site: Site,
    jar: &CookieJar,
    answer: &Answer,
) -> Result<(Person, String), Failure> {
    let given = answer.state.as_deref().filter(|text| text.len() <= TEXT_CHARACTERS_MAX);
    let given = given.ok_or(Failure::Expired)?;
    let cookie = jar.get(&flow::cookie_name(given)).ok_or(Failure::Expired)?;
    let flow = Flow::from_cookie(&state.sealer, cookie, given, site, state.clock.now());
    let flow = flow.ok_or(Failure::Expired)?;
    let code = match (answer.code.as_deref(), answer.error.as_deref()) {
        (Some(code), None) if code.len() <= TEXT_CHARACTERS_MAX => code,
        (_, Some("access_denied")) => return Err(Failure::Denied),
        _ => return Err(Failure::Refused),
    };
    let person = state.kakao.person(code, &flow, state.clock.now()).await.map_err(|error| why(&error))?;
    Ok((person, flow.return_to))
}

fn why(error: &KakaoError) -> Failure {
    tracing::warn!(error = %chain(error), "a sign-in failed");
    match error {
        KakaoError::Unreachable(_) => Failure::KakaoUnavailable,
        KakaoError::Refused(_) | KakaoError::IdToken(_) | KakaoError::Setup(_) => Failure::Refused,
    }
}

/// A flow is over once its answer came, whichever it was.
fn forget(state: &AppState, jar: CookieJar, answer: &Answer) -> CookieJar {
    let Some(given) = answer.state.as_deref() else { return jar };
    let mut gone: Cookie<'static> =
        cookies::sign_in(flow::cookie_name(given), String::new(), &state.config.public, 0);
    cookies::forget(&mut gone);
    jar.add(gone)
}
