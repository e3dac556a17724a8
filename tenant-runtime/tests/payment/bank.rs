//! A KakaoPay of the tests' own: it keeps its own books, and does what it is told to do wrong.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::toss_bank;

pub const KEY: &str = "sim-secret";

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// The call is carried out, and its answer never arrives.
    DropReply,
    /// The call is not carried out, and nothing answers.
    DropRequest,
    /// The call is carried out, and the answer is an error.
    ErrorAfter(i64),
    /// The call is not carried out, and the answer is an error.
    Error(i64),
    /// The call waits here until [`Bank::let_go`].
    Hold,
}

#[derive(Debug, Clone)]
pub struct Payment {
    pub order: String,
    pub user: String,
    pub amount: i64,
    pub status: &'static str,
    pub cancelled: i64,
    /// By the last cancellation.
    pub last_cancelled: i64,
    pub token: Option<String>,
    pub times_taken: u32,
}

#[derive(Default)]
pub struct Books {
    pub payments: BTreeMap<String, Payment>,
    pub faults: BTreeMap<&'static str, VecDeque<Fault>>,
    pub calls: BTreeMap<String, u32>,
}

#[derive(Clone)]
pub struct Bank {
    pub url: String,
    pub books: Arc<Mutex<Books>>,
    pub gate: Arc<tokio::sync::Semaphore>,
}

impl Bank {
    pub async fn start() -> Bank {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bank = Bank {
            url: format!("http://{}", listener.local_addr().unwrap()),
            books: Arc::default(),
            gate: Arc::new(tokio::sync::Semaphore::new(0)),
        };
        let kakaopay = Router::new().route("/online/v1/payment/{call}", post(serve));
        let router = kakaopay.merge(toss_bank::routes()).with_state(bank.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        bank
    }

    /// The next call of this kind goes wrong; several faults happen to several calls.
    pub fn fail(&self, call: &'static str, fault: Fault) {
        self.books.lock().unwrap().faults.entry(call).or_default().push_back(fault);
    }

    pub fn let_go(&self) {
        self.gate.add_permits(1);
    }

    /// The shopper agrees on the phone; returns the token that the browser brings back.
    pub fn agree(&self, order: &str) -> String {
        let mut books = self.books.lock().unwrap();
        let (tid, payment) = books.payments.iter_mut().rfind(|(_, payment)| payment.order == order).unwrap();
        let token = format!("token-of-{tid}");
        payment.status = "AUTH_PASSWORD";
        payment.token = Some(token.clone());
        token
    }

    /// The shopper agrees on the page at this address.
    pub fn agree_at(&self, address: &str) -> String {
        let mut books = self.books.lock().unwrap();
        let tid = address.rsplit('/').nth(1).unwrap();
        let payment = books.payments.get_mut(tid).unwrap();
        let token = format!("token-of-{tid}");
        if payment.status == "READY" {
            payment.status = "AUTH_PASSWORD";
            payment.token = Some(token.clone());
        }
        token
    }

    /// From now on everything works.
    pub fn heal(&self) {
        self.books.lock().unwrap().faults.clear();
    }

    pub fn books(&self) -> BTreeMap<String, Payment> {
        self.books.lock().unwrap().payments.clone()
    }

    /// What became of all payments that were announced for an order.
    pub fn set_status(&self, order: &str, status: &'static str) {
        let mut books = self.books.lock().unwrap();
        let payments = books.payments.values_mut().filter(|payment| payment.order == order);
        payments.for_each(|payment| payment.status = status);
    }

    pub fn payments(&self) -> Vec<Payment> {
        self.books().into_values().collect()
    }

    pub fn payment_of(&self, order: &str) -> Payment {
        self.payments().into_iter().rfind(|payment| payment.order == order).unwrap()
    }

    pub fn calls(&self, call: &str) -> u32 {
        self.books.lock().unwrap().calls.get(call).copied().unwrap_or(0)
    }
}

async fn serve(
    State(bank): State<Bank>,
    Path(call): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    assert_eq!(headers["authorization"], format!("SECRET_KEY {KEY}"));
    let fault = {
        let mut books = bank.books.lock().unwrap();
        *books.calls.entry(call.clone()).or_default() += 1;
        books.faults.get_mut(call.as_str()).and_then(VecDeque::pop_front)
    };
    match fault {
        Some(Fault::DropRequest) => hang_up(),
        Some(Fault::Error(code)) => refusal(code),
        Some(Fault::DropReply) => {
            let _done = bank.books.lock().unwrap().act(&call, &body);
            hang_up()
        }
        Some(Fault::ErrorAfter(code)) => {
            let _done = bank.books.lock().unwrap().act(&call, &body);
            refusal(code)
        }
        Some(Fault::Hold) => {
            bank.gate.acquire().await.unwrap().forget();
            answer(bank.books.lock().unwrap().act(&call, &body))
        }
        None => answer(bank.books.lock().unwrap().act(&call, &body)),
    }
}

fn answer(result: Result<Value, i64>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(code) => refusal(code),
    }
}

