//! `POST /oauth/token`: a code or a refresh token against tokens.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use thiserror::Error;

use crate::http::{Fields, Payload, secret};
use crate::journal::JournalFailed;
use crate::sim::{Sim, Step};
use crate::state::Event;
use crate::state::login::{ACCESS_SECONDS, Access, Person, REFRESH_RENEWAL, REFRESH_SECONDS, Refresh, Scope};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
enum TokenError {
    #[error("not exist client_id")]
    Client,
    #[error("Bad client credentials")]
    Secret,
    #[error("unsupported grant_type or missing parameter")]
    Malformed,
    #[error("Redirect URI mismatch.")]
    Redirect,
    #[error("authorization code not found")]
    Code,
    #[error("code_verifier does not match the code_challenge")]
    Verifier,
    #[error("refresh token is missing")]
    RefreshMissing,
    #[error("the refresh token does not exist or has expired")]
    RefreshGone,
    #[error("the simulator cannot write its journal")]
    Storage,
}

impl From<JournalFailed> for TokenError {
    fn from(_: JournalFailed) -> TokenError {
        TokenError::Storage
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, error, code) = match self {
            TokenError::Client => (StatusCode::UNAUTHORIZED, "invalid_client", "KOE101"),
            TokenError::Secret => (StatusCode::UNAUTHORIZED, "invalid_client", "KOE010"),
            TokenError::Malformed => (StatusCode::BAD_REQUEST, "invalid_request", "KOE001"),
            TokenError::Redirect => (StatusCode::BAD_REQUEST, "invalid_grant", "KOE303"),
            TokenError::Code | TokenError::Verifier => (StatusCode::BAD_REQUEST, "invalid_grant", "KOE320"),
            TokenError::RefreshMissing => (StatusCode::BAD_REQUEST, "invalid_grant", "KOE319"),
            TokenError::RefreshGone => (StatusCode::BAD_REQUEST, "invalid_grant", "KOE322"),
            TokenError::Storage => (StatusCode::INTERNAL_SERVER_ERROR, "server_error", "KOE003"),
        };
        let body = json!({ "error": error, "error_description": self.to_string(), "error_code": code });
        (status, Json(body)).into_response()
    }
}

#[derive(Serialize)]
struct Tokens {
    token_type: &'static str,
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_expires_in: Option<i64>,
    scope: String,
}

