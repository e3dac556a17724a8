//! The payment window, as a page of its own: what Toss' script is told comes in the query, and the payer goes back to
//! `successUrl` with `paymentKey`, `orderId` and `amount`, or to `failUrl` with `code`, `message` and `orderId`.
//!
//! Like the real one it believes the amount that the browser names. A shop that does not compare it loses money.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use thiserror::Error;
use url::Url;

use crate::TOTAL_MAX;
use crate::html;
use crate::http::{Fields, Payload, secret};
use crate::journal::JournalFailed;
use crate::pay::redirect_url;
use crate::sim::{Sim, Step};
use crate::state::Event;
use crate::state::toss::{Method, Payment, Stage};

const ORDER_NAME_CHARS_MAX: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WindowError {
    #[error("결제 정보를 읽을 수 없어요. 주문한 곳에서 다시 시작해 주세요.")]
    Malformed(&'static str),
    #[error("이미 결제한 주문이에요. 주문한 곳에서 확인해 주세요.")]
    Paid,
    #[error("지금은 결제할 수 없어요. 시뮬레이터의 디스크를 확인해 주세요.")]
    Storage,
}

impl From<JournalFailed> for WindowError {
    fn from(_: JournalFailed) -> WindowError {
        WindowError::Storage
    }
}

impl IntoResponse for WindowError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            WindowError::Malformed(field) => (StatusCode::BAD_REQUEST, field),
            WindowError::Paid => (StatusCode::CONFLICT, "DUPLICATED_ORDER_ID"),
            WindowError::Storage => (StatusCode::INTERNAL_SERVER_ERROR, "storage"),
        };
        (status, html::problem("결제할 수 없어요", &self.to_string(), code)).into_response()
    }
}

/// What the window is opened with.
pub struct Opening {
    pub client_key: String,
    pub order: String,
    pub order_name: String,
    pub amount: i64,
    pub success_url: String,
    pub fail_url: String,
}

impl Opening {
    fn read(fields: Option<Fields>) -> Result<Opening, WindowError> {
        let fields = fields.ok_or(WindowError::Malformed("fields"))?;
        let text = |name: &'static str| fields.owned(name).ok_or(WindowError::Malformed(name));
        let order = text("orderId")?;
        let is_plain = order.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !is_plain || !(6..=64).contains(&order.len()) {
            return Err(WindowError::Malformed("orderId"));
        }
        let order_name = text("orderName")?;
        if order_name.chars().count() > ORDER_NAME_CHARS_MAX {
            return Err(WindowError::Malformed("orderName"));
        }
        let amount = text("amount")?.parse().ok().filter(|amount| (1..=TOTAL_MAX).contains(amount));
        let url = |name: &'static str| {
            let url = text(name)?;
            redirect_url(&url).map_err(|_| WindowError::Malformed(name))?;
            Ok::<_, WindowError>(url)
        };
        Ok(Opening {
            client_key: text("clientKey")?,
            order,
            order_name,
            amount: amount.ok_or(WindowError::Malformed("amount"))?,
            success_url: url("successUrl")?,
            fail_url: url("failUrl")?,
        })
    }

    /// The shop's name, where the order can still be paid.
    fn check(&self, step: &Step<'_>) -> Result<String, WindowError> {
        let toss = &step.state().toss;
        let shop = toss.merchants.get(&self.client_key).ok_or(WindowError::Malformed("clientKey"))?;
        let known = toss.payments.of_order(&self.client_key, &self.order);
        match known.is_some_and(|payment| matches!(payment.stage, Stage::Done { .. })) {
            true => Err(WindowError::Paid),
            false => Ok(shop.name.clone()),
        }
    }
}

pub async fn page(
    Extract(sim): Extract<Arc<Sim>>,
    RawQuery(query): RawQuery,
) -> Result<Response, WindowError> {
    let opening = Opening::read(Fields::parse(query.unwrap_or_default().as_bytes()))?;
    let shop = sim.with(|step| opening.check(step)).await?;
    Ok(html::toss_window(&opening, &shop).into_response())
}

/// The payer agrees. Nothing is taken before the shop confirms.
pub async fn authenticate(Extract(sim): Extract<Arc<Sim>>, body: Payload) -> Result<Redirect, WindowError> {
    let fields = Fields::posted(body);
    let method = match fields.as_ref().and_then(|fields| fields.get("method")) {
        None | Some("CARD") => Method::Card,
        Some("EASY_PAY") => Method::EasyPay,
        Some("REFUSED_CARD") => Method::RefusedCard,
        Some(_) => return Err(WindowError::Malformed("method")),
    };
    let opening = Opening::read(fields)?;
    let key = secret();
    let mut next = Url::parse(&opening.success_url).map_err(|_| WindowError::Malformed("successUrl"))?;
    next.query_pairs_mut()
        .append_pair("paymentType", "NORMAL")
        .append_pair("paymentKey", &key)
        .append_pair("orderId", &opening.order)
        .append_pair("amount", &opening.amount.to_string());
    sim.with::<_, WindowError>(|step| {
        opening.check(step)?;
        let payment = Payment {
            key,
            client_key: opening.client_key,
            order: opening.order,
            order_name: opening.order_name,
            amount: opening.amount,
            method,
            at: step.now,
            stage: Stage::Authenticated,
        };
        step.record(Event::TossAuthenticated { payment: Box::new(payment) });
        Ok(())
    })
    .await?;
    Ok(Redirect::to(next.as_str()))
}

/// The payer closes the window.
pub async fn quit(body: Payload) -> Result<Redirect, WindowError> {
    let opening = Opening::read(Fields::posted(body))?;
    let mut next = Url::parse(&opening.fail_url).map_err(|_| WindowError::Malformed("failUrl"))?;
    next.query_pairs_mut()
        .append_pair("code", "PAY_PROCESS_CANCELED")
        .append_pair("message", "사용자에 의해 결제가 취소되었습니다.")
        .append_pair("orderId", &opening.order);
    Ok(Redirect::to(next.as_str()))
}
