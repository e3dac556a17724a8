//! The payer's pages: the QR code on a computer, the confirmation on a phone, and the way back to the shop.
//!
//! A payer who scanned the QR code ends on the phone (`via=qr`) while the computer's page follows to the shop by itself;
//! everyone else is sent back from where they are.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State as Extract};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use qrcode::QrCode;
use qrcode::render::svg;
use serde_json::{Value, json};
use thiserror::Error;
use url::Url;

use crate::html::{self, Ending};
use crate::http::{Fields, Payload, number};
use crate::journal::JournalFailed;
use crate::sim::{Sim, Step};
use crate::state::Event;
use crate::state::pay::{Method, Payment, Stage};

/// The side of the QR code with its quiet zone, pixels; the code alone keeps more than 240.
const QR_SIDE: u32 = 312;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PageError {
    #[error("결제 정보를 찾을 수 없어요. 주문한 곳에서 다시 시작해 주세요.")]
    Unknown,
    #[error("요청을 읽을 수 없어요. 이전 화면으로 돌아가 다시 눌러 주세요.")]
    Malformed,
    #[error("지금은 결제할 수 없어요. 시뮬레이터의 디스크를 확인해 주세요.")]
    Storage,
}

impl From<JournalFailed> for PageError {
    fn from(_: JournalFailed) -> PageError {
        PageError::Storage
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            PageError::Unknown => (StatusCode::NOT_FOUND, "-721"),
            PageError::Malformed => (StatusCode::BAD_REQUEST, "-400"),
            PageError::Storage => (StatusCode::INTERNAL_SERVER_ERROR, "-500"),
        };
        (status, html::problem("결제할 수 없어요", &self.to_string(), code)).into_response()
    }
}

/// Where a payer stands: still to decide, or on the way back to the shop.
enum Standing {
    Undecided,
    Over(Ending, String),
}

/// What a payer gets to see: the bill, or the way back.
enum View {
    Bill(Box<Shown>),
    Over(Ending, String),
}

/// What the pages show of a payment.
pub struct Shown {
    pub payment: Payment,
    pub shop: String,
    pub now: Timestamp,
}

pub async fn pc(Extract(sim): Extract<Arc<Sim>>, Path(tid): Path<String>) -> Result<Response, PageError> {
    let view = sim.with(|step| open(step, &tid)).await?;
    Ok(match view {
        View::Bill(shown) => html::pay_pc(&shown, QR_SIDE).into_response(),
        View::Over(_, next) => Redirect::to(&next).into_response(),
    })
}

