//! The calendar: what may be booked, and that capacity holds however many book at once.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{Owner, Platform, field_code, platform, platform_with, rental_body};

const HOUR_SECONDS: i64 = 3_600;

async fn try_book(
    platform: &Platform,
    owner: &Owner,
    plan: &str,
    after: i64,
    length: i64,
) -> (StatusCode, Value) {
    let opens_at = platform.now() + SignedDuration::from_secs(after);
    let body = rental_body(plan, opens_at, opens_at + SignedDuration::from_secs(length));
    platform.post(&owner.person, &format!("/companies/{}/rentals", owner.company), body).await
}

#[tokio::test]
async fn windows_obey_the_rules() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let day = 24 * HOUR_SECONDS;
    for (after, length, code) in [
        (-HOUR_SECONDS, HOUR_SECONDS, "window_past"),
        (60 * 30, HOUR_SECONDS, "window_past"),
        (2 * HOUR_SECONDS, 0, "window_order"),
        (2 * HOUR_SECONDS, -300, "window_order"),
        (2 * HOUR_SECONDS, 300, "window_too_short"),
        (2 * HOUR_SECONDS, day + 300, "window_too_long"),
        (2 * HOUR_SECONDS + 7, HOUR_SECONDS, "window_off_grid"),
        (91 * day, HOUR_SECONDS, "window_too_far"),
    ] {
        let (status, problem) = try_book(&platform, &owner, "light", after, length).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(field_code(&problem), code, "{problem}");
    }
    let (status, problem) = try_book(&platform, &owner, "huge", 2 * HOUR_SECONDS, HOUR_SECONDS).await;
    assert_eq!((status.as_u16(), field_code(&problem)), (422, "plan_unknown"));

    let (status, rental) = try_book(&platform, &owner, "light", 2 * HOUR_SECONDS, HOUR_SECONDS).await;
    assert_eq!(status, StatusCode::CREATED, "{rental}");
    assert_eq!(rental["state"], "awaitingPayment");
    assert_eq!(rental["fee"], 30_000);
    let (_, problem) = try_book(&platform, &owner, "light", 3 * HOUR_SECONDS, HOUR_SECONDS).await;
    assert_eq!(field_code(&problem), "window_taken", "the margins count as well");
}

#[tokio::test]
async fn unknown_and_wrong_fields_are_refused() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let path = format!("/companies/{}/rentals", owner.company);
    let opens_at = platform.now() + SignedDuration::from_secs(7_200);
    let good = rental_body("light", opens_at, opens_at + SignedDuration::from_secs(3_600));
    let changed = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, status) in [
        (changed("discount", json!(1)), 422),
        (changed("opensAt", json!("tomorrow")), 422),
        (changed("title", json!("")), 422),
        (changed("title", json!("가".repeat(61))), 422),
        (changed("category", json!("weapons")), 422),
        (json!({}), 422),
    ] {
        let (answered, problem) = platform.post(&owner.person, &path, body.clone()).await;
        assert_eq!(answered.as_u16(), status, "{body} {problem}");
    }
    let (status, problem) = platform.call(&owner.person, "POST", &path, Some(good), None).await;
    assert_eq!((status.as_u16(), &problem["code"]), (400, &json!("idempotency_key_missing")));
    let (_, list) = platform.get(&owner.person, &path).await;
    assert_eq!(list["items"], json!([]), "nothing was booked");
}

#[tokio::test]
async fn a_request_may_be_sent_twice() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let path = format!("/companies/{}/rentals", owner.company);
    let opens_at = platform.now() + SignedDuration::from_secs(7_200);
    let body = rental_body("light", opens_at, opens_at + SignedDuration::from_secs(3_600));
    let first = platform.call(&owner.person, "POST", &path, Some(body.clone()), Some("k1")).await;
    let again = platform.call(&owner.person, "POST", &path, Some(body.clone()), Some("k1")).await;
    assert_eq!(first.0, StatusCode::CREATED);
    assert_eq!(first, again);
    let mut other = body;
    other["title"] = json!("다른 제목");
    let (status, problem) = platform.call(&owner.person, "POST", &path, Some(other), Some("k1")).await;
    assert_eq!((status.as_u16(), &problem["code"]), (422, &json!("idempotency_key_reused")));
}

