//! `cancel`: money back, all of it or a part.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::PayError;
use super::payment_of;
use super::wire::{AmountBody, Integer, korean_time, optional_text, payment_body};
use crate::http::number;
use crate::sim::{Claim, Sim, Step};
use crate::state::Event;
use crate::state::pay::{Amount, Cancellation, Payment};

#[derive(Debug, Deserialize)]
pub struct Request {
    cid: String,
    cid_secret: Option<String>,
    tid: String,
    cancel_amount: Integer,
    cancel_tax_free_amount: Integer,
    cancel_vat_amount: Option<Integer>,
    cancel_available_amount: Option<Integer>,
    payload: Option<String>,
}

pub async fn cancel(sim: &Sim, key: &str, request: Request, delay: Duration) -> Result<Value, PayError> {
    let (claim, amount) = sim.with(|step| claim(step, key, &request)).await?;
    tokio::time::sleep(delay).await;
    let (payment, cancellation) = sim
        .with(|step| {
            let cancellation =
                Cancellation { aid: number('A'), amount, payload: request.payload, at: step.now };
            let event =
                Event::PaymentCancelled { tid: request.tid.clone(), cancellation: cancellation.clone() };
            step.record(event);
            let payment = step.state().payments.get(&request.tid).cloned().ok_or(PayError::UnknownTid)?;
            Ok::<_, PayError>((payment, cancellation))
        })
        .await?;
    drop(claim);
    Ok(body(&payment, &cancellation))
}

fn claim(step: &Step<'_>, key: &str, request: &Request) -> Result<(Claim, Amount), PayError> {
    let payment = payment_of(step, key, &request.cid, request.cid_secret.as_deref(), &request.tid)?;
    if step.is_claimed(&request.tid) {
        return Err(PayError::Duplicate);
    }
    let left = payment.cancellable();
    if payment.approval().is_none() || left.total == 0 {
        return Err(PayError::NotCancellable);
    }
    let amount = amount(request, payment.order.amount, left)?;
    optional_text(request.payload.as_deref(), 200, "payload")?;
    Ok((step.claim(&request.tid).ok_or(PayError::Duplicate)?, amount))
}

/// The amount asked for, inside what is `left`. Without a VAT of its own the last cancellation takes what is left of it.
fn amount(request: &Request, original: Amount, left: Amount) -> Result<Amount, PayError> {
    let total = request.cancel_amount.0;
    if total <= 0 {
        return Err(PayError::Amount("cancel_amount"));
    }
    if total > original.total {
        return Err(PayError::ExceedsOriginal);
    }
    if request.cancel_available_amount.is_some_and(|available| available.0 != left.total) {
        return Err(PayError::Amount("cancel_available_amount"));
    }
    if total > left.total {
        return Err(PayError::ExceedsCancellable);
    }
    let last = total == left.total;
    let tax_free = request.cancel_tax_free_amount.0;
    if !(0..=left.tax_free.min(total)).contains(&tax_free) || (last && tax_free != left.tax_free) {
        return Err(PayError::Amount("cancel_tax_free_amount"));
    }
    let vat = match request.cancel_vat_amount {
        Some(vat) => vat.0,
        None if last => left.vat,
        None => Amount::usual_vat(total, tax_free).min(left.vat),
    };
    if !(0..=left.vat.min(total - tax_free)).contains(&vat) || (last && vat != left.vat) {
        return Err(PayError::Amount("cancel_vat_amount"));
    }
    let rest = left.minus(Amount { total, tax_free, vat, green_deposit: 0 });
    if rest.tax_free + rest.vat > rest.total {
        return Err(PayError::Amount("what is left would be more tax than money"));
    }
    let green_deposit = if last { left.green_deposit } else { 0 };
    Ok(Amount { total, tax_free, vat, green_deposit })
}

fn body(payment: &Payment, cancellation: &Cancellation) -> Value {
    let mut body = payment_body(payment);
    body["aid"] = json!(cancellation.aid);
    body["status"] = json!(payment.status(false).name());
    body["approved_cancel_amount"] = json!(AmountBody::from(cancellation.amount));
    body["canceled_amount"] = json!(AmountBody::from(payment.cancelled()));
    body["cancel_available_amount"] = json!(AmountBody::from(payment.cancellable()));
    body["canceled_at"] = json!(korean_time(cancellation.at));
    if let Some(payload) = &cancellation.payload {
        body["payload"] = json!(payload);
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(total: i64, tax_free: i64, vat: Option<i64>, available: Option<i64>) -> Request {
        Request {
            cid: String::new(),
            cid_secret: None,
            tid: String::new(),
            cancel_amount: Integer(total),
            cancel_tax_free_amount: Integer(tax_free),
            cancel_vat_amount: vat.map(Integer),
            cancel_available_amount: available.map(Integer),
            payload: None,
        }
    }

    #[test]
    fn a_cancellation_stays_inside_what_is_left() {
        let original = Amount { total: 11_000, tax_free: 0, vat: 1_000, green_deposit: 0 };
        let left = Amount { total: 5_500, tax_free: 0, vat: 500, green_deposit: 0 };
        let check = |request: Request, expected: Result<i64, i32>| {
            let found = amount(&request, original, left).map(|a| a.vat).map_err(|error| error.code());
            assert_eq!(found, expected, "{request:?}");
        };
        check(ask(5_500, 0, None, None), Ok(500));
        check(ask(5_500, 0, Some(500), Some(5_500)), Ok(500));
        check(ask(1_100, 0, None, None), Ok(100));
        check(ask(1_100, 0, Some(0), None), Ok(0));
        check(ask(0, 0, None, None), Err(-722));
        check(ask(-1, 0, None, None), Err(-722));
        check(ask(11_001, 0, None, None), Err(-711));
        check(ask(5_501, 0, None, None), Err(-710));
        check(ask(5_500, 0, None, Some(11_000)), Err(-722));
        check(ask(1_100, 1, None, None), Err(-722));
        check(ask(1_100, 0, Some(501), None), Err(-722));
        check(ask(5_500, 0, Some(499), None), Err(-722));
        check(ask(5_200, 0, Some(0), None), Err(-722));
    }
}