pub async fn mobile(
    Extract(sim): Extract<Arc<Sim>>,
    Path(tid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let query = Fields::parse(query.unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let by_qr = query.get("via") == Some("qr");
    let view = sim.with(|step| open(step, &tid)).await?;
    Ok(match view {
        View::Bill(shown) => html::pay_mobile(&shown, by_qr).into_response(),
        View::Over(ending, next) => leave(by_qr, ending, &next),
    })
}

/// The QR code of the phone's page, as a picture of its own.
pub async fn qr(Extract(sim): Extract<Arc<Sim>>, Path(tid): Path<String>) -> Result<Response, PageError> {
    let known = sim.with::<_, PageError>(|step| Ok(step.state().payments.get(&tid).is_some())).await?;
    if !known {
        return Err(PageError::Unknown);
    }
    let target = format!("{}/pay/{tid}/mobile?via=qr", sim.base_url);
    let code = QrCode::new(target.as_bytes()).expect("a short url fits a QR code");
    let picture = code.render::<svg::Color<'_>>().min_dimensions(QR_SIDE, QR_SIDE).quiet_zone(true).build();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}

/// What the computer's page asks every second: `{state: waiting|paid|quit|failed, next: url|null}`.
pub async fn state(
    Extract(sim): Extract<Arc<Sim>>,
    Path(tid): Path<String>,
) -> Result<Json<Value>, PageError> {
    let standing = sim.with(|step| standing(step, &tid).map(|(_, standing)| standing)).await?;
    Ok(Json(match standing {
        Standing::Undecided => json!({ "state": "waiting", "next": null }),
        Standing::Over(Ending::Paid, next) => json!({ "state": "paid", "next": next }),
        Standing::Over(Ending::Quit, next) => json!({ "state": "quit", "next": next }),
        Standing::Over(Ending::Failed, next) => json!({ "state": "failed", "next": next }),
    }))
}

/// The payer confirms: a one-time `pg_token` goes to the shop. Confirming again leads to the same place.
pub async fn authenticate(
    Extract(sim): Extract<Arc<Sim>>,
    Path(tid): Path<String>,
    body: Payload,
) -> Result<Response, PageError> {
    let form = Fields::posted(body).ok_or(PageError::Malformed)?;
    let wanted = match form.get("method") {
        None => None,
        Some("MONEY") => Some(Method::Money),
        Some("CARD") => Some(Method::Card),
        Some(_) => return Err(PageError::Malformed),
    };
    let (ending, next) = sim
        .with(|step| {
            let (payment, standing) = standing(step, &tid)?;
            if let Standing::Over(ending, next) = standing {
                return Ok::<_, PageError>((ending, next));
            }
            let method = payment.order.method.or(wanted).unwrap_or(Method::Money);
            let pg_token = number('P');
            let next = approval_url(payment, &pg_token);
            step.record(Event::PaymentAuthenticated { tid: tid.clone(), pg_token, method });
            Ok((Ending::Paid, next))
        })
        .await?;
    Ok(leave(form.get("via") == Some("qr"), ending, &next))
}

/// The payer gives up. Too late once the shop's approve is under way or done.
pub async fn quit(
    Extract(sim): Extract<Arc<Sim>>,
    Path(tid): Path<String>,
    body: Payload,
) -> Result<Response, PageError> {
    let form = Fields::posted(body).ok_or(PageError::Malformed)?;
    let (ending, next) = sim
        .with(|step| {
            let (payment, standing) = standing(step, &tid)?;
            let may_quit = match &payment.stage {
                Stage::Ready | Stage::Open => true,
                Stage::Authenticated { .. } => !step.is_claimed(&tid),
                Stage::Quit | Stage::Paid(_) => false,
            };
            match standing {
                Standing::Over(Ending::Failed, next) => Ok::<_, PageError>((Ending::Failed, next)),
                Standing::Over(ending, next) if !may_quit => Ok((ending, next)),
                Standing::Over(..) | Standing::Undecided => {
                    let next = payment.order.cancel_url.clone();
                    step.record(Event::PaymentQuit { tid: tid.clone() });
                    Ok((Ending::Quit, next))
                }
            }
        })
        .await?;
    Ok(leave(form.get("via") == Some("qr"), ending, &next))
}

/// Notes that the payer sees the payment, unless there is nothing left to decide.
fn open(step: &mut Step<'_>, tid: &str) -> Result<View, PageError> {
    let (payment, standing) = standing(step, tid)?;
    if let Standing::Over(ending, next) = standing {
        return Ok(View::Over(ending, next));
    }
    let shop = step.state().merchants.get(&payment.order.cid).map(|m| m.name.clone()).unwrap_or_default();
    let shown = Shown { payment: payment.clone(), shop, now: step.now };
    if shown.payment.stage == Stage::Ready {
        step.record(Event::PaymentOpened { tid: tid.to_owned() });
    }
    Ok(View::Bill(Box::new(shown)))
}

fn standing<'a>(step: &'a Step<'_>, tid: &str) -> Result<(&'a Payment, Standing), PageError> {
    let payment = step.state().payments.get(tid).ok_or(PageError::Unknown)?;
    if payment.has_expired(step.now) && !step.is_claimed(tid) {
        return Ok((payment, Standing::Over(Ending::Failed, payment.order.fail_url.clone())));
    }
    let standing = match &payment.stage {
        Stage::Ready | Stage::Open => Standing::Undecided,
        Stage::Authenticated { pg_token, .. } => {
            Standing::Over(Ending::Paid, approval_url(payment, pg_token))
        }
        Stage::Paid(approval) => Standing::Over(Ending::Paid, approval_url(payment, &approval.pg_token)),
        Stage::Quit => Standing::Over(Ending::Quit, payment.order.cancel_url.clone()),
    };
    Ok((payment, standing))
}

/// The shop's approval URL with `pg_token` behind whatever query it already has.
fn approval_url(payment: &Payment, pg_token: &str) -> String {
    let mut url = Url::parse(&payment.order.approval_url).expect("ready refused what is not a url");
    url.query_pairs_mut().append_pair("pg_token", pg_token);
    url.into()
}

/// The last page on the phone that scanned, or the redirect to the shop.
fn leave(by_qr: bool, ending: Ending, next: &str) -> Response {
    match by_qr {
        true => html::over(ending).into_response(),
        false => Redirect::to(next).into_response(),
    }
}
