//! `GET /v1/payments/{paymentKey}` and `GET /v1/payments/orders/{orderId}`: how a payment stands.

use std::time::Duration;

use serde_json::Value;

use super::body;
use super::error::TossError;
use crate::sim::{Sim, Step};
use crate::state::toss::Payment;

pub async fn by_key(sim: &Sim, client_key: &str, key: &str, delay: Duration) -> Result<Value, TossError> {
    tokio::time::sleep(delay).await;
    let find = |step: &mut Step<'_>| {
        let payment = step.state().toss.payments.get(key);
        answer(step, payment.filter(|payment| payment.client_key == client_key))
    };
    sim.with(find).await
}

pub async fn by_order(sim: &Sim, client_key: &str, order: &str, delay: Duration) -> Result<Value, TossError> {
    tokio::time::sleep(delay).await;
    sim.with(|step| answer(step, step.state().toss.payments.of_order(client_key, order))).await
}

fn answer(step: &Step<'_>, payment: Option<&Payment>) -> Result<Value, TossError> {
    let payment = payment.ok_or(TossError::NotFoundPayment)?;
    Ok(body(payment, payment.has_expired(step.now) && !step.is_claimed(&payment.key)))
}
