//! From a paid rental to a `TimeDeal` and through its life.

use axum::http::StatusCode;
use control_plane::companies::Provider;
use crds::{Figures, PaymentProvider, Phase, TimeDealStatus, Won};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use serde_json::{Value, json};

use crate::support::{Owner, Platform, platform};

async fn rental(platform: &Platform, owner: &Owner, id: &str) -> Value {
    let person = platform.again(&owner.person);
    platform.get(&person, &format!("/companies/{}/rentals/{id}", owner.company)).await.1
}

#[tokio::test]
async fn a_rental_becomes_a_deal_once_everything_is_there() {
    let platform = platform().await;
    let owner = platform.company("hanbit").await;
    let id = platform.book(&owner, 7_200).await["id"].as_str().unwrap().to_owned();
    platform.product(&owner, &id, "원두 1kg", 10).await;
    platform.work().await;
    assert!(platform.cluster.names().is_empty(), "not paid");

    let back = platform.agree(&owner, &id).await;
    platform.come_back(&back).await;
    platform.work().await;
    assert!(platform.cluster.names().is_empty(), "no merchant key");

    platform.set_merchant_key(&owner).await;
    control_plane::deals::schedule::company_changed(platform.state.db.write(), owner.company, platform.now())
        .await
        .unwrap();
    platform.work().await;
    assert_eq!(platform.cluster.names(), ["hanbit-20261123-1200"]);
    let deal = platform.cluster.deal("hanbit-20261123-1200").unwrap();
    assert_eq!(deal.spec.host, "hanbit.ddib.localhost");
    assert_eq!(deal.spec.payment.merchant_id, "CT12345678");
    assert_eq!(deal.spec.payment.secret_ref, "hanbit-20261123-1200");
    assert_eq!(deal.spec.products.len(), 1);
    assert_eq!(deal.spec.products[0].price, Won(19_900));
    assert_eq!(platform.cluster.secret("hanbit-20261123-1200", "merchant-key"), "DEV-company");
    assert_eq!(platform.cluster.secret("hanbit-20261123-1200", "ledger-token").len(), 64);
    let shown = rental(&platform, &owner, &id).await;
    assert_eq!(shown["state"], "scheduled");
    assert_eq!(shown["deal"]["url"], "http://hanbit.ddib.localhost:8080");
}

#[tokio::test]
async fn a_deal_keeps_the_account_that_its_runtime_was_made_with() {
    const DEAL: &str = "hanbit-20261123-1200";
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (_, name) = platform.deal(&owner, 7_200).await;
    assert_eq!(name, DEAL);
    let paid_through = |platform: &Platform| {
        let payment = platform.cluster.deal(DEAL).unwrap().spec.payment;
        (payment.provider, payment.merchant_id, platform.cluster.secret(DEAL, "merchant-key"))
    };
    // Nothing is made yet: the choice of now counts.
    platform.choose(&owner, Provider::Toss, "test_ck_hanbit", "test_sk_hanbit").await;
    platform.work().await;
    let toss = (PaymentProvider::Toss, "test_ck_hanbit".to_owned(), "test_sk_hanbit".to_owned());
    assert_eq!(paid_through(&platform), toss);
    // Its pods are being made, and have the key of that account.
    let status = TimeDealStatus { phase: Phase::Provisioning, ..TimeDealStatus::default() };
    platform.cluster.set_status(DEAL, status);
    platform.set_merchant_key(&owner).await;
    platform.work().await;
    assert_eq!(paid_through(&platform), toss);
    // The same account with another client key is another account.
    platform.choose(&owner, Provider::Toss, "test_ck_other", "test_sk_other").await;
    platform.work().await;
    assert_eq!(paid_through(&platform), toss);
}

#[tokio::test]
async fn a_cluster_that_is_down_is_tried_again_with_the_same_credential() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    platform.cluster.set_down(true);
    let id = platform.book(&owner, 7_200).await["id"].as_str().unwrap().to_owned();
    platform.product(&owner, &id, "원두 1kg", 10).await;
    let back = platform.agree(&owner, &id).await;
    platform.come_back(&back).await;
    while control_plane::jobs::runner::run_due(&platform.state).await.unwrap() > 0 {}
    platform.cluster.set_down(false);
    platform.advance_seconds(2);
    platform.work().await;
    let name = "hanbit-20261123-1200";
    let token = platform.cluster.secret(name, "ledger-token");
    let (status, head) = platform.runtime(name, &token, None).await;
    assert_eq!((status, &head["count"]), (StatusCode::OK, &json!(0)));
    platform.product(&owner, &id, "드립백", 5).await;
    platform.work().await;
    assert_eq!(platform.cluster.secret(name, "ledger-token"), token);
}

