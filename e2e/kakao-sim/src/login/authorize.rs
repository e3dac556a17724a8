//! `GET /oauth/authorize` and the form of its page: who signs in, and back to the app with a code.
//!
//! The page keeps nothing on the server: its `request` field is the query that it was opened with, and is checked again.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Extract};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;
use url::Url;

use super::is_registered;
use crate::html;
use crate::http::{Fields, Payload, secret};
use crate::journal::JournalFailed;
use crate::sim::{Sim, Step};
use crate::state::Event;
use crate::state::login::{Grant, Origin, Person, Role, Scope};

/// The longest nickname of a new person, characters.
const NICKNAME_MAX: usize = 20;
/// How many of the people who joined on the page it offers again.
const NEW_PEOPLE_SHOWN: usize = 6;

/// What an app asks for.
#[derive(Debug, Clone, PartialEq)]
struct Request {
    redirect_uri: String,
    scope: Vec<Scope>,
    state: Option<String>,
    nonce: Option<String>,
    challenge: Option<String>,
    silent: bool,
    login_hint: Option<String>,
}

/// A request that cannot go back to the app, because it cannot be trusted; the person sees a page with the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
enum Refused {
    #[error("앱을 찾을 수 없어요. client_id를 확인해 주세요.")]
    Client,
    #[error("등록하지 않은 Redirect URI예요.")]
    Redirect,
    #[error("설정하지 않은 동의 항목이에요.")]
    Scope,
    #[error("로그인 요청이 올바르지 않아요.")]
    Malformed,
    #[error("지금은 로그인할 수 없어요. 시뮬레이터의 디스크를 확인해 주세요.")]
    Storage,
}

impl From<JournalFailed> for Refused {
    fn from(_: JournalFailed) -> Refused {
        Refused::Storage
    }
}

impl Refused {
    fn code(self) -> &'static str {
        match self {
            Refused::Client => "KOE101",
            Refused::Redirect => "KOE006",
            Refused::Scope => "KOE205",
            Refused::Malformed => "KOE001",
            Refused::Storage => "KOE003",
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self {
            Refused::Client => StatusCode::UNAUTHORIZED,
            Refused::Redirect | Refused::Scope | Refused::Malformed => StatusCode::BAD_REQUEST,
            Refused::Storage => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, html::problem("로그인할 수 없어요", &self.to_string(), self.code())).into_response()
    }
}

