//! `/_sim/toss`: what a real Toss would never let anyone see or do.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State as Extract};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::admin::{AdminError, Page, Query, parse, register, shop_name};
use crate::http::Payload;
use crate::sim::Sim;
use crate::state::Event;
use crate::state::toss::{Merchant, Payment};

/// A payment as it really stands, in won.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    payment_key: String,
    client_key: String,
    order: String,
    order_name: String,
    total: i64,
    status: &'static str,
    cancelled: i64,
    created_at: Timestamp,
    approved_at: Option<Timestamp>,
}

impl PaymentView {
    fn new(payment: &Payment, expired: bool) -> PaymentView {
        PaymentView {
            payment_key: payment.key.clone(),
            client_key: payment.client_key.clone(),
            order: payment.order.clone(),
            order_name: payment.order_name.clone(),
            total: payment.amount,
            status: payment.status(expired),
            cancelled: payment.amount - payment.balance(),
            created_at: payment.at,
            approved_at: payment.approved_at(),
        }
    }
}

/// A shop to be: keys that start with `test_ck_` and `test_sk_`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Registration {
    client_key: String,
    secret_key: String,
    /// What payers read; the client key if left out.
    name: Option<String>,
}

/// `POST /_sim/toss/merchants`: registers a client key with its secret key, or replaces what it had. 204.
pub async fn register_merchant(
    Extract(sim): Extract<Arc<Sim>>,
    body: Payload,
) -> Result<StatusCode, AdminError> {
    let Registration { client_key, secret_key, name } = parse(body)?;
    for (key, start) in [(&client_key, "test_ck_"), (&secret_key, "test_sk_")] {
        if !key.starts_with(start) || key.len() > 100 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AdminError::Body(format!("키는 {start}로 시작하고 100자까지예요.")));
        }
    }
    let merchant = Merchant { secret_key, name: shop_name(name, &client_key)? };
    let event = |client_key, merchant| Event::TossMerchantRegistered { client_key, merchant };
    register(&sim, |state| &state.toss.merchants, client_key, merchant, event).await
}

/// `GET /_sim/toss/payments?clientKey=&order=&cursor=&limit=`, in the order in which their payers agreed.
pub async fn payments(
    Extract(sim): Extract<Arc<Sim>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<PaymentView>>, AdminError> {
    let query = Query::parse(query, &["clientKey", "order", "cursor", "limit"])?;
    let (start, limit) = (query.cursor()?, query.limit()?);
    let matches = |payment: &Payment| {
        query.fields.get("clientKey").is_none_or(|key| key == payment.client_key)
            && query.fields.get("order").is_none_or(|order| order == payment.order)
    };
    let page = sim
        .with::<_, AdminError>(|step| {
            let rest = (start..).zip(step.state().toss.payments.from(start));
            let found = rest.filter(|(_, payment)| matches(payment)).take(limit + 1).collect();
            let expired = |payment: &Payment| payment.has_expired(step.now) && !step.is_claimed(&payment.key);
            Ok(Page::new(found, limit, |payment: &Payment| PaymentView::new(payment, expired(payment))))
        })
        .await?;
    Ok(Json(page))
}
