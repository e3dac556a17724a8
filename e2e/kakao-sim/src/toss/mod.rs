//! Toss Payments: the calls of a shop, and the payment window that Toss' script opens for the payer.
//!
//! Every call goes through [`call`], which lets the switched-on faults have their way around the real thing, and every
//! POST through [`once`], which gives the first answer to an idempotency key again.

pub mod admin;
mod cancel;
mod confirm;
mod error;
mod lookup;
pub mod window;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::error::TossError;
use crate::faults::{Fault, Target, Trouble};
use crate::http::Payload;
use crate::pay::{add_unknown_fields, dropped, korean_time};
use crate::sim::{Sim, Step};
use crate::state::Event;
use crate::state::toss::{Answer, Payment};

const IDEMPOTENCY_KEY_MAX: usize = 300;

/// One call of a shop, as it came.
struct Call {
    what: What,
    headers: HeaderMap,
    body: Payload,
}

enum What {
    Confirm,
    LookUpKey(String),
    LookUpOrder(String),
    Cancel(String),
}

impl What {
    fn target(&self) -> Target {
        match self {
            What::Confirm => Target::TossConfirm,
            What::LookUpKey(_) | What::LookUpOrder(_) => Target::TossLookup,
            What::Cancel(_) => Target::TossCancel,
        }
    }
}

pub async fn confirm(sim: Extract<Arc<Sim>>, headers: HeaderMap, body: Payload) -> Response {
    call(sim.0, Call { what: What::Confirm, headers, body }).await
}

pub async fn payment(
    sim: Extract<Arc<Sim>>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Payload,
) -> Response {
    call(sim.0, Call { what: What::LookUpKey(key), headers, body }).await
}

pub async fn order(
    sim: Extract<Arc<Sim>>,
    Path(order): Path<String>,
    headers: HeaderMap,
    body: Payload,
) -> Response {
    call(sim.0, Call { what: What::LookUpOrder(order), headers, body }).await
}

pub async fn cancel(
    sim: Extract<Arc<Sim>>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Payload,
) -> Response {
    call(sim.0, Call { what: What::Cancel(key), headers, body }).await
}

/// Carries a call out in a task of its own: like a bank, it finishes although the caller has hung up.
async fn call(sim: Arc<Sim>, call: Call) -> Response {
    let target = call.what.target();
    let trouble = sim.faults.take(target);
    let work = tokio::spawn(async move { perform(&sim, call, trouble).await });
    work.await.unwrap_or_else(|error| {
        tracing::error!(%error, ?target, "a call of Toss broke");
        refusal(TossError::FailedInternalSystemProcessing)
    })
}

async fn perform(sim: &Sim, call: Call, trouble: Trouble) -> Response {
    if let Some(lie) = trouble.lie.filter(|lie| !lie.applied) {
        tokio::time::sleep(trouble.delay).await;
        return told(lie.fault);
    }
    let outcome = answer(sim, call, trouble).await;
    match (outcome, trouble.lie) {
        (_, Some(lie)) if lie.fault == Fault::DropReply => told(lie.fault),
        (Ok((StatusCode::OK, _)), Some(lie)) => told(lie.fault),
        (Ok((status, mut body)), _) => {
            if trouble.unknown_fields {
                add_unknown_fields(&mut body);
            }
            (status, Json(body)).into_response()
        }
        (Err(error), _) => refusal(error),
    }
}

async fn answer(sim: &Sim, call: Call, trouble: Trouble) -> Result<(StatusCode, Value), TossError> {
    let secret_key = secret_key(&call.headers)?;
    let client_key = sim.with(|step| shop_of(step, &secret_key)).await?;
    let (name, work) = match &call.what {
        What::LookUpKey(key) => {
            return lookup::by_key(sim, &client_key, key, trouble.delay)
                .await
                .map(|body| (StatusCode::OK, body));
        }
        What::LookUpOrder(order) => {
            let body = lookup::by_order(sim, &client_key, order, trouble.delay).await?;
            return Ok((StatusCode::OK, body));
        }
        What::Confirm => {
            let request = parse(&call.body)?;
            let work = confirm::confirm(sim, &client_key, request, trouble.delay);
            ("confirm".to_owned(), futures_util::future::Either::Left(work))
        }
        What::Cancel(key) => {
            let request = parse(&call.body)?;
            let work = cancel::cancel(sim, &client_key, key, request, trouble.delay);
            (format!("cancel {key}"), futures_util::future::Either::Right(work))
        }
    };
    match idempotency_key(&call.headers)? {
        None => work.await.map(|body| (StatusCode::OK, body)),
        Some(key) => once(sim, &format!("{client_key} {name} {key}"), work).await,
    }
}

