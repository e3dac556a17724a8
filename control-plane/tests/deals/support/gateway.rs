//! A payment gateway over HTTP that does as it is told: it takes money and loses the answer, or
//! declines. It keeps the truth about every payment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Does what it is asked for and loses the answer.
    LoseAnswer,
    /// Answers 503 and does nothing.
    Down,
}

#[derive(Debug, Clone)]
pub struct Payment {
    pub order: String,
    pub user: String,
    pub amount: i64,
    pub status: &'static str,
    pub cancelled: i64,
    /// How often money was taken or given back: never more than once each.
    pub taken: u32,
    pub returned: u32,
    approval_url: String,
}

struct Inner {
    payments: BTreeMap<String, Payment>,
    approve: Fault,
    cancel: Fault,
    order: Fault,
}

#[derive(Clone)]
pub struct PayStub {
    pub base_url: String,
    inner: Arc<Mutex<Inner>>,
}

impl PayStub {
    pub async fn start() -> PayStub {
        let inner = Arc::new(Mutex::new(Inner {
            payments: BTreeMap::new(),
            approve: Fault::None,
            cancel: Fault::None,
            order: Fault::None,
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/online/v1/payment/ready", post(ready))
            .route("/online/v1/payment/approve", post(approve))
            .route("/online/v1/payment/order", post(order))
            .route("/online/v1/payment/cancel", post(cancel))
            .route("/toss/v1/payments/orders/{order}", get(toss_order))
            .route("/toss/v1/payments/{key}/cancel", post(toss_cancel))
            .with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        PayStub { base_url, inner }
    }

    pub fn set_approve(&self, fault: Fault) {
        self.inner.lock().unwrap().approve = fault;
    }

    pub fn set_cancel(&self, fault: Fault) {
        self.inner.lock().unwrap().cancel = fault;
    }

    pub fn set_order(&self, fault: Fault) {
        self.inner.lock().unwrap().order = fault;
    }

    pub fn payments(&self) -> Vec<Payment> {
        self.inner.lock().unwrap().payments.values().cloned().collect()
    }

    pub fn payment(&self, tid: &str) -> Payment {
        self.inner.lock().unwrap().payments[tid].clone()
    }

    /// The payer agrees on the page at `pc`: the address that they are sent back to.
    pub fn agree(&self, pc: &str) -> String {
        let tid = pc.rsplit('/').next().unwrap();
        let mut inner = self.inner.lock().unwrap();
        let payment = inner.payments.get_mut(tid).unwrap();
        payment.status = "AUTH_PASSWORD";
        format!("{}&pg_token=proof-{tid}", payment.approval_url)
    }

    /// A payment that a runtime took, as if by itself.
    pub fn put_paid(&self, tid: &str, order: &str, amount: i64) {
        let payment = Payment {
            order: order.to_owned(),
            user: "someone".to_owned(),
            amount,
            status: "SUCCESS_PAYMENT",
            cancelled: 0,
            taken: 1,
            returned: 0,
            approval_url: String::new(),
        };
        self.inner.lock().unwrap().payments.insert(tid.to_owned(), payment);
    }
}

type Shared = State<Arc<Mutex<Inner>>>;

async fn ready(State(inner): Shared, axum::Json(body): axum::Json<Value>) -> Response {
    let mut inner = inner.lock().unwrap();
    let tid = format!("T{:019}", inner.payments.len() + 1);
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let payment = Payment {
        order: text("partner_order_id"),
        user: text("partner_user_id"),
        amount: body["total_amount"].as_i64().unwrap(),
        status: "READY",
        cancelled: 0,
        taken: 0,
        returned: 0,
        approval_url: text("approval_url"),
    };
    inner.payments.insert(tid.clone(), payment);
    let url = format!("http://pay.example/{tid}");
    axum::Json(json!({
        "tid": tid, "next_redirect_app_url": url, "next_redirect_mobile_url": url,
        "next_redirect_pc_url": url, "created_at": "2026-11-23T10:00:00",
    }))
    .into_response()
}

async fn approve(State(inner): Shared, axum::Json(body): axum::Json<Value>) -> Response {
    let mut inner = inner.lock().unwrap();
    let fault = inner.approve;
    let tid = body["tid"].as_str().unwrap().to_owned();
    if fault == Fault::Down {
        return unavailable();
    }
    let payment = inner.payments.get_mut(&tid).unwrap();
    match payment.status {
        "SUCCESS_PAYMENT" => return refuse(-702),
        "AUTH_PASSWORD" => {}
        _ => return refuse(-701),
    }
    if body["pg_token"] != format!("proof-{tid}").as_str() {
        return refuse(-708);
    }
    payment.status = "SUCCESS_PAYMENT";
    payment.taken += 1;
    answer(fault, described(&tid, payment))
}

async fn order(State(inner): Shared, axum::Json(body): axum::Json<Value>) -> Response {
    let inner = inner.lock().unwrap();
    if inner.order == Fault::Down {
        return unavailable();
    }
    let tid = body["tid"].as_str().unwrap();
    match inner.payments.get(tid) {
        Some(payment) => answer(inner.order, described(tid, payment)),
        None => refuse(-721),
    }
}

async fn cancel(State(inner): Shared, axum::Json(body): axum::Json<Value>) -> Response {
    let mut inner = inner.lock().unwrap();
    let fault = inner.cancel;
    if fault == Fault::Down {
        return unavailable();
    }
    let tid = body["tid"].as_str().unwrap().to_owned();
    let payment = inner.payments.get_mut(&tid).unwrap();
    let amount = body["cancel_amount"].as_i64().unwrap();
    if amount > payment.amount - payment.cancelled {
        return refuse(-710);
    }
    payment.cancelled += amount;
    payment.returned += 1;
    payment.status =
        if payment.cancelled == payment.amount { "CANCEL_PAYMENT" } else { "PART_CANCEL_PAYMENT" };
    let mut described = described(&tid, payment);
    described["approved_cancel_amount"] = amounts(amount);
    answer(fault, described)
}

fn described(tid: &str, payment: &Payment) -> Value {
    json!({
        "aid": format!("A{tid}"), "tid": tid, "cid": "TC0ONETIME", "status": payment.status,
        "partner_order_id": payment.order, "partner_user_id": payment.user,
        "payment_method_type": "MONEY", "item_name": "x", "quantity": 1,
        "amount": amounts(payment.amount),
        "canceled_amount": amounts(payment.cancelled),
        "cancel_available_amount": amounts(payment.amount - payment.cancelled),
        "created_at": "2026-11-23T10:00:00", "approved_at": "2026-11-23T10:01:00",
    })
}

fn amounts(total: i64) -> Value {
    json!({ "total": total, "tax_free": 0, "vat": 0, "point": 0, "discount": 0, "green_deposit": 0 })
}

/// With a fault, the answer breaks off after its head.
fn answer(fault: Fault, body: Value) -> Response {
    match fault {
        Fault::LoseAnswer => lost(),
        Fault::None | Fault::Down => axum::Json(body).into_response(),
    }
}

fn lost() -> Response {
    let broken = futures_util::stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("gone")) });
    Response::builder().header("content-type", "application/json").body(Body::from_stream(broken)).unwrap()
}

