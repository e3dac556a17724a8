//! A ledger of the tests' own: stores what it is sent as the control plane must, and fails on demand.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use control_plane_core::ledger::{Acknowledged, Batch, Entry, Head, OrderEvent, RefundOrder};
use serde_json::json;
use tokio::net::TcpListener;

pub const TOKEN: &str = "sim-ledger-credential";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The batch is stored, and the answer is lost.
    ForgetsToAnswer,
    /// Nothing is stored.
    Down,
}

#[derive(Default)]
struct Pages {
    entries: Vec<Entry>,
    troubles: Vec<Trouble>,
    refunds: Vec<RefundOrder>,
    batches: usize,
}

#[derive(Clone)]
pub struct Ledger {
    pub url: String,
    pages: Arc<Mutex<Pages>>,
}

impl Ledger {
    pub async fn start() -> Ledger {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ledger =
            Ledger { url: format!("http://{}", listener.local_addr().unwrap()), pages: Arc::default() };
        let router = Router::new()
            .route("/api/v1/runtime/deals/{deal}/events", post(store))
            .with_state(ledger.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        ledger
    }

    pub fn trouble(&self, trouble: Trouble) {
        self.pages.lock().unwrap().troubles.push(trouble);
    }

    /// From now on it stores what it is sent.
    pub fn recover(&self) {
        self.pages.lock().unwrap().troubles.clear();
    }

    pub fn ask_refund(&self, order: &str) {
        let refund =
            RefundOrder { order: order.parse().unwrap(), reason: "마이 페이지에서 환불".into() };
        self.pages.lock().unwrap().refunds.push(refund);
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.pages.lock().unwrap().entries.clone()
    }

    pub fn events(&self) -> Vec<OrderEvent> {
        self.entries().iter().map(|entry| serde_json::from_str(&entry.event).unwrap()).collect()
    }

    pub fn batches(&self) -> usize {
        self.pages.lock().unwrap().batches
    }

    pub fn head(&self, deal: &str) -> Head {
        fold(deal, &self.entries())
    }
}

fn fold(deal: &str, entries: &[Entry]) -> Head {
    entries.iter().fold(Head::genesis(deal), |head, entry| head.push(entry).unwrap())
}

async fn store(
    State(ledger): State<Ledger>,
    Path(deal): Path<String>,
    headers: HeaderMap,
    Json(batch): Json<Batch>,
) -> Response {
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
    let mut pages = ledger.pages.lock().unwrap();
    pages.batches += 1;
    let trouble = pages.troubles.pop();
    if trouble == Some(Trouble::Down) {
        return (StatusCode::SERVICE_UNAVAILABLE, "down").into_response();
    }
    for entry in batch.entries {
        let known = usize::try_from(entry.sequence - 1).unwrap();
        match pages.entries.get(known) {
            Some(stored) => assert_eq!(stored, &entry, "a repeated event never differs"),
            None if known == pages.entries.len() => pages.entries.push(entry),
            None => {
                let body = json!({"code": "sequence_gap", "head": fold(&deal, &pages.entries)});
                return (StatusCode::CONFLICT, Json(body)).into_response();
            }
        }
    }
    if trouble == Some(Trouble::ForgetsToAnswer) {
        return (StatusCode::BAD_GATEWAY, "lost").into_response();
    }
    let refunded: Vec<String> = pages.entries.iter().map(|entry| entry.event.clone()).collect();
    let open = |refund: &RefundOrder| {
        !refunded.iter().any(|event| event.contains("refunded") && event.contains(&refund.order.to_string()))
    };
    let refunds = pages.refunds.iter().filter(|refund| open(refund)).cloned().collect();
    let answer = Acknowledged { head: fold(&deal, &pages.entries), refunds };
    Json(answer).into_response()
}