/// Does the work for the first caller who brings `name`; everyone after gets the answer of the first, a refusal too.
async fn once(
    sim: &Sim,
    name: &str,
    work: impl Future<Output = Result<Value, TossError>>,
) -> Result<(StatusCode, Value), TossError> {
    let first = sim
        .with(|step| match step.state().toss.answers.get(name) {
            Some(answer) => Ok(Err(answer.clone())),
            None => step.claim(name).map(Ok).ok_or(TossError::IdempotentRequestProcessing),
        })
        .await?;
    let claim = match first {
        Ok(claim) => claim,
        Err(Answer { status, body, .. }) => {
            let status = StatusCode::from_u16(status).expect("what was answered once was a status");
            return Ok((status, body));
        }
    };
    let (status, body) = match work.await {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => (error.status(), error.body()),
    };
    let answered = body.clone();
    sim.with::<_, TossError>(|step| {
        let answer = Answer { status: status.as_u16(), body: answered, at: step.now };
        step.record(Event::TossAnswered { name: name.to_owned(), answer });
        Ok(())
    })
    .await?;
    drop(claim);
    Ok((status, body))
}

/// What a fault answers instead of the truth.
fn told(fault: Fault) -> Response {
    match fault {
        Fault::DropReply => dropped(),
        Fault::AlreadyProcessed => refusal(TossError::AlreadyProcessedPayment),
        Fault::ProviderError => refusal(TossError::ProviderError),
        Fault::Quota => refusal(TossError::TooManyRequests),
        Fault::Unavailable => refusal(TossError::Unavailable),
        Fault::DelayMs | Fault::UnknownFields => unreachable!("these leave the answer alone"),
        Fault::Error780 | Fault::Error785 | Fault::Error702 | Fault::OldStyle => {
            unreachable!("these are KakaoPay's and were refused")
        }
    }
}

fn refusal(error: TossError) -> Response {
    (error.status(), Json(error.body())).into_response()
}

/// The user of `Authorization: Basic`, behind whom stands a colon and no password.
fn secret_key(headers: &HeaderMap) -> Result<String, TossError> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let coded = value.and_then(|value| value.strip_prefix("Basic ")).ok_or(TossError::UnauthorizedKey)?;
    let plain = STANDARD.decode(coded).ok().and_then(|plain| String::from_utf8(plain).ok());
    let key = plain.as_deref().and_then(|plain| plain.strip_suffix(':')).ok_or(TossError::UnauthorizedKey)?;
    Ok(key.to_owned())
}

/// The client key of the shop that has this secret key.
fn shop_of(step: &Step<'_>, secret_key: &str) -> Result<String, TossError> {
    let mut shops = step.state().toss.merchants.iter();
    let found = shops.find(|(_, merchant)| merchant.secret_key == secret_key);
    found.map(|(client_key, _)| client_key.clone()).ok_or(TossError::UnauthorizedKey)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, TossError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().map_err(|_| TossError::InvalidIdempotencyKey)?;
    match key.len() {
        0 => Ok(None),
        1..=IDEMPOTENCY_KEY_MAX => Ok(Some(key)),
        _ => Err(TossError::InvalidIdempotencyKey),
    }
}

fn parse<T: DeserializeOwned>(body: &Payload) -> Result<T, TossError> {
    let body = body.as_ref().map_err(|_| TossError::InvalidRequest)?;
    serde_json::from_slice(body).map_err(|_| TossError::InvalidRequest)
}

/// The one shape of every answer.
fn body(payment: &Payment, expired: bool) -> Value {
    let time = |at| format!("{}+09:00", korean_time(at));
    let cancels: Vec<_> = payment
        .cancels()
        .iter()
        .map(|cancel| {
            json!({
                "cancelAmount": cancel.amount,
                "cancelReason": cancel.reason,
                "canceledAt": time(cancel.at),
                "transactionKey": cancel.transaction_key,
                "cancelStatus": "DONE",
            })
        })
        .collect();
    json!({
        "version": "2024-06-01",
        "type": "NORMAL",
        "currency": "KRW",
        "country": "KR",
        "paymentKey": payment.key,
        "orderId": payment.order,
        "orderName": payment.order_name,
        "status": payment.status(expired),
        "method": payment.method.name(),
        "totalAmount": payment.amount,
        "balanceAmount": payment.balance(),
        "requestedAt": time(payment.at),
        "approvedAt": payment.approved_at().map(time),
        "isPartialCancelable": true,
        "cancels": if cancels.is_empty() { Value::Null } else { json!(cancels) },
    })
}