#[tokio::test]
async fn capacity_holds_against_fifty_at_once() {
    // Room for seven of the small plan at any instant.
    let platform = platform_with(|config| config.capacity.shoppers_max = 15_000).await;
    let mut owners = Vec::new();
    for index in 0..50 {
        owners.push(platform.seller(&format!("shop{index}")).await);
    }
    let bookings = owners.iter().map(|owner| try_book(&platform, owner, "light", 7_200, HOUR_SECONDS));
    let answers = futures_util::future::join_all(bookings).await;
    let booked = answers.iter().filter(|(status, _)| *status == StatusCode::CREATED).count();
    assert_eq!(booked, 7, "15,000 / 2,000");
    for (status, problem) in &answers {
        if *status != StatusCode::CREATED {
            assert_eq!(field_code(problem), "capacity_exceeded", "{problem}");
        }
    }
    let from = platform.now();
    let to = from + SignedDuration::from_secs(6 * HOUR_SECONDS);
    let (status, calendar) =
        platform.get(&owners[0].person, &format!("/calendar?from={from}&to={to}&plan=light")).await;
    assert_eq!(status, StatusCode::OK, "{calendar}");
    let hours = calendar["slots"].as_array().unwrap();
    assert_eq!(hours.len(), 6);
    let (hour, empty) = (&hours[2], &hours[5]);
    assert_eq!((&hour["used"], &hour["free"], &hour["fits"]), (&json!(14_000), &json!(1_000), &json!(false)));
    assert_eq!((&empty["used"], &empty["fits"]), (&json!(0), &json!(true)));
}

#[tokio::test]
async fn a_window_that_nobody_pays_for_is_free_again() {
    let platform = platform_with(|config| config.capacity.shoppers_max = 2_000).await;
    let (one, two) = (platform.seller("one").await, platform.seller("two").await);
    let rental = platform.book(&one, 7_200).await;
    let (_, problem) = try_book(&platform, &two, "light", 7_200, HOUR_SECONDS).await;
    assert_eq!(field_code(&problem), "capacity_exceeded");

    platform.advance_seconds(1_799);
    platform.work().await;
    let path = format!("/companies/{}/rentals/{}", one.company, rental["id"].as_str().unwrap());
    let one_again = platform.again(&one.person);
    assert_eq!(platform.get(&one_again, &path).await.1["state"], "awaitingPayment");
    platform.advance_seconds(1);
    platform.work().await;
    let one_again = platform.again(&one.person);
    assert_eq!(platform.get(&one_again, &path).await.1["state"], "expired");
    let (status, problem) = platform.post(&one_again, &format!("{path}/payment"), Value::Null).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("rental_expired")));

    let two = Owner { person: platform.again(&two.person), ..two };
    let (status, answer) = try_book(&platform, &two, "light", 5_400, HOUR_SECONDS).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
}

#[tokio::test]
async fn rentals_are_the_companys_own() {
    let platform = platform().await;
    let (one, two) = (platform.seller("one").await, platform.seller("two").await);
    let rental = platform.book(&one, 7_200).await;
    let id = rental["id"].as_str().unwrap();
    for company in [one.company, two.company] {
        for (method, rest, body) in [
            ("GET", "", None),
            ("POST", "/payment", Some(Value::Null)),
            ("GET", "/products", None),
            ("GET", "/orders", None),
            ("GET", "/settlement", None),
            ("GET", "/settlement.csv", None),
            ("GET", "/settlement.html", None),
            ("GET", "/settlement.jsonl", None),
            ("PATCH", "/live", Some(json!({"paused": true}))),
        ] {
            let path = format!("/companies/{company}/rentals/{id}{rest}");
            let (status, problem) = platform.call(&two.person, method, &path, body, Some("k")).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path} {problem}");
        }
    }
}
