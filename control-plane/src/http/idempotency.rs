//! Requests that may be sent twice without being done twice.
//!
//! The client sends an `Idempotency-Key`; the answer is stored under (caller, route, key) **in the
//! same transaction as the work**, so that there is an answer exactly if the work was done:
//!
//! ```ignore
//! let txn = state.db.begin().await?;
//! let claim = match idempotency::claim(&txn, user, "rentals.create", &request.key, now).await? {
//!     Attempt::Again(answer) => return Ok(answer.into_response()),
//!     Attempt::First(claim) => claim,
//! };
//! let rental = store::create(&txn, ..).await?;
//! let answer = claim.finish(&txn, StatusCode::CREATED, &rental).await?;
//! txn.commit().await?;
//! Ok(answer.into_response())
//! ```
//!
//! Leaving early drops the transaction and with it the claim: a refused request may be corrected
//! and sent again under the same key.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use control_plane_telemetry::problem::{Json, Problem};
use jiff::{SignedDuration, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::{self, Db};
use crate::error::ApiError;
use crate::ids::UserId;
use crate::time::Micros;

const HEADER: &str = "idempotency-key";
const KEY_CHARACTERS_MAX: usize = 100;
/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// The key of a request, and a hash of the body that it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    key: String,
    body_hash: String,
}

impl IdempotencyKey {
    fn from_headers(headers: &HeaderMap, body: &[u8]) -> Result<Self, Problem> {
        let missing = || {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "idempotency_key_missing",
                "요청 번호가 없거나 올바르지 않아요. 페이지를 새로 열어 다시 시도해 주세요.",
            )
        };
        let key = headers.get(HEADER).and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
        let fits = (1..=KEY_CHARACTERS_MAX).contains(&key.len());
        if !fits || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(missing());
        }
        Ok(IdempotencyKey { key: key.to_owned(), body_hash: blake3::hash(body).to_hex().to_string() })
    }

    /// The same key for a request whose path names `subject`: what is asked for is part of the
    /// request, as its body is, so that the key is refused for another subject.
    #[must_use]
    pub fn about(self, subject: impl std::fmt::Display) -> Self {
        let body_hash = blake3::hash(format!("{} {subject}", self.body_hash).as_bytes());
        IdempotencyKey { body_hash: body_hash.to_hex().to_string(), ..self }
    }
}

/// For requests without a body.
impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        IdempotencyKey::from_headers(&parts.headers, &[])
    }
}

/// A JSON body that came with an idempotency key.
#[derive(Debug, Clone)]
pub struct Idempotent<T> {
    pub key: IdempotencyKey,
    pub body: T,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Idempotent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let content_type = parts.headers.get(CONTENT_TYPE).cloned();
        let headers = parts.headers.clone();
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state).await.map_err(|_| {
            ApiError::TooLarge {
                detail: "보낸 내용이 너무 커요. 줄여서 다시 보내 주세요."
            }
            .into_response()
        })?;
        let key = IdempotencyKey::from_headers(&headers, &bytes).map_err(IntoResponse::into_response)?;
        let mut again = Request::new(axum::body::Body::from(bytes));
        if let Some(content_type) = content_type {
            again.headers_mut().insert(CONTENT_TYPE, content_type);
        }
        let Json(body) = Json::<T>::from_request(again, state).await.map_err(IntoResponse::into_response)?;
        Ok(Idempotent { key, body })
    }
}

/// Whether a request is the first of its key.
pub enum Attempt {
    First(Claim),
    /// It was answered before: with this.
    Again(Answer),
}

/// The right and the duty to answer a request.
#[must_use]
pub struct Claim {
    caller: UserId,
    route: &'static str,
    key: String,
}

/// An answer as it was given the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    status: StatusCode,
    body: String,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, [(CONTENT_TYPE, "application/json")], self.body).into_response()
    }
}

/// Claims a request for this transaction. `route` is a stable name of the operation, at most 60
/// characters; where several objects share an operation, make the object part of the work instead.
///
/// # Errors
/// 422 `idempotency_key_reused` where the key came with another body before.
pub async fn claim(
    txn: &DatabaseTransaction,
    caller: UserId,
    route: &'static str,
    key: &IdempotencyKey,
    now: Timestamp,
) -> Result<Attempt, ApiError> {
    let row = row::ActiveModel {
        caller: Set(caller),
        route: Set(route.to_owned()),
        request_key: Set(key.key.clone()),
        body_hash: Set(key.body_hash.clone()),
        status: Set(None),
        response: Set(None),
        created_at: Set(now.into()),
    };
    let columns = [row::Column::Caller, row::Column::Route, row::Column::RequestKey];
    // Waits for a transaction that claims the same request.
    if db::insert_new(txn, row, &columns).await? {
        return Ok(Attempt::First(Claim { caller, route, key: key.key.clone() }));
    }
    let id = (caller, route.to_owned(), key.key.clone());
    let known = row::Entity::find_by_id(id).one(txn).await?;
    let known = known.ok_or_else(|| ApiError::internal("a claimed request vanished"))?;
    if known.body_hash != key.body_hash {
        return Err(ApiError::KeyReused);
    }
    let (Some(status), Some(body)) = (known.status, known.response) else {
        return Err(ApiError::internal("a claim was committed without an answer"));
    };
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| ApiError::internal("a stored status is not a status"))?;
    Ok(Attempt::Again(Answer { status, body }))
}

impl Claim {
    /// Stores the answer; the caller commits and sends it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn finish(
        self,
        txn: &DatabaseTransaction,
        status: StatusCode,
        body: &impl Serialize,
    ) -> Result<Answer, ApiError> {
        let body = serde_json::to_string(body).map_err(ApiError::internal)?;
        row::Entity::update_many()
            .col_expr(row::Column::Status, Expr::value(i32::from(status.as_u16())))
            .col_expr(row::Column::Response, Expr::value(body.clone()))
            .filter(row::Column::Caller.eq(self.caller))
            .filter(row::Column::Route.eq(self.route))
            .filter(row::Column::RequestKey.eq(self.key))
            .exec(txn)
            .await?;
        Ok(Answer { status, body })
    }
}

/// Forgets answers that nobody will ask for again.
///
/// # Errors
/// Where the database fails.
pub async fn forget_old(db: &Db, now: Timestamp) -> Result<u64, DbErr> {
    delete_before(db.write(), (now - KEPT).into()).await
}

async fn delete_before(db: &impl ConnectionTrait, before: Micros) -> Result<u64, DbErr> {
    let deleted = row::Entity::delete_many().filter(row::Column::CreatedAt.lt(before)).exec(db).await?;
    Ok(deleted.rows_affected)
}

mod row {
    use super::{Micros, UserId};
    use sea_orm::entity::prelude::*;

    #[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "idempotency")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub caller: UserId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub route: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_key: String,
        pub body_hash: String,
        pub status: Option<i32>,
        pub response: Option<String>,
        pub created_at: Micros,
    }

    #[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