/// The claims of an id_token as Kakao Login documents them.
#[derive(Debug, Serialize)]
struct Claims {
    iss: String,
    aud: &'static str,
    sub: String,
    iat: i64,
    exp: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

/// What was granted under the lock; the rest of the answer is made outside of it.
struct Granted {
    person: Person,
    scope: Vec<Scope>,
    nonce: Option<String>,
    authenticated_at: Timestamp,
    now: Timestamp,
    access: String,
    refresh: Option<String>,
}

pub async fn exchange(Extract(sim): Extract<Arc<Sim>>, body: Payload) -> Response {
    match grant(&sim, body).await {
        Ok(tokens) => Json(tokens).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn grant(sim: &Arc<Sim>, body: Payload) -> Result<Tokens, TokenError> {
    let form = Fields::posted(body).ok_or(TokenError::Malformed)?;
    if form.get("client_id") != Some(crate::CLIENT_ID) {
        return Err(TokenError::Client);
    }
    if form.get("client_secret") != Some(crate::CLIENT_SECRET) {
        return Err(TokenError::Secret);
    }
    let granted = match form.get("grant_type") {
        Some("authorization_code") => sim.with(|step| by_code(step, &form)).await?,
        Some("refresh_token") => sim.with(|step| by_refresh(step, &form)).await?,
        _ => return Err(TokenError::Malformed),
    };
    let id_token = match granted.scope.contains(&Scope::Openid) {
        true => Some(sign(sim, &granted).await),
        false => None,
    };
    let names: Vec<_> = granted.scope.iter().map(|scope| scope.name()).collect();
    Ok(Tokens {
        token_type: "bearer",
        access_token: granted.access,
        id_token,
        expires_in: ACCESS_SECONDS,
        refresh_token_expires_in: granted.refresh.as_ref().map(|_| REFRESH_SECONDS),
        refresh_token: granted.refresh,
        scope: names.join(" "),
    })
}

fn by_code(step: &mut Step<'_>, form: &Fields) -> Result<Granted, TokenError> {
    let code = form.get("code").ok_or(TokenError::Malformed)?;
    let grant = step.state().login.codes.get(code).filter(|grant| grant.is_live(step.now));
    let grant = grant.cloned().ok_or(TokenError::Code)?;
    if form.get("redirect_uri") != Some(grant.redirect_uri.as_str()) {
        return Err(TokenError::Redirect);
    }
    if let Some(challenge) = &grant.challenge {
        let verifier = form.get("code_verifier").ok_or(TokenError::Verifier)?;
        if URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) != *challenge {
            return Err(TokenError::Verifier);
        }
    }
    let person = person(step, grant.person)?;
    let refresh = secret();
    step.record(Event::CodeUsed { code: code.to_owned() });
    step.record(Event::Connected { person: person.id, at: step.now });
    step.record(Event::RefreshIssued {
        token: refresh.clone(),
        refresh: Refresh {
            person: person.id,
            scope: grant.scope.clone(),
            authenticated_at: grant.issued_at,
            expires_at: step.now + SignedDuration::from_secs(REFRESH_SECONDS),
        },
    });
    let access = issue_access(step, person.id, &grant.scope, &refresh);
    Ok(Granted {
        person,
        scope: grant.scope,
        nonce: grant.nonce,
        authenticated_at: grant.issued_at,
        now: step.now,
        access,
        refresh: Some(refresh),
    })
}

fn by_refresh(step: &mut Step<'_>, form: &Fields) -> Result<Granted, TokenError> {
    let token = form.get("refresh_token").ok_or(TokenError::RefreshMissing)?;
    let refresh = step.state().login.refresh.get(token).filter(|refresh| step.now < refresh.expires_at);
    let refresh = refresh.cloned().ok_or(TokenError::RefreshGone)?;
    let person = person(step, refresh.person)?;
    let renewed = (refresh.expires_at < step.now + REFRESH_RENEWAL).then(secret);
    if let Some(token) = &renewed {
        let refresh =
            Refresh { expires_at: step.now + SignedDuration::from_secs(REFRESH_SECONDS), ..refresh.clone() };
        step.record(Event::RefreshIssued { token: token.clone(), refresh });
    }
    let access = issue_access(step, person.id, &refresh.scope, renewed.as_deref().unwrap_or(token));
    Ok(Granted {
        person,
        scope: refresh.scope,
        nonce: None,
        authenticated_at: refresh.authenticated_at,
        now: step.now,
        access,
        refresh: renewed,
    })
}

fn person(step: &Step<'_>, id: i64) -> Result<Person, TokenError> {
    step.state().login.people.get(&id).cloned().ok_or(TokenError::Code)
}

fn issue_access(step: &mut Step<'_>, person: i64, scope: &[Scope], refresh: &str) -> String {
    let token = secret();
    let access = Access {
        person,
        scope: scope.to_vec(),
        refresh: refresh.to_owned(),
        expires_at: step.now + SignedDuration::from_secs(ACCESS_SECONDS),
    };
    step.record(Event::AccessIssued { token: token.clone(), access });
    token
}

async fn sign(sim: &Arc<Sim>, granted: &Granted) -> String {
    let allows = |scope| granted.scope.contains(&scope);
    let claims = Claims {
        iss: sim.base_url.clone(),
        aud: crate::CLIENT_ID,
        sub: granted.person.id.to_string(),
        iat: granted.now.as_second(),
        exp: granted.now.as_second() + ACCESS_SECONDS,
        auth_time: granted.authenticated_at.as_second(),
        nonce: granted.nonce.clone(),
        nickname: allows(Scope::ProfileNickname).then(|| granted.person.nickname.clone()),
        email: allows(Scope::AccountEmail).then(|| granted.person.email()),
    };
    let sim = Arc::clone(sim);
    tokio::task::spawn_blocking(move || sim.key.sign(&claims)).await.expect("signing does not panic")
}
