//! The bank's other counter: the same books in the words of Toss Payments, where the window makes the
//! payments and believes whatever amount the browser names.

use std::collections::VecDeque;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::bank::{Bank, Books, Fault, Payment, hang_up};

/// `test_sk_bank:`, coded.
pub const BASIC: &str = "Basic dGVzdF9za19iYW5rOg==";
pub const KEY: &str = "test_sk_bank";

pub fn routes() -> Router<Bank> {
    Router::new().route("/toss/v1/payments/{*path}", axum::routing::any(serve))
}

async fn serve(
    State(bank): State<Bank>,
    Path(path): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    assert_eq!(headers["authorization"], BASIC);
    let call = match (&method, path.as_str()) {
        (&Method::POST, "confirm") => "approve",
        (&Method::POST, _) => "cancel",
        _ => "order",
    };
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if method == Method::POST {
        assert!(!headers["idempotency-key"].is_empty(), "whatever moves money may be asked for twice");
    }
    let fault = {
        let mut books = bank.books.lock().unwrap();
        *books.calls.entry(call.to_owned()).or_default() += 1;
        books.faults.get_mut(call).and_then(VecDeque::pop_front)
    };
    let act = || answer(bank.books.lock().unwrap().act_at_toss(call, &path, &body));
    match fault {
        Some(Fault::DropRequest) => hang_up(),
        Some(Fault::Error(_)) => answer(Err((400, "PROVIDER_ERROR"))),
        Some(Fault::DropReply) => {
            let _done = act();
            hang_up()
        }
        Some(Fault::ErrorAfter(_)) => {
            let _done = act();
            answer(Err((400, "PROVIDER_ERROR")))
        }
        Some(Fault::Hold) => {
            bank.gate.acquire().await.unwrap().forget();
            act()
        }
        None => act(),
    }
}

fn answer(result: Result<Value, (u16, &'static str)>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err((status, code)) => {
            (StatusCode::from_u16(status).unwrap(), Json(json!({"code": code, "message": "no"})))
                .into_response()
        }
    }
}

fn seen(key: &str, payment: &Payment) -> Value {
    let status = match payment.status {
        "AUTH_PASSWORD" => "IN_PROGRESS",
        "SUCCESS_PAYMENT" => "DONE",
        "PART_CANCEL_PAYMENT" => "PARTIAL_CANCELED",
        "CANCEL_PAYMENT" => "CANCELED",
        _ => "EXPIRED",
    };
    json!({
        "paymentKey": key, "orderId": payment.order, "status": status, "method": "카드",
        "totalAmount": payment.amount, "balanceAmount": payment.amount - payment.cancelled,
        "cancels": (payment.cancelled > 0).then(|| json!([{ "cancelAmount": payment.last_cancelled }])),
    })
}

impl Books {
    fn act_at_toss(&mut self, call: &str, path: &str, body: &Value) -> Result<Value, (u16, &'static str)> {
        let missing = (404, "NOT_FOUND_PAYMENT");
        if let Some(order) = path.strip_prefix("orders/") {
            let of_order = || self.payments.iter().filter(|(_, payment)| payment.order == order);
            let taken = of_order().find(|(_, payment)| payment.times_taken > 0);
            let (key, payment) = taken.or_else(|| of_order().next_back()).ok_or(missing)?;
            return Ok(seen(key, payment));
        }
        let key = match call {
            "approve" => body["paymentKey"].as_str().unwrap().to_owned(),
            _ => path.split('/').next().unwrap().to_owned(),
        };
        let payment = self.payments.get_mut(&key).ok_or(missing)?;
        match call {
            "approve" => {
                match payment.status {
                    "SUCCESS_PAYMENT" => return Err((400, "ALREADY_PROCESSED_PAYMENT")),
                    "AUTH_PASSWORD" => {}
                    _ => return Err((404, "NOT_FOUND_PAYMENT_SESSION")),
                }
                if body["orderId"] != json!(payment.order) {
                    return Err((404, "NOT_FOUND_PAYMENT_SESSION"));
                }
                if body["amount"] != json!(payment.amount) {
                    return Err((403, "FORBIDDEN_REQUEST"));
                }
                payment.status = "SUCCESS_PAYMENT";
                payment.times_taken += 1;
            }
            "cancel" => {
                let wanted = body["cancelAmount"].as_i64().unwrap();
                let left = payment.amount - payment.cancelled;
                if wanted > left {
                    return Err((403, "NOT_CANCELABLE_AMOUNT"));
                }
                payment.cancelled += wanted;
                payment.last_cancelled = wanted;
                payment.status = if wanted == left { "CANCEL_PAYMENT" } else { "PART_CANCEL_PAYMENT" };
            }
            _ => {}
        }
        Ok(seen(&key, payment))
    }
}

impl Bank {
    /// The shopper agrees in the window that was opened with this amount; the key that the browser
    /// brings back.
    pub fn agree_in_window(&self, order: &str, amount: i64) -> String {
        let mut books = self.books.lock().unwrap();
        let key = format!("key-{:04}", books.payments.len());
        let payment = Payment {
            order: order.to_owned(),
            user: String::new(),
            amount,
            status: "AUTH_PASSWORD",
            cancelled: 0,
            last_cancelled: 0,
            token: None,
            times_taken: 0,
        };
        books.payments.insert(key.clone(), payment);
        key
    }

    /// The gateway takes the money of a payment without having been asked to by anybody.
    pub fn take(&self, key: &str) {
        let mut books = self.books.lock().unwrap();
        let payment = books.payments.get_mut(key).unwrap();
        payment.status = "SUCCESS_PAYMENT";
        payment.times_taken += 1;
    }

    /// The company gives a part back by hand, at the gateway.
    pub fn give_back_by_hand(&self, order: &str, amount: i64) {
        let mut books = self.books.lock().unwrap();
        let payment = books.payments.values_mut().rfind(|payment| payment.order == order).unwrap();
        payment.cancelled += amount;
        payment.last_cancelled = amount;
        payment.status = "PART_CANCEL_PAYMENT";
    }
}
