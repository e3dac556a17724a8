//! `/_sim`: what a real Kakao would never let anyone see or do.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State as Extract};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use crate::faults::Switch;
use crate::http::{Fields, Payload};
use crate::journal::JournalFailed;
use crate::sim::Sim;
use crate::state::login::{Origin, Role};
use crate::state::pay::Payment;
use crate::state::{Event, Merchant, State};

/// Entries of a page when no `limit` is given, and at most.
const LIMIT_USUAL: usize = 100;
const LIMIT_MAX: usize = 1_000;
/// The most merchants that may be registered.
const MERCHANTS_MAX: usize = 10_000;
const SHOP_NAME_CHARS_MAX: usize = 50;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AdminError {
    #[error("{0}")]
    Body(String),
    #[error("{0}")]
    Query(&'static str),
    #[error("시뮬레이터가 기록을 쓰지 못하고 있어요. 디스크를 확인해 주세요.")]
    Storage,
}

impl From<JournalFailed> for AdminError {
    fn from(_: JournalFailed) -> AdminError {
        AdminError::Storage
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        let (status, code, title) = match &self {
            AdminError::Body(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", "Invalid body"),
            AdminError::Query(_) => (StatusCode::BAD_REQUEST, "invalid_query", "Invalid query"),
            AdminError::Storage => {
                (StatusCode::INTERNAL_SERVER_ERROR, "store_unavailable", "Store unavailable")
            }
        };
        let body = json!({
            "type": "about:blank",
            "title": title,
            "status": status.as_u16(),
            "code": code,
            "detail": self.to_string(),
        });
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }
}

/// A page of a list. `next_cursor` goes back as `cursor`; `null` on the last page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl<V> Page<V> {
    /// Of what was `found` with its places: one more than the `limit` if there is more.
    pub fn new<T>(mut found: Vec<(usize, T)>, limit: usize, view: impl Fn(T) -> V) -> Page<V> {
        let more = found.len() > limit;
        found.truncate(limit);
        let next_cursor = found.last().filter(|_| more).map(|(at, _)| (at + 1).to_string());
        Page { items: found.into_iter().map(|(_, item)| view(item)).collect(), next_cursor }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    id: i64,
    nickname: String,
    role: Role,
    origin: Origin,
    connected_at: Option<Timestamp>,
}

/// A payment as it really stands, in won.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    tid: String,
    cid: String,
    order: String,
    user: String,
    item_name: String,
    quantity: i64,
    total: i64,
    status: &'static str,
    cancelled: i64,
    created_at: Timestamp,
    approved_at: Option<Timestamp>,
}

impl PaymentView {
    fn new(payment: &Payment, expired: bool) -> PaymentView {
        let order = &payment.order;
        PaymentView {
            tid: payment.tid.clone(),
            cid: order.cid.clone(),
            order: order.order.clone(),
            user: order.user.clone(),
            item_name: order.item_name.clone(),
            quantity: order.quantity,
            total: order.amount.total,
            status: payment.status(expired).name(),
            cancelled: payment.cancelled().total,
            created_at: order.created_at,
            approved_at: payment.approval().map(|approval| approval.at),
        }
    }
}

/// A shop to be: any secret key that starts with `DEV` or `sim-`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    cid: String,
    key: String,
    /// What payers read; the CID if left out.
    name: Option<String>,
}

/// `POST /_sim/merchants`: registers a CID with its key, or replaces what it had. 204.
pub async fn register_merchant(
    Extract(sim): Extract<Arc<Sim>>,
    body: Payload,
) -> Result<StatusCode, AdminError> {
    let Registration { cid, key, name } = parse(body)?;
    if cid.len() != 10 || !cid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(AdminError::Body("cid는 영문과 숫자 10자예요.".into()));
    }
    let graphic = key.len() <= 100 && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !graphic || !(key.starts_with("DEV") || key.starts_with("sim-")) {
        return Err(AdminError::Body("key는 DEV나 sim-으로 시작하고 100자까지예요.".into()));
    }
    let merchant = Merchant { key, name: shop_name(name, &cid)? };
    register(
        &sim,
        |state| &state.merchants,
        cid,
        merchant,
        |cid, merchant| Event::MerchantRegistered { cid, merchant },
    )
    .await
}

/// What payers read: what was given, or the merchant's id.
pub fn shop_name(given: Option<String>, id: &str) -> Result<String, AdminError> {
    let name = given.unwrap_or_else(|| id.to_owned());
    if name.trim().is_empty() || name.chars().count() > SHOP_NAME_CHARS_MAX {
        return Err(AdminError::Body(format!("name은 1자에서 {SHOP_NAME_CHARS_MAX}자까지예요.")));
    }
    Ok(name)
}