fn refusal(code: i64) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error_code": code, "error_message": "no"}))).into_response()
}

/// The connection breaks off in the middle of the answer.
pub fn hang_up() -> Response {
    let broken =
        futures_util::stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("the line is dead")) });
    Response::new(Body::from_stream(broken))
}

fn amount(total: i64) -> Value {
    json!({"total": total, "tax_free": 0, "vat": 0, "point": 0, "discount": 0, "green_deposit": 0})
}

impl Books {
    fn act(&mut self, call: &str, body: &Value) -> Result<Value, i64> {
        let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
        if call == "ready" {
            let tid = format!("T{:019}", self.payments.len());
            let payment = Payment {
                order: text("partner_order_id"),
                user: text("partner_user_id"),
                amount: body["total_amount"].as_i64().unwrap(),
                status: "READY",
                cancelled: 0,
                last_cancelled: 0,
                token: None,
                times_taken: 0,
            };
            self.payments.insert(tid.clone(), payment);
            return Ok(json!({
                "tid": tid, "created_at": "2026-11-24T10:00:00",
                "next_redirect_pc_url": format!("http://bank/{tid}/pc"),
                "next_redirect_mobile_url": format!("http://bank/{tid}/mobile"),
                "next_redirect_app_url": format!("http://bank/{tid}/app"),
            }));
        }
        let tid = text("tid");
        let payment = self.payments.get_mut(&tid).ok_or(-721)?;
        let mut seen = json!({
            "tid": tid, "partner_order_id": payment.order, "partner_user_id": payment.user,
            "payment_method_type": "MONEY",
        });
        match call {
            "approve" => {
                match payment.status {
                    "SUCCESS_PAYMENT" => return Err(-702),
                    "READY" => return Err(-701),
                    "AUTH_PASSWORD" => {}
                    _ => return Err(-783),
                }
                if payment.order != text("partner_order_id") {
                    return Err(-706);
                }
                if payment.user != text("partner_user_id") {
                    return Err(-707);
                }
                if payment.token != Some(text("pg_token")) {
                    return Err(-708);
                }
                payment.status = "SUCCESS_PAYMENT";
                payment.times_taken += 1;
            }
            "cancel" => {
                let wanted = body["cancel_amount"].as_i64().unwrap();
                let left = payment.amount - payment.cancelled;
                if !matches!(payment.status, "SUCCESS_PAYMENT" | "PART_CANCEL_PAYMENT") {
                    return Err(-784);
                }
                if body["cancel_available_amount"].as_i64() != Some(left) || wanted > left {
                    return Err(-710);
                }
                payment.cancelled += wanted;
                payment.last_cancelled = wanted;
                payment.status = if wanted == left { "CANCEL_PAYMENT" } else { "PART_CANCEL_PAYMENT" };
                seen["approved_cancel_amount"] = amount(wanted);
            }
            "order" => {}
            other => panic!("{other} is no call"),
        }
        seen["status"] = payment.status.into();
        seen["amount"] = amount(payment.amount);
        seen["canceled_amount"] = amount(payment.cancelled);
        seen["cancel_available_amount"] = amount(payment.amount - payment.cancelled);
        Ok(seen)
    }
}