#[tokio::test]
async fn products_change_until_the_set_up() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, name) = platform.deal(&owner, 7_200).await;
    let products = format!("/companies/{}/rentals/{id}/products", owner.company);
    let second = platform.product(&owner, &id, "드립백", 5).await;
    let path = format!("{products}/{}", second["id"].as_str().unwrap());
    let change = json!({"price": 9_900, "stock": 7});
    let (status, changed) = platform.call(&owner.person, "PATCH", &path, Some(change), None).await;
    assert_eq!((status, &changed["price"]), (StatusCode::OK, &json!(9_900)), "{changed}");
    assert_eq!(changed["discountPercent"], 67);
    platform.work().await;
    let deal = platform.cluster.deal(&name).unwrap();
    assert_eq!((deal.spec.products[1].price, deal.spec.products[1].stock), (Won(9_900), 7));

    let (status, problem) =
        platform.call(&owner.person, "PATCH", &path, Some(json!({"price": 0})), None).await;
    assert_eq!((status.as_u16(), &problem["errors"][0]["code"]), (422, &json!("price_invalid")));
    let wrong = json!({"image": uuid::Uuid::from_u128(1)});
    let (_, problem) = platform.call(&owner.person, "PATCH", &path, Some(wrong), None).await;
    assert_eq!(problem["errors"][0]["code"], "image_unknown");

    assert_eq!(platform.call(&owner.person, "DELETE", &path, None, None).await.0, StatusCode::NO_CONTENT);
    let (_, list) = platform.get(&owner.person, &products).await;
    let last = format!("{products}/{}", list["items"][0]["id"].as_str().unwrap());
    let (status, problem) = platform.call(&owner.person, "DELETE", &last, None, None).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("last_product")));

    platform.advance_seconds(7_200 - 600);
    let person = platform.again(&owner.person);
    let (status, problem) = platform.call(&person, "PATCH", &last, Some(json!({"stock": 9})), None).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("products_frozen")));
}

#[tokio::test]
async fn what_is_changed_live_reaches_the_deal() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, name) = platform.deal(&owner, 7_200).await;
    platform.advance_seconds(7_300);
    let owner = Owner { person: platform.again(&owner.person), ..owner };
    let status = TimeDealStatus {
        phase: Phase::Open,
        figures: Figures {
            waiting: 7,
            inside: 3,
            admitted: 4,
            sold: 2,
            revenue: Won(39_800),
            used_links: Vec::new(),
        },
        ..TimeDealStatus::default()
    };
    platform.cluster.set_status(&name, status);
    platform.work().await;
    let shown = rental(&platform, &owner, &id).await;
    assert_eq!(shown["state"], "running");
    assert_eq!(shown["deal"]["figures"]["revenue"], 39_800);

    let product = platform.cluster.deal(&name).unwrap().spec.products[0].id;
    let live = format!("/companies/{}/rentals/{id}/live", owner.company);
    let change = json!({"paused": true, "stock": [{"product": product, "stock": 25}]});
    let (status, body) = platform.call(&owner.person, "PATCH", &live, Some(change), None).await;
    assert_eq!((status, &body["paused"]), (StatusCode::OK, &json!(true)), "{body}");
    platform.work().await;
    let deal = platform.cluster.deal(&name).unwrap();
    assert!(deal.spec.paused);
    assert_eq!(deal.spec.products[0].stock, 25);
    assert_eq!(deal.status.unwrap().phase, Phase::Open, "the status is not touched");

    let say = async |notice: &str| {
        let answer =
            platform.call(&owner.person, "PATCH", &live, Some(json!({"notice": notice})), None).await;
        platform.work().await;
        (answer, platform.cluster.deal(&name).unwrap().spec)
    };
    let ((status, body), spec) = say("  배송은 내일 시작해요.  ").await;
    assert_eq!((status, &body["notice"]), (StatusCode::OK, &json!("배송은 내일 시작해요.")), "{body}");
    assert_eq!((spec.notice.as_str(), spec.paused), ("배송은 내일 시작해요.", true), "the rest stays");
    for wrong in ["가".repeat(101), "두\n줄".to_owned()] {
        let ((status, problem), spec) = say(&wrong).await;
        assert_eq!(
            (status.as_u16(), &problem["errors"][0]["code"]),
            (422, &json!("notice_invalid")),
            "{problem}"
        );
        assert_eq!(spec.notice, "배송은 내일 시작해요.");
    }
    let ((status, body), spec) = say(" ").await;
    assert_eq!((status, spec.notice.as_str()), (StatusCode::OK, ""), "nothing takes it away");

    assert_eq!(
        (&body["proofOfWork"], spec.proof_of_work),
        (&json!(false), None),
        "off, unless it is asked for"
    );
    for (on, written) in [(true, Some(crds::ProofOfWork::default())), (false, None)] {
        let change = json!({"proofOfWork": on});
        let (status, body) = platform.call(&owner.person, "PATCH", &live, Some(change), None).await;
        platform.work().await;
        let spec = platform.cluster.deal(&name).unwrap().spec;
        assert_eq!((status, &body["proofOfWork"], spec.proof_of_work), (StatusCode::OK, &json!(on), written));
        assert!(spec.paused, "the rest stays");
    }

    let stranger = json!({"stock": [{"product": uuid::Uuid::from_u128(1), "stock": 1}]});
    assert_eq!(platform.call(&owner.person, "PATCH", &live, Some(stranger), None).await.0.as_u16(), 404);
}

