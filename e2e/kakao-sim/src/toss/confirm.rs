//! `POST /v1/payments/confirm`: the call that takes the money.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::body;
use super::error::TossError;
use crate::http::secret;
use crate::sim::{Claim, Sim, Step};
use crate::state::Event;
use crate::state::toss::{Method, Stage};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    payment_key: String,
    order_id: String,
    amount: i64,
}

pub async fn confirm(
    sim: &Sim,
    client_key: &str,
    request: Request,
    delay: Duration,
) -> Result<Value, TossError> {
    let claim = sim.with(|step| claim(step, client_key, &request)).await?;
    tokio::time::sleep(delay).await;
    let answer = sim
        .with(|step| {
            let key = request.payment_key;
            let payment = step.state().toss.payments.get(&key).ok_or(TossError::NotFoundPayment)?;
            if payment.method == Method::RefusedCard {
                step.record(Event::TossAborted { key });
                return Ok(Err(TossError::RejectCardCompany));
            }
            step.record(Event::TossConfirmed { key: key.clone(), transaction_key: secret(), at: step.now });
            let payment = step.state().toss.payments.get(&key).ok_or(TossError::NotFoundPayment)?;
            Ok::<_, TossError>(Ok(body(payment, false)))
        })
        .await?;
    drop(claim);
    answer
}

/// The checks, and the right to go on. Their order is nothing that a client may rely on.
fn claim(step: &Step<'_>, client_key: &str, request: &Request) -> Result<Claim, TossError> {
    let payments = &step.state().toss.payments;
    let payment = payments.get(&request.payment_key).filter(|payment| payment.client_key == client_key);
    let payment = payment.ok_or(TossError::NotFoundPayment)?;
    if step.is_claimed(&payment.key) || matches!(payment.stage, Stage::Done { .. }) {
        return Err(TossError::AlreadyProcessedPayment);
    }
    if payment.stage == Stage::Aborted || payment.has_expired(step.now) || payment.order != request.order_id {
        return Err(TossError::NotFoundPaymentSession);
    }
    if payment.amount != request.amount {
        return Err(TossError::ForbiddenRequest);
    }
    let of_order = payments.of_order(client_key, &payment.order);
    if of_order.is_some_and(|other| matches!(other.stage, Stage::Done { .. })) {
        return Err(TossError::DuplicatedOrderId);
    }
    step.claim(&payment.key).ok_or(TossError::AlreadyProcessedPayment)
}
