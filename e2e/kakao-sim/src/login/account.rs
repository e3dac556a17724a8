//! The API that an access token opens: who it is, signing out, and leaving the app.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thiserror::Error;

use crate::journal::JournalFailed;
use crate::sim::{Sim, Step};
use crate::state::Event;
use crate::state::login::{Access, Person, Scope};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AccountError {
    #[error("this access token does not exist")]
    Token,
    #[error("the simulator cannot write its journal")]
    Storage,
}

impl From<JournalFailed> for AccountError {
    fn from(_: JournalFailed) -> AccountError {
        AccountError::Storage
    }
}

impl IntoResponse for AccountError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            AccountError::Token => (StatusCode::UNAUTHORIZED, -401),
            AccountError::Storage => (StatusCode::INTERNAL_SERVER_ERROR, -1),
        };
        (status, Json(json!({ "msg": self.to_string(), "code": code }))).into_response()
    }
}

/// `GET` or `POST /v2/user/me`.
pub async fn me(Extract(sim): Extract<Arc<Sim>>, headers: HeaderMap) -> Result<Json<Value>, AccountError> {
    let body = sim
        .with(|step| {
            let (_, access, person) = holder(step, &headers)?;
            Ok::<_, AccountError>(profile(&access, &person))
        })
        .await?;
    Ok(Json(body))
}

/// `POST /v1/user/logout`: ends the tokens of this sign-in.
pub async fn logout(
    Extract(sim): Extract<Arc<Sim>>,
    headers: HeaderMap,
) -> Result<Json<Value>, AccountError> {
    let id = sim
        .with(|step| {
            let (token, _, person) = holder(step, &headers)?;
            step.record(Event::LoggedOut { token });
            Ok::<_, AccountError>(person.id)
        })
        .await?;
    Ok(Json(json!({ "id": id })))
}

/// `POST /v1/user/unlink`: ends every token of the person and the connection with the app.
pub async fn unlink(
    Extract(sim): Extract<Arc<Sim>>,
    headers: HeaderMap,
) -> Result<Json<Value>, AccountError> {
    let id = sim
        .with(|step| {
            let (_, _, person) = holder(step, &headers)?;
            step.record(Event::Unlinked { person: person.id });
            Ok::<_, AccountError>(person.id)
        })
        .await?;
    Ok(Json(json!({ "id": id })))
}

/// The bearer token of the request with what it stands for.
fn holder(step: &Step<'_>, headers: &HeaderMap) -> Result<(String, Access, Person), AccountError> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer ")).ok_or(AccountError::Token)?;
    let login = &step.state().login;
    let access = login.live_access(token, step.now).ok_or(AccountError::Token)?;
    let person = login.people.get(&access.person).ok_or(AccountError::Token)?;
    Ok((token.to_owned(), access.clone(), person.clone()))
}

fn profile(access: &Access, person: &Person) -> Value {
    let mut account = json!({});
    if access.scope.contains(&Scope::ProfileNickname) {
        account["profile_nickname_needs_agreement"] = json!(false);
        account["profile"] = json!({ "nickname": person.nickname, "is_default_nickname": false });
    }
    if access.scope.contains(&Scope::AccountEmail) {
        account["has_email"] = json!(true);
        account["email_needs_agreement"] = json!(false);
        account["is_email_valid"] = json!(true);
        account["is_email_verified"] = json!(true);
        account["email"] = json!(person.email());
    }
    let mut body = json!({ "id": person.id, "kakao_account": account });
    if let Some(at) = person.connected_at {
        body["connected_at"] = json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    }
    body
}