/// Shows the people to choose from, or decides at once for `prompt=none`.
pub async fn page(Extract(sim): Extract<Arc<Sim>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let request = match parse(&query) {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    if request.silent {
        return silently(&sim, request).await;
    }
    show(&sim, &query, None, StatusCode::OK).await
}

/// The page's forms: a known person, a new one, or a refusal.
pub async fn decide(Extract(sim): Extract<Arc<Sim>>, body: Payload) -> Response {
    let Some(form) = Fields::posted(body) else { return Refused::Malformed.into_response() };
    let query = form
        .get("request")
        .and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default();
    let request = match parse(&query) {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    if form.get("refuse").is_some() {
        return back(&request, &[("error", "access_denied"), ("error_description", "User denied access")]);
    }
    let nickname = form.get("nickname").map(str::trim).unwrap_or_default();
    let person = form.get("person").and_then(|id| id.parse::<i64>().ok());
    if person.is_none() && (nickname.is_empty() || nickname.chars().count() > NICKNAME_MAX) {
        return show(&sim, &query, Some(nickname), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let code = sim
        .with(|step| {
            let person = match person {
                Some(id) => step.state().login.people.get(&id).cloned().ok_or(Refused::Malformed)?,
                None => Person::new(step.state().login.next_id(), nickname, Role::Shopper, Origin::Page),
            };
            Ok::<_, Refused>(sign_in(step, person, &request))
        })
        .await;
    match code {
        Ok(code) => back(&request, &[("code", &code)]),
        Err(refused) => refused.into_response(),
    }
}

/// `prompt=none`: the hinted person, or `login_required`.
async fn silently(sim: &Sim, request: Request) -> Response {
    let hint = request.login_hint.clone().unwrap_or_default();
    let code = sim
        .with::<_, Refused>(|step| {
            let person = step.state().login.hinted(&hint);
            Ok(person.map(|person| sign_in(step, person, &request)))
        })
        .await;
    match code {
        Ok(Some(code)) => back(&request, &[("code", &code)]),
        Ok(None) => {
            back(&request, &[("error", "login_required"), ("error_description", "user is not signed in")])
        }
        Err(refused) => refused.into_response(),
    }
}

/// Records who signed in (and that they joined, if they are new) and issues a code.
fn sign_in(step: &mut Step<'_>, person: Person, request: &Request) -> String {
    let id = person.id;
    if !step.state().login.people.contains_key(&id) {
        step.record(Event::PersonJoined { person });
    }
    let code = secret();
    let grant = Grant {
        person: id,
        redirect_uri: request.redirect_uri.clone(),
        scope: request.scope.clone(),
        nonce: request.nonce.clone(),
        challenge: request.challenge.clone(),
        issued_at: step.now,
    };
    step.record(Event::CodeIssued { code: code.clone(), grant });
    code
}

/// A redirect to the app with `answer` and its `state`.
fn back(request: &Request, answer: &[(&str, &str)]) -> Response {
    let mut url = Url::parse(&request.redirect_uri).expect("a registered redirect URI is a URL");
    url.query_pairs_mut()
        .extend_pairs(answer)
        .extend_pairs(request.state.iter().map(|state| ("state", state)));
    (StatusCode::FOUND, [(header::LOCATION, String::from(url))]).into_response()
}

/// The page; again with the `refused` nickname, if there was one.
async fn show(sim: &Sim, query: &str, refused: Option<&str>, status: StatusCode) -> Response {
    let error = refused.map_or("", |_| "이름을 1자에서 20자 사이로 적어 주세요.");
    let page = sim
        .with::<_, Refused>(|step| {
            let people = step.state().login.offered(NEW_PEOPLE_SHOWN);
            let request = URL_SAFE_NO_PAD.encode(query);
            Ok(html::sign_in(&people, &request, refused.unwrap_or_default(), error))
        })
        .await;
    match page {
        Ok(page) => (status, page).into_response(),
        Err(refused) => refused.into_response(),
    }
}

fn parse(query: &str) -> Result<Request, Refused> {
    let fields = Fields::parse(query.as_bytes()).ok_or(Refused::Malformed)?;
    if fields.get("client_id") != Some(crate::CLIENT_ID) {
        return Err(Refused::Client);
    }
    let redirect_uri =
        fields.get("redirect_uri").filter(|uri| is_registered(uri)).ok_or(Refused::Redirect)?;
    if fields.get("response_type") != Some("code") {
        return Err(Refused::Malformed);
    }
    let challenge = fields.owned("code_challenge");
    if challenge.is_some() && fields.get("code_challenge_method") != Some("S256") {
        return Err(Refused::Malformed);
    }
    Ok(Request {
        redirect_uri: redirect_uri.to_owned(),
        scope: parse_scope(fields.get("scope"))?,
        state: fields.owned("state"),
        nonce: fields.owned("nonce"),
        challenge,
        silent: fields.get("prompt") == Some("none"),
        login_hint: fields.owned("login_hint"),
    })
}

/// Kakao separates by commas, OAuth libraries by spaces; both are read. Without a scope the nickname is shared.
fn parse_scope(scope: Option<&str>) -> Result<Vec<Scope>, Refused> {
    let names = scope.unwrap_or("profile_nickname").split([',', ' ']).filter(|name| !name.is_empty());
    let mut scope = names
        .map(|name| Scope::ALL.into_iter().find(|s| s.name() == name).ok_or(Refused::Scope))
        .collect::<Result<Vec<_>, _>>()?;
    scope.sort_unstable();
    scope.dedup();
    Ok(scope)
}
