//! `approve`: the call that takes the money.
//!
//! Between its checks and its effect it holds the payment, so that a second approve at that moment gets -785.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::PayError;
use super::payment_of;
use super::wire::{Integer, card_info, optional_text, payment_body};
use crate::http::number;
use crate::sim::{Claim, Sim, Step};
use crate::state::Event;
use crate::state::pay::{Payment, Stage};

#[derive(Debug, Deserialize)]
pub struct Request {
    cid: String,
    cid_secret: Option<String>,
    tid: String,
    partner_order_id: String,
    partner_user_id: String,
    pg_token: String,
    payload: Option<String>,
    total_amount: Option<Integer>,
}

pub async fn approve(sim: &Sim, key: &str, request: Request, delay: Duration) -> Result<Value, PayError> {
    let claim = sim.with(|step| claim(step, key, &request)).await?;
    tokio::time::sleep(delay).await;
    let payment = sim
        .with(|step| {
            let (tid, aid) = (request.tid.clone(), number('A'));
            step.record(Event::PaymentApproved { tid, aid, payload: request.payload, at: step.now });
            step.state().payments.get(&request.tid).cloned().ok_or(PayError::UnknownTid)
        })
        .await?;
    drop(claim);
    Ok(body(&payment))
}

/// The checks, and the right to go on. Their order is nothing that a client may rely on.
fn claim(step: &Step<'_>, key: &str, request: &Request) -> Result<Claim, PayError> {
    let payment = payment_of(step, key, &request.cid, request.cid_secret.as_deref(), &request.tid)?;
    if step.is_claimed(&request.tid) {
        return Err(PayError::Duplicate);
    }
    let expected_token = match &payment.stage {
        Stage::Paid(approval) if approval.cancellations.is_empty() => return Err(PayError::AlreadyPaid),
        Stage::Paid(_) | Stage::Quit => return Err(PayError::NotApprovable),
        Stage::Ready | Stage::Open | Stage::Authenticated { .. } if payment.has_expired(step.now) => {
            return Err(PayError::Expired);
        }
        Stage::Ready | Stage::Open => return Err(PayError::NotAuthenticated),
        Stage::Authenticated { pg_token, .. } => pg_token,
    };
    if payment.order.order != request.partner_order_id {
        return Err(PayError::WrongOrder);
    }
    if payment.order.user != request.partner_user_id {
        return Err(PayError::WrongUser);
    }
    if *expected_token != request.pg_token {
        return Err(PayError::WrongToken);
    }
    if request.total_amount.is_some_and(|total| total.0 != payment.order.amount.total) {
        return Err(PayError::WrongTotal);
    }
    optional_text(request.payload.as_deref(), 200, "payload")?;
    step.claim(&request.tid).ok_or(PayError::Duplicate)
}

fn body(payment: &Payment) -> Value {
    let mut body = payment_body(payment);
    if let Some(approval) = payment.approval() {
        body["aid"] = json!(approval.aid);
        if let Some(payload) = &approval.payload {
            body["payload"] = json!(payload);
        }
        if let Some(card) = card_info(payment, &approval.aid) {
            body["card_info"] = card;
        }
    }
    body
}