fn refuse(code: i64) -> Response {
    let body = json!({ "error_code": code, "error_message": "refused" });
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "maintenance").into_response()
}

/// How Toss says the same.
fn toss_answer(key: &str, payment: &Payment) -> Response {
    let status = match payment.status {
        "SUCCESS_PAYMENT" => "DONE",
        "PART_CANCEL_PAYMENT" => "PARTIAL_CANCELED",
        "CANCEL_PAYMENT" => "CANCELED",
        _ => "IN_PROGRESS",
    };
    let cancels = (payment.cancelled > 0).then(|| json!([{ "cancelAmount": payment.cancelled }]));
    axum::Json(json!({
        "paymentKey": key, "orderId": payment.order, "status": status, "method": "카드",
        "totalAmount": payment.amount, "balanceAmount": payment.amount - payment.cancelled,
        "cancels": cancels,
    }))
    .into_response()
}

async fn toss_order(State(inner): Shared, Path(order): Path<String>) -> Response {
    let inner = inner.lock().unwrap();
    if inner.order == Fault::Down {
        return unavailable();
    }
    match inner.payments.iter().find(|(_, payment)| payment.order == order) {
        Some((key, payment)) => toss_answer(key, payment),
        None => {
            let body = json!({"code": "NOT_FOUND_PAYMENT", "message": "no"});
            (StatusCode::NOT_FOUND, axum::Json(body)).into_response()
        }
    }
}

async fn toss_cancel(
    State(inner): Shared,
    Path(key): Path<String>,
    axum::Json(body): axum::Json<Value>,
) -> Response {
    let mut inner = inner.lock().unwrap();
    let fault = inner.cancel;
    if fault == Fault::Down {
        return unavailable();
    }
    let payment = inner.payments.get_mut(&key).unwrap();
    let amount = body["cancelAmount"].as_i64().unwrap();
    assert!(amount <= payment.amount - payment.cancelled, "Toss gives back no more than there is");
    payment.cancelled += amount;
    payment.returned += 1;
    payment.status =
        if payment.cancelled == payment.amount { "CANCEL_PAYMENT" } else { "PART_CANCEL_PAYMENT" };
    if fault == Fault::LoseAnswer {
        return lost();
    }
    toss_answer(&key, payment)
}
