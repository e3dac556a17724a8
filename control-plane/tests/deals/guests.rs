//! Guests by link: who may make them, for which deal, and how many.

use axum::http::StatusCode;
use control_plane::audit;
use control_plane::http::site::Site;
use control_plane::identity::tokens::issuer_name;
use control_plane_token::GuestVerifier;
use serde_json::{Value, json};

use crate::support::{Owner, Platform, field_code, platform};

async fn invite(platform: &Platform, owner: &Owner, rental: &str, count: Value) -> (StatusCode, Value) {
    let person = platform.again(&owner.person);
    let path = format!("/companies/{}/rentals/{rental}/guests", owner.company);
    platform.call(&person, "POST", &path, Some(json!({ "count": count })), None).await
}

fn links(body: &Value) -> Vec<String> {
    body["links"].as_array().unwrap().iter().map(|link| link.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_owner_makes_links_that_the_deal_can_check() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, deal) = platform.deal(&owner, 7_200).await;
    let (status, made) = invite(&platform, &owner, &id, json!(3)).await;
    assert_eq!((status, &made["made"]), (StatusCode::CREATED, &json!(3)), "{made}");
    platform.advance_seconds(1);
    let (_, more) = invite(&platform, &owner, &id, json!(1)).await;
    assert_eq!(more["made"], 4);

    let (jwks, issuer) = (platform.state.tokens.jwks(), issuer_name(&platform.state.config));
    let verifier = GuestVerifier::from_jwks(jwks, &issuer, &deal).unwrap();
    let other = GuestVerifier::from_jwks(jwks, &issuer, "hanbit-20261123-1300").unwrap();
    let mut numbers = Vec::new();
    for link in links(&made).iter().chain(&links(&more)) {
        let token = link.strip_prefix("http://hanbit.ddib.localhost:8080/queue/guest/").unwrap();
        numbers.push(verifier.verify(token, platform.now()).unwrap().number);
        assert!(other.verify(token, platform.now()).is_err());
        let closes_at = platform.now() + jiff::SignedDuration::from_secs(7_200 + 3_600);
        assert!(verifier.verify(token, closes_at).is_err(), "good until the deal closes");
    }
    assert_eq!(numbers, [1, 2, 3, 4]);

    let path = format!("/companies/{}/rentals/{id}", owner.company);
    assert_eq!(platform.get(&owner.person, &path).await.1["guestLinks"], 4);
    let deeds = audit::of_company(platform.state.db.read(), owner.company).await.unwrap();
    let deeds: Vec<_> = deeds.iter().filter(|deed| deed.action == "deal.guests_invited").collect();
    assert_eq!(deeds.len(), 2);
    assert_eq!(
        (deeds[0].actor, deeds[0].subject.as_str(), deeds[0].detail.as_str(), deeds[1].detail.as_str()),
        (Some(owner.person.user), id.as_str(), "1 to 3", "4 to 4")
    );
}

#[tokio::test]
async fn a_request_and_a_deal_have_bounds() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, _) = platform.deal(&owner, 7_200).await;
    for count in [0, 201, u32::MAX] {
        let (status, problem) = invite(&platform, &owner, &id, json!(count)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{count}");
        assert_eq!(field_code(&problem), "guest_count_invalid");
    }
    for count in [json!(-1), json!("3"), Value::Null] {
        let status = invite(&platform, &owner, &id, count.clone()).await.0;
        assert!(status.is_client_error(), "{count}: {status}");
    }
    for _ in 0..5 {
        assert_eq!(invite(&platform, &owner, &id, json!(200)).await.0, StatusCode::CREATED);
    }
    let (status, problem) = invite(&platform, &owner, &id, json!(1)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("guest_links_exhausted")));
}

#[tokio::test]
async fn requests_at_once_never_give_a_number_twice() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, _) = platform.deal(&owner, 7_200).await;
    let (a, b, c) = tokio::join!(
        invite(&platform, &owner, &id, json!(5)),
        invite(&platform, &owner, &id, json!(5)),
        invite(&platform, &owner, &id, json!(5))
    );
    let all: std::collections::BTreeSet<String> =
        [a, b, c].iter().flat_map(|(_, body)| links(body)).collect();
    assert_eq!(all.len(), 15);
}

#[tokio::test]
async fn only_the_owner_of_a_deal_that_is_on_makes_links() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, _) = platform.deal(&owner, 7_200).await;
    let other = platform.seller("dalbit").await;
    let (status, problem) = invite(&platform, &other, &id, json!(1)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("rental_unknown")));
    let stranger = Owner { company: owner.company, person: other.person };
    assert_eq!(invite(&platform, &stranger, &id, json!(1)).await.0, StatusCode::NOT_FOUND);
    let shopper = Owner { company: owner.company, person: platform.person("손님", Site::Ddib).await };
    assert_eq!(invite(&platform, &shopper, &id, json!(1)).await.0, StatusCode::UNAUTHORIZED);

    let unpaid = platform.book(&owner, 176_400).await["id"].as_str().unwrap().to_owned();
    let (status, problem) = invite(&platform, &owner, &unpaid, json!(1)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("deal_not_live")));
    platform.advance_seconds(7_200 + 3_600);
    let (status, problem) = invite(&platform, &owner, &id, json!(1)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("deal_not_live")));
}
