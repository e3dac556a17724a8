//! `ready`: a shop announces a payment and gets the pages to send the payer to.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::PayError;
use super::wire::{Integer, korean_time, optional_text, redirect_url, text};
use super::{check_cid, check_key};
use crate::TOTAL_MAX;
use crate::http::number;
use crate::sim::Sim;
use crate::state::Event;
use crate::state::pay::{Amount, Method, Order};

#[derive(Debug, Deserialize)]
pub struct Request {
    cid: String,
    cid_secret: Option<String>,
    partner_order_id: String,
    partner_user_id: String,
    item_name: String,
    item_code: Option<String>,
    quantity: Integer,
    total_amount: Integer,
    tax_free_amount: Integer,
    vat_amount: Option<Integer>,
    green_deposit: Option<Integer>,
    approval_url: String,
    cancel_url: String,
    fail_url: String,
    payment_method_type: Option<Method>,
    install_month: Option<Integer>,
}

pub async fn ready(sim: &Sim, key: &str, request: Request, delay: Duration) -> Result<Value, PayError> {
    sim.with(|step| {
        check_key(step, key)?;
        check_cid(step, key, &request.cid, request.cid_secret.as_deref())
    })
    .await?;
    check(&request)?;
    let amount = amount(&request)?;
    tokio::time::sleep(delay).await;
    let tid = number('T');
    let created_at = sim
        .with(|step| {
            let order = Order {
                cid: request.cid,
                order: request.partner_order_id,
                user: request.partner_user_id,
                item_name: request.item_name,
                item_code: request.item_code,
                quantity: request.quantity.0,
                amount,
                method: request.payment_method_type,
                install_month: request.install_month.map_or(0, |months| months.0),
                approval_url: request.approval_url,
                cancel_url: request.cancel_url,
                fail_url: request.fail_url,
                created_at: step.now,
            };
            step.record(Event::PaymentReady { tid: tid.clone(), order: Box::new(order) });
            Ok::<_, PayError>(step.now)
        })
        .await?;
    let page = format!("{}/pay/{tid}", sim.base_url);
    Ok(json!({
        "tid": tid,
        "next_redirect_app_url": format!("{page}/mobile"),
        "next_redirect_mobile_url": format!("{page}/mobile"),
        "next_redirect_pc_url": format!("{page}/pc"),
        "android_app_scheme": format!("kakaotalk://kakaopay/pg?url={page}/mobile"),
        "ios_app_scheme": format!("kakaotalk://kakaopay/pg?url={page}/mobile"),
        "created_at": korean_time(created_at),
    }))
}

fn check(request: &Request) -> Result<(), PayError> {
    text(&request.partner_order_id, 100, "partner_order_id")?;
    text(&request.partner_user_id, 100, "partner_user_id")?;
    text(&request.item_name, 100, "item_name")?;
    optional_text(request.item_code.as_deref(), 100, "item_code")?;
    if !(1..=1_000_000).contains(&request.quantity.0) {
        return Err(PayError::OrderInfo("quantity"));
    }
    if request.install_month.is_some_and(|months| !(0..=12).contains(&months.0)) {
        return Err(PayError::OrderInfo("install_month"));
    }
    for url in [&request.approval_url, &request.cancel_url, &request.fail_url] {
        redirect_url(url)?;
    }
    Ok(())
}

/// The amount with its parts inside the total, which is inside the limit.
fn amount(request: &Request) -> Result<Amount, PayError> {
    let total = request.total_amount.0;
    if total > TOTAL_MAX {
        return Err(PayError::Limit);
    }
    if total <= 0 {
        return Err(PayError::Amount("total_amount"));
    }
    let tax_free = request.tax_free_amount.0;
    if !(0..=total).contains(&tax_free) {
        return Err(PayError::Amount("tax_free_amount"));
    }
    let vat = request.vat_amount.map_or(Amount::usual_vat(total, tax_free), |vat| vat.0);
    if !(0..=total - tax_free).contains(&vat) {
        return Err(PayError::Amount("vat_amount"));
    }
    let green_deposit = request.green_deposit.map_or(0, |deposit| deposit.0);
    if !(0..=total).contains(&green_deposit) {
        return Err(PayError::Amount("green_deposit"));
    }
    Ok(Amount { total, tax_free, vat, green_deposit })
}
