//! Deals that an admin applied to the cluster: they get books and a credential, and end as others do.

use axum::http::StatusCode;
use control_plane::ledger::append;
use control_plane::ledger::entity::ledger;
use control_plane_core::ledger::Head;
use crds::{
    Capacity, CompanyRef, Mode, Payment, PaymentProvider, Phase, Product, Roles, Settlement, TimeDeal,
    TimeDealSpec, TimeDealStatus, WaitingRoom, Window, Won,
};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ledger::{Runtime, paid};
use crate::support::{Person, Platform, platform};

const NAME: &str = "by-hand";
const SECRET: &str = "by-hand-keys";
const UNKNOWN_COMPANY: Uuid = Uuid::from_u128(77);

fn deal(company: Uuid, opens_at: Timestamp) -> TimeDeal {
    let spec = TimeDealSpec {
        company: CompanyRef {
            id: company, slug: "hand".to_owned(), name: "손으로 만든 상점".to_owned()
        },
        title: "관리자가 연 타임딜".to_owned(),
        host: "hand.ddib.localhost".to_owned(),
        window: Window { opens_at, closes_at: opens_at + SignedDuration::from_hours(1) },
        warm_up_seconds: 600,
        capacity: Capacity {
            plan: "light".to_owned(),
            expected_shoppers: 100,
            admissions_per_second: 10,
            inside_max: 10,
        },
        roles: Roles::default(),
        waiting_room: WaitingRoom::default(),
        products: vec![Product {
            id: Uuid::from_u128(1),
            name: "원두 1kg".to_owned(),
            list_price: Won(2_000),
            price: Won(1_000),
            stock: 10,
            per_shopper_max: 2,
            image_url: String::new(),
        }],
        payment: Payment {
            provider: PaymentProvider::KakaoPay,
            merchant_id: "HAND000001".to_owned(),
            secret_ref: SECRET.to_owned(),
            hold_seconds: 960,
        },
        restock_on_refund: false,
        paused: false,
        notice: String::new(),
        proof_of_work: None,
        withdrawn_links: Vec::new(),
        mode: Mode::Apply,
        retention_seconds: 60,
    };
    TimeDeal::new(NAME, spec)
}

/// An admin applies a deal of `company` and its secret, and the control plane has looked.
async fn applied(platform: &Platform, company: Uuid) -> Runtime {
    platform.cluster.admin_replaces_secret(SECRET, "merchant-key", "DEV-hand");
    platform.cluster.admin_applies(1, deal(company, platform.now() + SignedDuration::from_hours(2)));
    platform.work().await;
    platform.work().await;
    Runtime::by(platform, NAME, SECRET)
}

async fn books(platform: &Platform) -> ledger::Model {
    append::find(platform.state.db.read(), NAME).await.unwrap().expect("it has books")
}

async fn reads_head(platform: &Platform, runtime: &Runtime) -> (StatusCode, Value) {
    platform.runtime(&runtime.deal, &runtime.token, None).await
}

fn settled(runtime: &Runtime, gross: i64) -> TimeDealStatus {
    let head = runtime.head();
    let settlement = Settlement {
        events: head.count,
        digest: head.digest,
        gross: Won(gross),
        refunds: Won(0),
        net: Won(gross),
    };
    TimeDealStatus { phase: Phase::TearingDown, settlement: Some(settlement), ..TimeDealStatus::default() }
}

#[tokio::test]
async fn a_deal_that_is_applied_by_hand_gets_books_and_a_credential() {
    let platform = platform().await;
    let runtime = applied(&platform, UNKNOWN_COMPANY).await;
    assert_eq!(platform.cluster.secret(SECRET, "merchant-key"), "DEV-hand", "the admin's key stays");
    let (status, head) = reads_head(&platform, &runtime).await;
    assert_eq!((status, &head["count"]), (StatusCode::OK, &json!(0)));
    assert_eq!(head["digest"], Head::genesis(NAME).digest);
    assert_eq!(platform.cluster.applied(), 0, "the spec is the admin's");

    let before = books(&platform).await;
    platform.advance_seconds(61);
    platform.work().await;
    platform.work().await;
    assert_eq!(books(&platform).await, ledger::Model { turn: books(&platform).await.turn, ..before });
    assert_eq!(platform.cluster.secrets_applied(), 1, "nothing is written twice");
}

