//! `POST /v1/payments/{paymentKey}/cancel`: money back, all of what is left or a part of it.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::body;
use super::error::TossError;
use crate::http::secret;
use crate::sim::{Claim, Sim, Step};
use crate::state::Event;
use crate::state::toss::{Cancel, Stage};

const REASON_CHARS_MAX: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    cancel_reason: String,
    /// All of what is left, if missing.
    cancel_amount: Option<i64>,
}

pub async fn cancel(
    sim: &Sim,
    client_key: &str,
    key: &str,
    request: Request,
    delay: Duration,
) -> Result<Value, TossError> {
    let (claim, amount) = sim.with(|step| claim(step, client_key, key, &request)).await?;
    tokio::time::sleep(delay).await;
    let body = sim
        .with(|step| {
            let reason = request.cancel_reason;
            let cancel = Cancel { transaction_key: secret(), amount, reason, at: step.now };
            step.record(Event::TossCancelled { key: key.to_owned(), cancel });
            let payment = step.state().toss.payments.get(key).ok_or(TossError::NotFoundPayment)?;
            Ok::<_, TossError>(body(payment, false))
        })
        .await?;
    drop(claim);
    Ok(body)
}

fn claim(step: &Step<'_>, client_key: &str, key: &str, request: &Request) -> Result<(Claim, i64), TossError> {
    let payment = step.state().toss.payments.get(key).filter(|payment| payment.client_key == client_key);
    let payment = payment.ok_or(TossError::NotFoundPayment)?;
    if request.cancel_reason.is_empty() || request.cancel_reason.chars().count() > REASON_CHARS_MAX {
        return Err(TossError::InvalidRequest);
    }
    let left = payment.balance();
    match payment.stage {
        Stage::Authenticated | Stage::Aborted => return Err(TossError::NotCancelablePayment),
        Stage::Done { .. } if left == 0 => return Err(TossError::AlreadyCanceledPayment),
        Stage::Done { .. } => {}
    }
    let amount = request.cancel_amount.unwrap_or(left);
    if !(1..=left).contains(&amount) {
        return Err(TossError::NotCancelableAmount);
    }
    Ok((step.claim(key).ok_or(TossError::ForbiddenConsecutiveRequest)?, amount))
}
