//! Paying the fee: once, whatever the gateway says or does not say.

use axum::http::StatusCode;
use control_plane::http::site::Site;
use serde_json::{Value, json};

use crate::support::gateway::Fault;
use crate::support::{Owner, Platform, platform};

async fn booked(platform: &Platform) -> (Owner, String) {
    let owner = platform.seller("hanbit").await;
    let rental = platform.book(&owner, 7_200).await;
    (owner, rental["id"].as_str().unwrap().to_owned())
}

async fn state_of(platform: &Platform, owner: &Owner, rental: &str) -> Value {
    let person = platform.again(&owner.person);
    platform.get(&person, &format!("/companies/{}/rentals/{rental}", owner.company)).await.1["state"].clone()
}

#[tokio::test]
async fn a_fee_is_paid_once() {
    let platform = platform().await;
    let (owner, rental) = booked(&platform).await;
    let back = platform.agree(&owner, &rental).await;
    assert_eq!(platform.come_back(&back).await, "paid");
    assert_eq!(platform.come_back(&back).await, "paid", "coming back again changes nothing");
    assert_eq!(state_of(&platform, &owner, &rental).await, "paid");
    assert_eq!(platform.pay.payments().iter().map(|payment| payment.taken).sum::<u32>(), 1);
    let path = format!("/companies/{}/rentals/{rental}/payment", owner.company);
    let (status, problem) = platform.post(&owner.person, &path, Value::Null).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("rental_state")));
}

#[tokio::test]
async fn asking_again_gives_the_same_payment() {
    let platform = platform().await;
    let (owner, rental) = booked(&platform).await;
    let path = format!("/companies/{}/rentals/{rental}/payment", owner.company);
    let first = platform.post(&owner.person, &path, Value::Null).await;
    let second = platform.post(&owner.person, &path, Value::Null).await;
    assert_eq!(first.0, StatusCode::OK);
    assert_eq!(first, second);
    assert_eq!(platform.pay.payments().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_looked_up() {
    let platform = platform().await;
    let (owner, rental) = booked(&platform).await;
    let back = platform.agree(&owner, &rental).await;
    platform.pay.set_approve(Fault::LoseAnswer);
    assert_eq!(platform.come_back(&back).await, "pending");
    assert_eq!(state_of(&platform, &owner, &rental).await, "awaitingPayment");
    platform.work().await;
    assert_eq!(state_of(&platform, &owner, &rental).await, "paid");
    assert_eq!(platform.come_back(&back).await, "paid");
    assert_eq!(platform.pay.payments()[0].taken, 1);
}

#[tokio::test]
async fn a_window_is_kept_while_its_payment_is_in_doubt() {
    let platform = platform().await;
    let (owner, rental) = booked(&platform).await;
    let back = platform.agree(&owner, &rental).await;
    platform.pay.set_approve(Fault::LoseAnswer);
    platform.pay.set_order(Fault::Down);
    assert_eq!(platform.come_back(&back).await, "pending");
    platform.advance_seconds(1_900);
    platform.work().await;
    assert_eq!(state_of(&platform, &owner, &rental).await, "awaitingPayment", "the time to pay is over");
    platform.pay.set_order(Fault::None);
    platform.advance_seconds(120);
    platform.work().await;
    assert_eq!(state_of(&platform, &owner, &rental).await, "paid");
}

#[tokio::test]
async fn an_approval_that_never_arrived_is_asked_for_again() {
    let platform = platform().await;
    let (owner, rental) = booked(&platform).await;
    let back = platform.agree(&owner, &rental).await;
    platform.pay.set_approve(Fault::Down);
    assert_eq!(platform.come_back(&back).await, "pending");
    platform.work().await;
    assert_eq!(platform.pay.payments()[0].taken, 0);
    platform.pay.set_approve(Fault::None);
    platform.advance_seconds(5);
    platform.work().await;
    assert_eq!(state_of(&platform, &owner, &rental).await, "paid");
    assert_eq!(platform.pay.payments()[0].taken, 1);
}

#[tokio::test]
async fn only_the_payment_that_the_rental_names_is_taken() {
    let platform = platform().await;
    let (owner, rental) = booked(&platform).await;
    let first = platform.agree(&owner, &rental).await;
    // It is about to run out, so that another one is begun.
    platform.advance_seconds(15 * 60 - 30);
    let owner = Owner { person: platform.again(&owner.person), ..owner };
    let second = platform.agree(&owner, &rental).await;
    assert_ne!(first, second);
    assert_eq!(platform.come_back(&first).await, "failed");
    assert_eq!(platform.come_back(&second).await, "paid");
    assert_eq!(platform.pay.payments().iter().map(|payment| payment.taken).sum::<u32>(), 1);
}

#[tokio::test]
async fn forged_returns_take_nothing() {
    let platform = platform().await;
    let (owner, rental) = booked(&platform).await;
    let back = platform.agree(&owner, &rental).await;
    let forged = back.replace("proof-", "forged-");
    assert_ne!(platform.come_back(&forged).await, "paid");
    platform.work().await;
    assert_ne!(state_of(&platform, &owner, &rental).await, "paid");
    let stranger = uuid::Uuid::from_u128(7);
    for path in [
        format!("/api/v1/rentals/{stranger}/payment/approve?payment={stranger}&pg_token=x"),
        format!("/api/v1/rentals/{rental}/payment/approve?payment={stranger}&pg_token=x"),
    ] {
        let (status, _) = platform.open(Site::Bidd, &path).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    assert_eq!(platform.pay.payments()[0].taken, 0);
    let (status, _) = platform.open(Site::Bidd, &format!("/api/v1/rentals/{rental}/payment/cancel")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_key_pays_for_one_rental() {
    let platform = platform().await;
    let (owner, first) = booked(&platform).await;
    let second = platform.book(&owner, 36_000).await["id"].as_str().unwrap().to_owned();
    let pay = |rental: &str| format!("/companies/{}/rentals/{rental}/payment", owner.company);
    let (status, _) = platform.call(&owner.person, "POST", &pay(&first), None, Some("k")).await;
    assert_eq!(status, StatusCode::OK);
    let (status, problem) = platform.call(&owner.person, "POST", &pay(&second), None, Some("k")).await;
    assert_eq!((status.as_u16(), &problem["code"]), (422, &json!("idempotency_key_reused")));
}
