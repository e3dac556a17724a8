//! Many at once for what only one may have. SQLite lets writers in one by one; elsewhere they meet in
//! the tables, and whoever comes second must find what the first has done.

use axum::http::StatusCode;
use control_plane::http::site::Site;
use control_plane_core::ledger::Head;
use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::ledger::{Runtime, paid};
use crate::support::{Owner, Platform, platform, rental_body};

const RIVALS: usize = 12;

fn window(platform: &Platform) -> Value {
    let opens_at = platform.now() + SignedDuration::from_hours(2);
    rental_body("light", opens_at, opens_at + SignedDuration::from_hours(1))
}

/// The same window, asked for once with each of these keys at the same time.
async fn book(platform: &Platform, owner: &Owner, keys: &[String]) -> Vec<(StatusCode, Value)> {
    let path = format!("/companies/{}/rentals", owner.company);
    let asked = keys
        .iter()
        .map(|key| platform.call(&owner.person, "POST", &path, Some(window(platform)), Some(key.as_str())));
    join_all(asked).await
}

async fn rentals(platform: &Platform, owner: &Owner) -> usize {
    let (_, list) = platform.get(&owner.person, &format!("/companies/{}/rentals", owner.company)).await;
    list["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn one_request_sent_by_many_is_done_once() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let answers = book(&platform, &owner, &vec!["same".to_owned(); RIVALS]).await;
    for answer in &answers {
        assert_eq!(answer.0, StatusCode::CREATED, "{answer:?}");
        assert_eq!(answer, &answers[0]);
    }
    assert_eq!(rentals(&platform, &owner).await, 1);
}

#[tokio::test]
async fn a_slot_is_booked_by_one() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let keys: Vec<_> = (0..RIVALS).map(|rival| format!("key-{rival}")).collect();
    let answers = book(&platform, &owner, &keys).await;
    let booked = answers.iter().filter(|(status, _)| *status == StatusCode::CREATED).count();
    assert_eq!(booked, 1, "{answers:?}");
    for (_, problem) in answers.iter().filter(|(status, _)| *status != StatusCode::CREATED) {
        assert_eq!(problem["errors"][0]["code"], "window_taken", "{problem}");
    }
    assert_eq!(rentals(&platform, &owner).await, 1);
}

#[tokio::test]
async fn keys_that_differ_in_a_letters_size_are_two() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let answers = book(&platform, &owner, &["k".to_owned()]).await;
    assert_eq!(answers[0].0, StatusCode::CREATED);
    let answers = book(&platform, &owner, &["K".to_owned()]).await;
    assert_eq!(answers[0].1["errors"][0]["code"], "window_taken", "{answers:?}");
}

#[tokio::test]
async fn a_fee_is_taken_once_however_many_come_back() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let rental = platform.book(&owner, 7_200).await["id"].as_str().unwrap().to_owned();
    let back = platform.agree(&owner, &rental).await;
    let told = join_all((0..RIVALS).map(|_| platform.come_back(&back))).await;
    assert!(told.iter().all(|told| told == "paid" || told == "pending"), "{told:?}");
    assert!(told.iter().any(|told| told == "paid"), "{told:?}");
    platform.work().await;
    assert_eq!(platform.come_back(&back).await, "paid");
    assert_eq!(platform.pay.payments().iter().map(|payment| payment.taken).sum::<u32>(), 1);
    let path = format!("/companies/{}/rentals/{rental}", owner.company);
    assert_eq!(platform.get(&owner.person, &path).await.1["state"], "paid");
}

#[tokio::test]
async fn a_fee_is_settled_once_however_many_say_so() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let rental = platform.book(&owner, 7_200).await["id"].as_str().unwrap().to_owned();
    let back = platform.agree(&owner, &rental).await;
    platform.pay.set_approve(crate::support::gateway::Fault::LoseAnswer);
    assert_eq!(platform.come_back(&back).await, "pending");
    let fee = back.split_once("payment=").unwrap().1.split('&').next().unwrap();
    let fee = fee.parse::<uuid::Uuid>().unwrap().into();
    let settled = (0..RIVALS).map(|_| control_plane::rentals::fee::settle::paid(&platform.state, fee));
    for result in join_all(settled).await {
        result.expect("whoever comes later finds it paid");
    }
    let path = format!("/companies/{}/rentals/{rental}", owner.company);
    assert_eq!(platform.get(&owner.person, &path).await.1["state"], "paid");
}

#[tokio::test]
async fn of_rival_batches_one_is_kept() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let shopper = platform.shopper("박지민").await;
    let (_, deal) = platform.deal(&owner, 7_200).await;
    let runtimes: Vec<Runtime> = (1_u128..)
        .take(RIVALS)
        .map(|order| {
            let mut runtime = Runtime::of(&platform, &deal);
            runtime.push(&paid(order, &shopper, platform.now(), 1_000));
            runtime
        })
        .collect();
    let answers = join_all(runtimes.iter().map(|runtime| runtime.send(&platform, 0..1))).await;
    let kept: Vec<Head> = runtimes
        .iter()
        .zip(&answers)
        .filter(|(_, (status, _))| *status == StatusCode::OK)
        .map(|(runtime, _)| runtime.head())
        .collect();
    assert_eq!(kept.len(), 1, "{answers:?}");
    for (_, problem) in answers.iter().filter(|(status, _)| *status != StatusCode::OK) {
        assert_eq!(problem["code"], "ledger_conflict", "{problem}");
    }
    let (_, head) = platform.runtime(&deal, &runtimes[0].token, None).await;
    assert_eq!((&head["count"], &head["digest"]), (&json!(1), &json!(kept[0].digest)));
    let (_, orders) = platform.get(&shopper, "/me/orders").await;
    assert_eq!(orders["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refund_is_asked_for_once() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let shopper = platform.shopper("박지민").await;
    let (_, deal) = platform.deal(&owner, 7_200).await;
    let mut runtime = Runtime::of(&platform, &deal);
    runtime.push(&paid(1, &shopper, platform.now(), 1_000));
    assert_eq!(runtime.send(&platform, 0..1).await.0, StatusCode::OK);
    let path = format!("/me/orders/{}/refund", uuid::Uuid::from_u128(1));
    let asked =
        join_all((0..RIVALS).map(|_| platform.post(&shopper, &path, json!({"reason": "변심"})))).await;
    for (status, answer) in &asked {
        assert!(status.is_success(), "{answer}");
        assert_eq!(answer["state"], "refunding", "{answer}");
    }
    let (_, answer) = runtime.send(&platform, 0..1).await;
    assert_eq!(answer["refunds"].as_array().unwrap().len(), 1, "{answer}");
}

#[tokio::test]
async fn signs_that_no_database_need_keep_are_refused() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let mut body = window(&platform);
    body["title"] = json!("가을\u{0} 원두");
    let (status, problem) =
        platform.post(&owner.person, &format!("/companies/{}/rentals", owner.company), body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let (status, found) = platform.open(Site::Ddib, "/api/v1/deals?q=%00").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{found}");
}
