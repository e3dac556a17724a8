//! The address book.

use axum::http::Method;
use control_plane::http::site::Site;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::platform;

const PATH: &str = "/api/v1/me/addresses";

fn address() -> Value {
    json!({
        "recipient": "박지민", "phone": "010-1234-5678", "postcode": "06236",
        "line1": "서울 강남구 테헤란로 1", "line2": "101호", "note": "문 앞에 놓아 주세요",
    })
}

#[tokio::test]
async fn addresses_are_kept_and_removed() {
    let platform = platform().await;
    let mut shopper = platform.signed_in(Site::Ddib, 1, "박지민").await;
    let added = shopper.post(PATH, &address()).await;
    assert_eq!(added.status, 201, "{added:?}");
    assert_eq!(added.json()["phone"], "+821012345678");
    let mut other = platform.signed_in(Site::Ddib, 2, "최유나").await;
    assert_eq!(other.get(PATH).await.json()["items"], json!([]));
    let path = format!("{PATH}/{}", added.json()["id"].as_str().unwrap());
    let remove = other.json(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(remove.problem(), (404, "address_unknown".to_owned()), "an address of somebody else");
    assert_eq!(shopper.get(PATH).await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(shopper.json(Method::DELETE, &path, &Value::Null).await.status, 204);
    assert_eq!(shopper.json(Method::DELETE, &path, &Value::Null).await.problem().0, 404);
    for _ in 0..20 {
        assert_eq!(shopper.post(PATH, &address()).await.status, 201);
    }
    assert_eq!(shopper.post(PATH, &address()).await.problem(), (409, "too_many_addresses".to_owned()));
}

#[tokio::test]
async fn the_book_is_full_for_many_at_once_as_well() {
    let platform = platform().await;
    let shopper = platform.signed_in(Site::Ddib, 1, "박지민").await;
    let rivals = (0..24).map(|_| {
        let mut window = shopper.clone();
        async move { window.post(PATH, &address()).await.status.as_u16() }
    });
    let answers = join_all(rivals).await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 20, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 4, "{answers:?}");
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field() {
    let platform = platform().await;
    let mut shopper = platform.signed_in(Site::Ddib, 1, "박지민").await;
    for (field, value, code) in [
        ("recipient", json!(""), "recipient_invalid"),
        ("recipient", json!("가".repeat(41)), "recipient_invalid"),
        ("phone", json!("1"), "phone_invalid"),
        ("postcode", json!("6236"), "postcode_invalid"),
        ("line1", json!(" "), "line1_invalid"),
        ("line2", json!("가".repeat(101)), "line2_invalid"),
        ("note", json!("a\u{0}b"), "note_invalid"),
    ] {
        let mut bad = address();
        bad[field] = value;
        let answer = shopper.post(PATH, &bad).await;
        assert_eq!(answer.field_errors(), [(field.to_owned(), code.to_owned())]);
    }
    let mut portal = platform.signed_in(Site::Bidd, 1, "박지민").await;
    assert_eq!(portal.get(PATH).await.problem().0, 401, "a shopper is one at the storefront");
}
