//! The ledger: idempotent, without gaps, without contradictions, and each deal's own.

use axum::http::StatusCode;
use control_plane_core::ledger::{Delivery, Entry, Head, OrderEvent};
use crds::{PaymentProvider, Won};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, Platform, platform};

/// A deal's runtime, as far as the ledger sees it.
pub struct Runtime {
    pub deal: String,
    pub token: String,
    pub entries: Vec<Entry>,
}

impl Runtime {
    pub fn of(platform: &Platform, deal: &str) -> Runtime {
        Runtime::by(platform, deal, deal)
    }

    /// With the credential that is in `secret`.
    pub fn by(platform: &Platform, deal: &str, secret: &str) -> Runtime {
        let token = platform.cluster.secret(secret, "ledger-token");
        Runtime { deal: deal.to_owned(), token, entries: Vec::new() }
    }

    pub fn push(&mut self, event: &OrderEvent) {
        let sequence = u64::try_from(self.entries.len()).unwrap() + 1;
        self.entries.push(Entry { sequence, event: serde_json::to_string(event).unwrap() });
    }

    pub fn head(&self) -> Head {
        self.entries.iter().fold(Head::genesis(&self.deal), |head, entry| head.push(entry).unwrap())
    }

    pub async fn send(&self, platform: &Platform, range: std::ops::Range<usize>) -> (StatusCode, Value) {
        let entries = serde_json::to_value(&self.entries[range]).unwrap();
        platform.runtime(&self.deal, &self.token, Some(entries)).await
    }
}

pub fn paid(order: u128, shopper: &Person, at: Timestamp, amount: i64) -> OrderEvent {
    OrderEvent::Paid {
        order: Uuid::from_u128(order),
        at,
        shopper: shopper.user.0,
        product: Uuid::from_u128(1),
        product_name: "원두 1kg".to_owned(),
        quantity: 1,
        amount: Won(amount),
        payment_ref: format!("T-{order}"),
        provider: PaymentProvider::KakaoPay,
        method: "MONEY".to_owned(),
        delivery: Delivery {
            recipient: "박지민".to_owned(),
            phone: "+821012345678".to_owned(),
            postcode: "04524".to_owned(),
            line1: "서울 중구 세종대로 110".to_owned(),
            line2: "3층".to_owned(),
            note: String::new(),
        },
    }
}

pub fn refunded(order: u128, at: Timestamp, amount: i64) -> OrderEvent {
    OrderEvent::Refunded {
        order: Uuid::from_u128(order),
        at,
        amount: Won(amount),
        reason: "마음이 바뀌었어요".to_owned(),
    }
}

async fn open_deal(platform: &Platform, slug: &str) -> Runtime {
    let owner = platform.seller(slug).await;
    let (_, name) = platform.deal(&owner, 7_200).await;
    Runtime::of(platform, &name)
}

#[tokio::test]
async fn batches_are_kept_once_and_chained() {
    let platform = platform().await;
    let shopper = platform.shopper("박지민").await;
    let mut runtime = open_deal(&platform, "hanbit").await;
    let now = platform.now();
    for order in 1..=4 {
        runtime.push(&paid(order, &shopper, now, 1_000));
    }
    runtime.push(&refunded(2, now, 1_000));

    let (status, answer) = runtime.send(&platform, 0..2).await;
    assert_eq!((status, &answer["head"]["count"]), (StatusCode::OK, &json!(2)), "{answer}");
    assert_eq!(runtime.send(&platform, 0..2).await, (status, answer), "again is the same");
    let (status, answer) = runtime.send(&platform, 1..5).await;
    assert_eq!((status, &answer["head"]["count"]), (StatusCode::OK, &json!(5)), "overlapping: {answer}");
    assert_eq!(answer["head"]["digest"], runtime.head().digest);
    let (_, head) = platform.runtime(&runtime.deal, &runtime.token, None).await;
    assert_eq!(head, answer["head"]);

    let (_, orders) = platform.get(&shopper, "/me/orders").await;
    let states: Vec<_> = orders["items"].as_array().unwrap().iter().map(|o| &o["state"]).collect();
    assert_eq!(states, [&json!("paid"), &json!("paid"), &json!("refunded"), &json!("paid")]);
}

