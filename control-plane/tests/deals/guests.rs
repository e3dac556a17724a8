//! Guests by link: who may make and withdraw them, for which deal, and how many.

use axum::http::StatusCode;
use control_plane::audit;
use control_plane::http::site::Site;
use control_plane::identity::tokens::issuer_name;
use control_plane_token::GuestVerifier;
use crds::{LinkRange, Phase, TimeDealStatus};
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
    let counts = json!({"made": 4, "used": 0, "withdrawn": 0});
    assert_eq!(platform.get(&owner.person, &path).await.1["guestLinks"], counts);
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

async fn withdraw(platform: &Platform, owner: &Owner, rental: &str, body: Value) -> (StatusCode, Value) {
    let person = platform.again(&owner.person);
    let path = format!("/companies/{}/rentals/{rental}/guests/withdrawals", owner.company);
    platform.call(&person, "POST", &path, Some(body), None).await
}

async fn counts(platform: &Platform, owner: &Owner, rental: &str) -> Value {
    let person = platform.again(&owner.person);
    platform.get(&person, &format!("/companies/{}/rentals/{rental}", owner.company)).await.1["guestLinks"]
        .clone()
}

/// The deal says that these links have let somebody in.
async fn use_links(platform: &Platform, deal: &str, first: u32, last: u32) {
    let figures = crds::Figures { used_links: vec![LinkRange { first, last }], ..crds::Figures::default() };
    let status = TimeDealStatus { phase: Phase::Open, figures, ..TimeDealStatus::default() };
    platform.cluster.set_status(deal, status);
    platform.work().await;
}

#[tokio::test]
async fn an_owner_withdraws_links_by_name_and_the_deal_is_told() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, deal) = platform.deal(&owner, 7_200).await;
    let made = links(&invite(&platform, &owner, &id, json!(9)).await.1);
    assert_eq!(platform.cluster.deal(&deal).unwrap().spec.withdrawn_links, []);
    use_links(&platform, &deal, 2, 3).await;
    // As one pastes them: with blanks, the same one twice, and one that was used.
    let named = json!([made[0], format!(" {}\n", made[1]), made[4], made[4], made[5]]);
    let (status, body) = withdraw(&platform, &owner, &id, json!({"links": named})).await;
    assert_eq!((status, &body), (StatusCode::OK, &json!({"withdrawn": 3, "used": 1})));
    assert_eq!(counts(&platform, &owner, &id).await, json!({"made": 9, "used": 2, "withdrawn": 3}));
    platform.work().await;
    let told = platform.cluster.deal(&deal).unwrap().spec.withdrawn_links;
    assert_eq!(told, [LinkRange { first: 1, last: 1 }, LinkRange { first: 5, last: 6 }]);

    let (_, again) = withdraw(&platform, &owner, &id, json!({"links": [made[0]]})).await;
    assert_eq!(again, json!({"withdrawn": 0, "used": 0}), "once is enough");
    let deeds = audit::of_company(platform.state.db.read(), owner.company).await.unwrap();
    let deeds: Vec<_> = deeds.iter().filter(|deed| deed.action == "deal.guests_withdrawn").collect();
    assert_eq!(deeds.len(), 1);
    assert_eq!(
        (deeds[0].actor, deeds[0].subject.as_str(), deeds[0].detail.as_str()),
        (Some(owner.person.user), id.as_str(), "1, 5 to 6")
    );
}

#[tokio::test]
async fn an_owner_withdraws_all_links_that_nobody_has_used() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, deal) = platform.deal(&owner, 7_200).await;
    let (_, none) = withdraw(&platform, &owner, &id, json!({"all": true})).await;
    assert_eq!(none, json!({"withdrawn": 0, "used": 0}), "there are none yet");
    invite(&platform, &owner, &id, json!(200)).await;
    use_links(&platform, &deal, 7, 9).await;
    let (status, body) = withdraw(&platform, &owner, &id, json!({"all": true})).await;
    assert_eq!((status, &body), (StatusCode::OK, &json!({"withdrawn": 197, "used": 0})));
    // Those that are made later are good.
    invite(&platform, &owner, &id, json!(1)).await;
    // One let its guest in before the deal had heard.
    use_links(&platform, &deal, 7, 10).await;
    assert_eq!(counts(&platform, &owner, &id).await, json!({"made": 201, "used": 4, "withdrawn": 196}));
    platform.work().await;
    let told = platform.cluster.deal(&deal).unwrap().spec.withdrawn_links;
    assert_eq!(told, [LinkRange { first: 1, last: 6 }, LinkRange { first: 10, last: 200 }]);
}

#[tokio::test]
async fn what_is_no_link_of_the_deal_withdraws_nothing() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, deal) = platform.deal(&owner, 7_200).await;
    let other = platform.seller("dalbit").await;
    let (others, _) = platform.deal(&other, 7_200).await;
    let own = links(&invite(&platform, &owner, &id, json!(1)).await.1).remove(0);
    let foreign = links(&invite(&platform, &other, &others, json!(1)).await.1).remove(0);
    for wrong in [foreign, own[..own.len() - 2].to_owned(), String::new(), "1".to_owned(), "가".repeat(2_000)]
    {
        let (status, problem) = withdraw(&platform, &owner, &id, json!({"links": [own, wrong]})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert_eq!(field_code(&problem), "guest_link_unknown");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().starts_with("2번째는"), "{problem}");
    }
    for unclear in
        [json!({}), json!({"links": []}), json!({"all": false}), json!({"links": [own], "all": true})]
    {
        let (status, problem) = withdraw(&platform, &owner, &id, unclear.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{unclear}");
        assert_eq!(field_code(&problem), "guest_links_invalid");
    }
    let many = json!({"links": vec!["x"; 51]});
    assert_eq!(withdraw(&platform, &owner, &id, many).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    for unreadable in [json!({"links": [1]}), json!({"numbers": [1]}), json!("all")] {
        let status = withdraw(&platform, &owner, &id, unreadable.clone()).await.0;
        assert!(status.is_client_error(), "{unreadable}: {status}");
    }
    assert_eq!(counts(&platform, &owner, &id).await["withdrawn"], 0);
    assert_eq!(platform.cluster.deal(&deal).unwrap().spec.withdrawn_links, []);
}

#[tokio::test]
async fn only_the_owner_of_a_deal_that_is_on_withdraws_links() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, _) = platform.deal(&owner, 7_200).await;
    invite(&platform, &owner, &id, json!(3)).await;
    let all = || json!({"all": true});
    let other = platform.seller("dalbit").await;
    let (status, problem) = withdraw(&platform, &other, &id, all()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("rental_unknown")));
    let stranger = Owner { company: owner.company, person: other.person };
    assert_eq!(withdraw(&platform, &stranger, &id, all()).await.0, StatusCode::NOT_FOUND);
    let shopper = Owner { company: owner.company, person: platform.person("손님", Site::Ddib).await };
    assert_eq!(withdraw(&platform, &shopper, &id, all()).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(counts(&platform, &owner, &id).await["withdrawn"], 0);

    let unpaid = platform.book(&owner, 176_400).await["id"].as_str().unwrap().to_owned();
    let (status, problem) = withdraw(&platform, &owner, &unpaid, all()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("deal_not_live")));
    platform.advance_seconds(7_200 + 3_600);
    let (status, problem) = withdraw(&platform, &owner, &id, all()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("deal_not_live")));
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
