//! A deal, a platform, and instants relative to the opening.

use crds::{
    Capacity, CompanyRef, Mode, Payment, PaymentProvider, Product, Roles, TimeDeal, TimeDealSpec,
    WaitingRoom, Window, Won,
};
use jiff::{SignedDuration, Timestamp};
use operator_core::{Context, Limits, Platform, TossPlaces};
use tenant_runtime_core::config::IdentityConfig;
use uuid::Uuid;

pub const NAME: &str = "hanbit-20261201-1000";
pub const UID: &str = "6f9c2a8e-0d0f-4b0e-9d53-0c1d5cbb1a11";
pub const LENGTH_SECONDS: i64 = 600;
pub const RETENTION_SECONDS: i64 = 3_600;

/// So many seconds after the opening.
pub fn at(seconds: i64) -> Timestamp {
    let opens_at: Timestamp = "2026-12-01T01:00:00Z".parse().expect("an instant");
    opens_at + SignedDuration::from_secs(seconds)
}

pub fn deal() -> TimeDeal {
    let mut deal = TimeDeal::new(NAME, spec());
    deal.metadata.uid = Some(UID.to_owned());
    deal.metadata.generation = Some(1);
    deal
}

fn spec() -> TimeDealSpec {
    TimeDealSpec {
        company: CompanyRef {
            id: Uuid::from_u128(1),
            slug: "hanbit".into(),
            name: "한빛커피로스터스".into(),
        },
        title: "겨울 원두 타임딜".into(),
        host: "hanbit.ddib.localhost".into(),
        window: Window { opens_at: at(0), closes_at: at(LENGTH_SECONDS) },
        warm_up_seconds: 60,
        capacity: Capacity {
            plan: "light".into(),
            expected_shoppers: 1_000,
            admissions_per_second: 20,
            inside_max: 100,
        },
        roles: Roles::default(),
        waiting_room: WaitingRoom::default(),
        products: vec![Product {
            id: Uuid::from_u128(2),
            name: "과테말라 원두 1kg".into(),
            list_price: Won(32_000),
            price: Won(19_900),
            stock: 100,
            per_shopper_max: 2,
            image_url: String::new(),
        }],
        payment: Payment {
            provider: PaymentProvider::KakaoPay,
            merchant_id: "TC0ONETIME".into(),
            secret_ref: NAME.into(),
            hold_seconds: 960,
        },
        restock_on_refund: false,
        paused: false,
        notice: String::new(),
        proof_of_work: None,
        withdrawn_links: Vec::new(),
        mode: Mode::Apply,
        retention_seconds: u32::try_from(RETENTION_SECONDS).expect("it is small"),
    }
}

pub fn context() -> Context {
    Context {
        platform: Platform {
            scheme: "http".into(),
            port: Some(8080),
            ledger_base_url: "http://127.0.0.1:9000".into(),
            kakaopay_base_url: "http://127.0.0.1:9100".into(),
            toss: TossPlaces::default(),
            identity: IdentityConfig {
                jwks: serde_json::json!({ "keys": [] }),
                issuer: "http://bidd.localhost:8080".into(),
                sign_in_url: "http://ddib.localhost:8080/api/v1/auth/kakao/start".into(),
                orders_url: "http://ddib.localhost:8080/orders".into(),
            },
        },
        limits: Limits {
            provision_seconds: 30,
            drain_seconds_max: 60,
            settle_seconds_max: 60,
            teardown_seconds_max: 60,
            poll_seconds: 5,
            refused_seconds: 60,
        },
    }
}