#[tokio::test]
async fn gaps_and_contradictions_change_nothing() {
    let platform = platform().await;
    let shopper = platform.shopper("박지민").await;
    let mut runtime = open_deal(&platform, "hanbit").await;
    let now = platform.now();
    for order in 1..=3 {
        runtime.push(&paid(order, &shopper, now, 1_000));
    }
    let (status, problem) = runtime.send(&platform, 1..3).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("sequence_gap")));
    runtime.send(&platform, 0..1).await;
    let before = platform.runtime(&runtime.deal, &runtime.token, None).await;

    let entry = |sequence: u64, event: &OrderEvent| json!({"sequence": sequence, "event": serde_json::to_string(event).unwrap()});
    let second = entry(2, &paid(2, &shopper, now, 1_000));
    for (entries, status, code) in [
        (json!([entry(1, &paid(1, &shopper, now, 2_000))]), 409, "ledger_conflict"),
        (json!([entry(2, &paid(1, &shopper, now, 1_000))]), 409, "ledger_conflict"),
        (json!([entry(2, &refunded(9, now, 1_000))]), 409, "ledger_conflict"),
        (json!([entry(2, &refunded(1, now, 1_001))]), 409, "ledger_conflict"),
        (json!([second, entry(2, &paid(3, &shopper, now, 1_000))]), 409, "sequence_gap"),
        (json!([second, entry(4, &paid(3, &shopper, now, 1_000))]), 409, "sequence_gap"),
        (json!([entry(0, &paid(3, &shopper, now, 1_000))]), 409, "sequence_gap"),
        // The first entry of these would be fine: a batch is taken whole or not at all.
        (json!([second, entry(3, &refunded(9, now, 1))]), 409, "ledger_conflict"),
        (json!([second, {"sequence": 3, "event": "{}"}]), 422, "invalid_input"),
        (json!([{"sequence": 2, "event": "x", "extra": 1}]), 422, "invalid_body"),
        (json!((0..501).map(|_| second.clone()).collect::<Vec<_>>()), 422, "invalid_input"),
    ] {
        let (answered, problem) =
            platform.runtime(&runtime.deal, &runtime.token, Some(entries.clone())).await;
        assert_eq!((answered.as_u16(), &problem["code"]), (status, &json!(code)), "{entries}");
    }
    assert_eq!(platform.runtime(&runtime.deal, &runtime.token, None).await, before);
    let (status, _) = runtime.send(&platform, 0..3).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_deal_reaches_its_own_ledger_alone() {
    let platform = platform().await;
    let shopper = platform.shopper("박지민").await;
    let mut one = open_deal(&platform, "one").await;
    let mut two = open_deal(&platform, "two").await;
    one.push(&paid(1, &shopper, platform.now(), 1_000));
    let entries = serde_json::to_value(&one.entries).unwrap();
    for token in [two.token.as_str(), "", "0"] {
        let (status, problem) = platform.runtime(&one.deal, token, Some(entries.clone())).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{problem}");
        assert_eq!(platform.runtime(&one.deal, token, None).await.0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(platform.runtime("nobody-20261123-1200", &one.token, None).await.0.as_u16(), 401);
    assert_eq!(one.send(&platform, 0..1).await.0, StatusCode::OK);

    // Neither can it take, or refund, an order of another deal.
    two.push(&paid(1, &shopper, platform.now(), 1_000));
    assert_eq!(two.send(&platform, 0..1).await.1["code"], "ledger_conflict");
    two.entries.clear();
    two.push(&refunded(1, platform.now(), 1_000));
    assert_eq!(two.send(&platform, 0..1).await.1["code"], "ledger_conflict");
}

#[tokio::test]
async fn the_same_batch_from_many_at_once_is_kept_once() {
    let platform = platform().await;
    let shopper = platform.shopper("박지민").await;
    let mut runtime = open_deal(&platform, "hanbit").await;
    for order in 1..=300 {
        runtime.push(&paid(order, &shopper, platform.now(), 1_000));
    }
    let sends = (0..6).map(|_| runtime.send(&platform, 0..300));
    for (status, answer) in futures_util::future::join_all(sends).await {
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer["head"]["digest"], runtime.head().digest);
    }
    let (_, page) = platform.get(&shopper, "/me/orders?limit=100").await;
    let mut seen = page["items"].as_array().unwrap().len();
    let mut cursor = page["nextCursor"].as_str().map(str::to_owned);
    while let Some(after) = cursor {
        let (_, page) = platform.get(&shopper, &format!("/me/orders?limit=100&cursor={after}")).await;
        seen += page["items"].as_array().unwrap().len();
        cursor = page["nextCursor"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, 300);
}