#[tokio::test]
async fn a_deal_without_a_secret_waits_for_one() {
    let platform = platform().await;
    platform.cluster.admin_applies(1, deal(UNKNOWN_COMPANY, platform.now() + SignedDuration::from_hours(2)));
    platform.work().await;
    platform.cluster.admin_replaces_secret(SECRET, "other", "nothing of use");
    platform.advance_seconds(60);
    platform.work().await;
    assert_eq!(platform.cluster.secrets_applied(), 0, "a secret without the key is not begun");
    platform.cluster.admin_replaces_secret(SECRET, "merchant-key", "DEV-hand");
    platform.advance_seconds(60);
    platform.work().await;
    let runtime = Runtime::by(&platform, NAME, SECRET);
    assert_eq!(reads_head(&platform, &runtime).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_secret_that_is_made_anew_gets_the_same_credential_until_the_runtime_has_it() {
    let platform = platform().await;
    let runtime = applied(&platform, UNKNOWN_COMPANY).await;
    platform.cluster.admin_replaces_secret(SECRET, "merchant-key", "DEV-other");
    platform.advance_seconds(61);
    platform.work().await;
    assert_eq!(Runtime::by(&platform, NAME, SECRET).token, runtime.token);
    assert_eq!(platform.cluster.secret(SECRET, "merchant-key"), "DEV-other");

    platform.cluster.set_status(NAME, TimeDealStatus { phase: Phase::Warming, ..TimeDealStatus::default() });
    platform.advance_seconds(61);
    platform.work().await;
    let before = platform.cluster.secrets_applied();
    platform.cluster.admin_replaces_secret(SECRET, "merchant-key", "DEV-late");
    platform.advance_seconds(600);
    platform.work().await;
    assert_eq!(platform.cluster.secrets_applied(), before, "it was copied, and is looked at no more");
}

#[tokio::test]
async fn its_orders_are_seen_and_its_books_close_with_the_settlement() {
    let platform = platform().await;
    let owner = platform.company("hanbit").await;
    let stranger = platform.company("other").await;
    let shopper = platform.shopper("박지민").await;
    let mut runtime = applied(&platform, owner.company.0).await;
    sell(&platform, &mut runtime, &shopper, 3).await;

    let path = format!("/companies/{}/orders", owner.company);
    let (status, page) = platform.get(&owner.person, &path).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
    assert_eq!(page["items"][0]["title"], "관리자가 연 타임딜");
    assert_eq!(page["items"][0]["company"]["slug"], "hanbit", "the company is known");
    assert_eq!(platform.get(&stranger.person, &path).await.0, StatusCode::NOT_FOUND);

    platform.cluster.set_status(NAME, settled(&runtime, 3_000));
    platform.work().await;
    assert!(books(&platform).await.closed_at.is_some());
    let refund = format!("/me/orders/{}/refund", Uuid::from_u128(1));
    platform.pay.put_paid("T-1", &Uuid::from_u128(1).to_string(), 1_000);
    let (status, answer) = platform.post(&shopper, &refund, json!({"reason": "마음이 바뀌었어요"})).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    platform.work().await;
    let (_, order) = platform.get(&shopper, &format!("/me/orders/{}", Uuid::from_u128(1))).await;
    assert_eq!(order["state"], "refunded", "with the key in the deal's secret: {order}");
}

async fn sell(platform: &Platform, runtime: &mut Runtime, shopper: &Person, orders: u128) {
    for order in 1..=orders {
        runtime.push(&paid(order, shopper, platform.now(), 1_000));
    }
    let count = runtime.entries.len();
    assert_eq!(runtime.send(platform, 0..count).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_shopper_sees_what_they_bought_from_a_company_that_is_not_known() {
    let platform = platform().await;
    let shopper = platform.shopper("박지민").await;
    let mut runtime = applied(&platform, UNKNOWN_COMPANY).await;
    sell(&platform, &mut runtime, &shopper, 1).await;
    let (status, page) = platform.get(&shopper, "/me/orders").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(page["items"][0]["company"], json!({"name": "손으로 만든 상점", "slug": "hand"}));
}

#[tokio::test]
async fn a_name_that_comes_again_gets_empty_books_alone() {
    let platform = platform().await;
    let shopper = platform.shopper("박지민").await;
    let first = applied(&platform, UNKNOWN_COMPANY).await;
    platform.cluster.forget(NAME);
    platform.work().await;
    assert!(books(&platform).await.closed_at.is_some(), "it is gone");

    let again = |uid| {
        let deal = deal(UNKNOWN_COMPANY, platform.now() + SignedDuration::from_hours(2));
        platform.cluster.admin_applies(uid, deal);
    };
    again(2);
    platform.work().await;
    platform.work().await;
    assert!(books(&platform).await.closed_at.is_none(), "it sold nothing, so its name is free");
    let mut second = Runtime::by(&platform, NAME, SECRET);
    assert_eq!(second.token, first.token);
    sell(&platform, &mut second, &shopper, 1).await;

    platform.cluster.forget(NAME);
    again(3);
    platform.work().await;
    platform.work().await;
    assert!(books(&platform).await.closed_at.is_some(), "there are sales in these books");
}

#[tokio::test]
async fn deals_of_rentals_dry_runs_and_endings_are_not_adopted() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (_, rented) = platform.deal(&owner, 7_200).await;
    let before = append::find(platform.state.db.read(), &rented).await.unwrap().unwrap();
    assert!(before.rental_id.is_some());
    let written = platform.cluster.secrets_applied();

    let opens_at = platform.now() + SignedDuration::from_hours(2);
    let mut dry = deal(UNKNOWN_COMPANY, opens_at);
    dry.spec.mode = Mode::Plan;
    platform.cluster.admin_applies(1, dry);
    platform.work().await;
    assert_eq!(append::find(platform.state.db.read(), NAME).await.unwrap(), None);
    let mut ending = deal(UNKNOWN_COMPANY, opens_at);
    ending.metadata.deletion_timestamp = Some(Time(platform.now()));
    platform.cluster.admin_applies(1, ending);
    platform.work().await;
    assert_eq!(append::find(platform.state.db.read(), NAME).await.unwrap(), None);

    let mut thief = deal(UNKNOWN_COMPANY, opens_at);
    thief.spec.payment.secret_ref.clone_from(&rented);
    platform.cluster.admin_applies(1, thief);
    platform.work().await;
    platform.work().await;
    assert_eq!(platform.cluster.secrets_applied(), written, "a secret has one deal");
}