#[tokio::test]
async fn a_company_is_told_why_its_deal_is_not_taken() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, name) = platform.deal(&owner, 7_200).await;
    assert_eq!(rental(&platform, &owner, &id).await["deal"]["refusal"], Value::Null);

    let refused = Condition {
        type_: "Accepted".to_owned(),
        status: "False".to_owned(),
        reason: "ForeignNamespace".to_owned(),
        message: "the place of this deal belongs to another one".to_owned(),
        last_transition_time: Time(platform.now()),
        observed_generation: None,
    };
    let by_operator = TimeDealStatus { conditions: vec![refused], ..TimeDealStatus::default() };
    platform.cluster.set_status(&name, by_operator.clone());
    platform.work().await;
    let shown = rental(&platform, &owner, &id).await;
    assert_eq!(shown["deal"]["refusal"]["code"], "ForeignNamespace");
    assert_eq!(shown["deal"]["refusal"]["message"], "the place of this deal belongs to another one");

    platform.cluster.set_refusing(Some("spec.host: the host is immutable"));
    platform.product(&owner, &id, "드립백", 5).await;
    platform.work().await;
    let shown = rental(&platform, &owner, &id).await;
    let by_server = json!({"code": "Refused", "message": "spec.host: the host is immutable"});
    assert_eq!(shown["deal"]["refusal"], by_server, "what was not even written comes first");

    platform.cluster.set_status(&name, TimeDealStatus::default());
    platform.work().await;
    assert_eq!(
        rental(&platform, &owner, &id).await["deal"]["refusal"],
        by_server,
        "a status changes nothing"
    );
    platform.cluster.set_refusing(None);
    platform.advance_seconds(60);
    platform.work().await;
    assert_eq!(rental(&platform, &owner, &id).await["deal"]["refusal"], Value::Null);
}

#[tokio::test]
async fn a_window_without_products_is_missed() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let id = platform.book(&owner, 7_200).await["id"].as_str().unwrap().to_owned();
    let back = platform.agree(&owner, &id).await;
    platform.come_back(&back).await;
    platform.advance_seconds(7_200);
    platform.work().await;
    assert_eq!(rental(&platform, &owner, &id).await["state"], "missed");
    assert!(platform.cluster.names().is_empty());
}

/// At this very moment an admin is most likely to have a hand on it.
#[tokio::test]
async fn what_an_admin_changed_is_left_alone_when_the_doors_open() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (_, name) = platform.deal(&owner, 7_200).await;
    let mut paused = platform.cluster.deal(&name).unwrap();
    paused.spec.paused = true;
    platform.cluster.admin_applies(1, paused);
    let before = platform.cluster.applied();
    platform.advance_seconds(7_201);
    platform.work().await;
    assert!(platform.cluster.deal(&name).unwrap().spec.paused);
    assert_eq!(platform.cluster.applied(), before);
}

#[tokio::test]
async fn a_deal_that_was_deleted_is_not_written_again() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, name) = platform.deal(&owner, 7_200).await;
    platform.cluster.forget(&name);
    platform.product(&owner, &id, "드립백", 5).await;
    platform.work().await;
    assert!(platform.cluster.names().is_empty());
    assert_eq!(rental(&platform, &owner, &id).await["state"], "cancelled");
}

#[tokio::test]
async fn a_job_that_somebody_does_is_left_to_them() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, _) = platform.deal(&owner, 7_200).await;
    platform.product(&owner, &id, "드립백", 5).await;
    let before = platform.cluster.applied();
    let runs = (0..8).map(|_| control_plane::jobs::runner::run_due(&platform.state));
    let ran: usize = futures_util::future::join_all(runs).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(ran, 1, "eight replicas, one job");
    assert_eq!(platform.cluster.applied(), before + 1);
}

#[tokio::test]
async fn a_job_whose_process_died_is_done_by_another() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (id, name) = platform.deal(&owner, 7_200).await;
    platform.cluster.set_hanging(true);
    platform.product(&owner, &id, "드립백", 5).await;
    let dying = tokio::time::timeout(
        std::time::Duration::from_millis(300),
        control_plane::jobs::runner::run_due(&platform.state),
    );
    assert!(dying.await.is_err(), "it dies while it works");
    platform.cluster.set_hanging(false);
    platform.work().await;
    assert_eq!(platform.cluster.deal(&name).unwrap().spec.products.len(), 1, "the lease still holds");
    platform.advance_seconds(91);
    platform.work().await;
    assert_eq!(platform.cluster.deal(&name).unwrap().spec.products.len(), 2);
}

#[tokio::test]
async fn a_window_that_was_called_off_may_be_rented_again() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (_, first) = platform.deal(&owner, 7_200).await;
    platform.cluster.forget(&first);
    platform.work().await;
    let (_, second) = platform.deal(&owner, 7_200).await;
    assert_eq!(second, format!("{first}-2"));
    assert_eq!(platform.cluster.names(), [second]);
}
