//! KakaoPay single payment: the four calls of a shop, and the payer's pages.
//!
//! Every call goes through [`call`], which lets the switched-on faults have their way around the real thing.

mod approve;
mod cancel;
mod error;
mod order;
pub mod page;
mod ready;
mod wire;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State as Extract;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use self::error::PayError;
pub use self::wire::{korean_time, redirect_url};
use crate::faults::{Fault, Target, Trouble};
use crate::http::Payload;
use crate::sim::{Sim, Step};
use crate::state::pay::Payment;

pub async fn ready(Extract(sim): Extract<Arc<Sim>>, headers: HeaderMap, body: Payload) -> Response {
    call(sim, Target::Ready, headers, body).await
}

pub async fn approve(Extract(sim): Extract<Arc<Sim>>, headers: HeaderMap, body: Payload) -> Response {
    call(sim, Target::Approve, headers, body).await
}

pub async fn order(Extract(sim): Extract<Arc<Sim>>, headers: HeaderMap, body: Payload) -> Response {
    call(sim, Target::Order, headers, body).await
}

pub async fn cancel(Extract(sim): Extract<Arc<Sim>>, headers: HeaderMap, body: Payload) -> Response {
    call(sim, Target::Cancel, headers, body).await
}

/// Carries a call out in a task of its own: like a bank, it finishes although the caller has hung up.
async fn call(sim: Arc<Sim>, target: Target, headers: HeaderMap, body: Payload) -> Response {
    let trouble = sim.faults.take(target);
    let work = tokio::spawn(async move { perform(&sim, target, &headers, body, trouble).await });
    work.await.unwrap_or_else(|error| {
        tracing::error!(%error, ?target, "a payment call broke");
        PayError::Broken.into_response()
    })
}

async fn perform(
    sim: &Sim,
    target: Target,
    headers: &HeaderMap,
    body: Payload,
    trouble: Trouble,
) -> Response {
    if let Some(lie) = trouble.lie.filter(|lie| !lie.applied) {
        tokio::time::sleep(trouble.delay).await;
        return told(lie.fault);
    }
    let outcome = answer(sim, target, headers, body, trouble.delay).await;
    match (outcome, trouble.lie) {
        (_, Some(lie)) if lie.fault == Fault::DropReply => told(lie.fault),
        (Ok(_), Some(lie)) => told(lie.fault),
        (Ok(mut body), None) => {
            if trouble.unknown_fields {
                add_unknown_fields(&mut body);
            }
            Json(body).into_response()
        }
        (Err(error), _) => error.into_response(),
    }
}

async fn answer(
    sim: &Sim,
    target: Target,
    headers: &HeaderMap,
    body: Payload,
    delay: Duration,
) -> Result<Value, PayError> {
    let key = shop_key(headers)?;
    let body = body.map_err(|rejection| PayError::Unreadable(rejection.body_text()))?;
    match target {
        Target::Ready => ready::ready(sim, key, wire::parse(&body)?, delay).await,
        Target::Approve => approve::approve(sim, key, wire::parse(&body)?, delay).await,
        Target::Order => order::order(sim, key, wire::parse(&body)?, delay).await,
        Target::Cancel => cancel::cancel(sim, key, wire::parse(&body)?, delay).await,
        Target::TossConfirm | Target::TossLookup | Target::TossCancel => {
            unreachable!("the calls of Toss have a road of their own")
        }
    }
}

/// What a fault answers instead of the truth.
fn told(fault: Fault) -> Response {
    match fault {
        Fault::DropReply => dropped(),
        Fault::Error780 => PayError::ApprovalFailed.into_response(),
        Fault::Error785 => PayError::Duplicate.into_response(),
        Fault::Error702 => PayError::AlreadyPaid.into_response(),
        Fault::OldStyle => {
            let body = json!({ "code": -780, "msg": "approval failure!" });
            (StatusCode::BAD_REQUEST, Json(body)).into_response()
        }
        Fault::Quota => PayError::Quota.into_response(),
        Fault::Unavailable => PayError::Unavailable.into_response(),
        Fault::DelayMs | Fault::UnknownFields => unreachable!("these leave the answer alone"),
        Fault::AlreadyProcessed | Fault::ProviderError => unreachable!("these are Toss' and were refused"),
    }
}

/// What no document names.
pub fn add_unknown_fields(body: &mut Value) {
    body["unknown_field"] = json!("a field of a later version");
    body["unknown_object"] = json!({ "nested": [1, 2, 3], "nothing": null });
}

/// A body that fails at once makes the server close the connection before a single byte of the reply is out.
pub fn dropped() -> Response {
    let lost =
        futures_util::stream::once(async { Err::<Bytes, _>(io::Error::other("the reply is dropped")) });
    Response::new(Body::from_stream(lost))
}

/// The key of `Authorization: SECRET_KEY <key>` or `DEV_SECRET_KEY <key>`.
fn shop_key(headers: &HeaderMap) -> Result<&str, PayError> {
    let value = headers.get(header::AUTHORIZATION).ok_or(PayError::NoAuthorization)?;
    let value = value.to_str().map_err(|_| PayError::BadKey)?;
    let (scheme, key) = value.split_once(' ').ok_or(PayError::BadKey)?;
    match scheme {
        "SECRET_KEY" | "DEV_SECRET_KEY" if !key.is_empty() => Ok(key),
        _ => Err(PayError::BadKey),
    }
}

/// Refuses a key that belongs to nobody.
fn check_key(step: &Step<'_>, key: &str) -> Result<(), PayError> {
    match step.state().merchants.values().any(|merchant| merchant.key == key) {
        true => Ok(()),
        false => Err(PayError::BadKey),
    }
}

/// Refuses a CID that is not the one of the key.
fn check_cid(step: &Step<'_>, key: &str, cid: &str, cid_secret: Option<&str>) -> Result<(), PayError> {
    match step.state().merchants.get(cid) {
        Some(merchant) if merchant.key == key && cid_secret.is_none() => Ok(()),
        Some(merchant) if merchant.key == key => Err(PayError::WrongCidSecret),
        Some(_) | None => Err(PayError::WrongCid),
    }
}

/// The payment that a shop means by its TID.
fn payment_of<'a>(
    step: &'a Step<'_>,
    key: &str,
    cid: &str,
    cid_secret: Option<&str>,
    tid: &str,
) -> Result<&'a Payment, PayError> {
    check_key(step, key)?;
    let payment = step.state().payments.get(tid).ok_or(PayError::UnknownTid)?;
    check_cid(step, key, cid, cid_secret)?;
    match payment.order.cid == cid {
        true => Ok(payment),
        false => Err(PayError::WrongCid),
    }
}
