//! `order`: how a payment stands. The only call that tells the truth after a lost reply.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::PayError;
use super::payment_of;
use super::wire::{AmountBody, korean_time, payment_body};
use crate::sim::Sim;
use crate::state::pay::{Method, Payment};

#[derive(Debug, Deserialize)]
pub struct Request {
    cid: String,
    cid_secret: Option<String>,
    tid: String,
}

pub async fn order(sim: &Sim, key: &str, request: Request, delay: Duration) -> Result<Value, PayError> {
    tokio::time::sleep(delay).await;
    sim.with(|step| {
        let payment = payment_of(step, key, &request.cid, request.cid_secret.as_deref(), &request.tid)?;
        let expired = payment.has_expired(step.now) && !step.is_claimed(&request.tid);
        Ok(body(payment, expired))
    })
    .await
}

fn body(payment: &Payment, expired: bool) -> Value {
    let mut body = payment_body(payment);
    body["status"] = json!(payment.status(expired).name());
    body["canceled_amount"] = json!(AmountBody::from(payment.cancelled()));
    body["cancel_available_amount"] = json!(AmountBody::from(payment.cancellable()));
    body["payment_action_details"] = json!(actions(payment));
    if let Some(last) = payment.approval().and_then(|approval| approval.cancellations.last()) {
        body["canceled_at"] = json!(korean_time(last.at));
    }
    if payment.approval().is_some() && payment.method() == Some(Method::Card) {
        body["selected_card_info"] = json!({
            "card_bin": "621640",
            "install_month": payment.order.install_month,
            "card_corp_name": "비씨카드",
            "interest_free_install": "N",
        });
    }
    body
}

/// The payment and its cancellations, in the order in which they happened.
fn actions(payment: &Payment) -> Vec<Value> {
    let Some(approval) = payment.approval() else { return Vec::new() };
    let action = |kind: &str, aid: &str, amount: i64, at, payload: &Option<String>| {
        let mut action = json!({
            "aid": aid,
            "payment_action_type": kind,
            "payment_method_type": approval.method.name(),
            "amount": amount,
            "point_amount": 0,
            "discount_amount": 0,
            "green_deposit": 0,
            "approved_at": korean_time(at),
        });
        if let Some(payload) = payload {
            action["payload"] = json!(payload);
        }
        action
    };
    let paid = action("PAYMENT", &approval.aid, payment.order.amount.total, approval.at, &approval.payload);
    let cancelled =
        approval.cancellations.iter().map(|c| action("CANCEL", &c.aid, c.amount.total, c.at, &c.payload));
    std::iter::once(paid).chain(cancelled).collect()
}