/// Registers a merchant of either provider, or replaces what it had. 204.
pub async fn register<M: PartialEq>(
    sim: &Sim,
    merchants: impl FnOnce(&State) -> &BTreeMap<String, M>,
    id: String,
    merchant: M,
    event: impl FnOnce(String, M) -> Event,
) -> Result<StatusCode, AdminError> {
    sim.with(|step| {
        let known = merchants(step.state());
        match known.get(&id) {
            Some(known) if *known == merchant => return Ok(()),
            None if known.len() >= MERCHANTS_MAX => {
                return Err(AdminError::Body("가맹점을 더 등록할 수 없어요.".into()));
            }
            Some(_) | None => step.record(event(id, merchant)),
        }
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /_sim/payments?cid=&order=&cursor=&limit=`, in the order of their `ready`.
pub async fn payments(
    Extract(sim): Extract<Arc<Sim>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<PaymentView>>, AdminError> {
    let query = Query::parse(query, &["cid", "order", "cursor", "limit"])?;
    let (start, limit) = (query.cursor()?, query.limit()?);
    let matches = |payment: &Payment| {
        query.fields.get("cid").is_none_or(|cid| cid == payment.order.cid)
            && query.fields.get("order").is_none_or(|order| order == payment.order.order)
    };
    let page = sim
        .with::<_, AdminError>(|step| {
            let rest = (start..).zip(step.state().payments.from(start));
            let found = rest.filter(|(_, payment)| matches(payment)).take(limit + 1).collect();
            let expired = |payment: &Payment| payment.has_expired(step.now) && !step.is_claimed(&payment.tid);
            Ok(Page::new(found, limit, |payment: &Payment| PaymentView::new(payment, expired(payment))))
        })
        .await?;
    Ok(Json(page))
}

/// `GET /_sim/people?cursor=&limit=`, by id.
pub async fn people(
    Extract(sim): Extract<Arc<Sim>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<PersonView>>, AdminError> {
    let query = Query::parse(query, &["cursor", "limit"])?;
    let (start, limit) = (query.cursor()?, query.limit()?);
    let start = i64::try_from(start).map_err(|_| AdminError::Query("cursor가 올바르지 않아요."))?;
    let page = sim
        .with::<_, AdminError>(|step| {
            let people = step.state().login.people.range(start..).map(|(_, person)| person);
            let mut found: Vec<_> = people.take(limit + 1).collect();
            let more = found.len() > limit;
            found.truncate(limit);
            let next_cursor = found.last().filter(|_| more).map(|person| (person.id + 1).to_string());
            let items = found
                .into_iter()
                .map(|person| PersonView {
                    id: person.id,
                    nickname: person.nickname.clone(),
                    role: person.role,
                    origin: person.origin,
                    connected_at: person.connected_at,
                })
                .collect();
            Ok(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// `PUT /_sim/faults`: switches one fault on; answers what is on now.
pub async fn put_fault(
    Extract(sim): Extract<Arc<Sim>>,
    body: Payload,
) -> Result<Json<Vec<Switch>>, AdminError> {
    let switch: Switch = parse(body)?;
    switch.check().map_err(|refusal| AdminError::Body(refusal.into()))?;
    sim.faults.put(switch);
    Ok(Json(sim.faults.list()))
}

/// `GET /_sim/faults`.
pub async fn list_faults(Extract(sim): Extract<Arc<Sim>>) -> Json<Vec<Switch>> {
    Json(sim.faults.list())
}

/// `DELETE /_sim/faults`: all off. 204.
pub async fn clear_faults(Extract(sim): Extract<Arc<Sim>>) -> StatusCode {
    sim.faults.clear();
    StatusCode::NO_CONTENT
}

pub fn parse<T: DeserializeOwned>(body: Payload) -> Result<T, AdminError> {
    let body = body.map_err(|rejection| AdminError::Body(rejection.body_text()))?;
    serde_json::from_slice(&body).map_err(|error| AdminError::Body(format!("본문을 읽을 수 없어요: {error}")))
}

pub struct Query {
    pub fields: Fields,
}

impl Query {
    pub fn parse(query: Option<String>, known: &[&str]) -> Result<Query, AdminError> {
        let fields = Fields::parse(query.unwrap_or_default().as_bytes())
            .ok_or(AdminError::Query("조건이 너무 길어요."))?;
        match fields.are_among(known) {
            true => Ok(Query { fields }),
            false => Err(AdminError::Query("모르는 조건이 있어요.")),
        }
    }

    pub fn cursor(&self) -> Result<usize, AdminError> {
        let cursor = self.fields.get("cursor").unwrap_or("0");
        cursor.parse().map_err(|_| AdminError::Query("cursor가 올바르지 않아요."))
    }

    pub fn limit(&self) -> Result<usize, AdminError> {
        let Some(limit) = self.fields.get("limit") else { return Ok(LIMIT_USUAL) };
        let limit = limit.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        limit.ok_or(AdminError::Query("limit은 1부터 1,000까지예요."))
    }
}
