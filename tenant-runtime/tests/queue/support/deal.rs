//! A deal with everything that its pods are told, and pods of it.

use std::time::Duration;

use axum::Router;
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::shutdown::Shutdown;
use control_plane_token::{Issuer, Keys};
use crds::{OnRefresh, PaymentProvider, Prequeue, Won};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;
use tenant_runtime::config::{EnterRates, PaymentSecrets, Role, Secrets};
use tenant_runtime::queue::steps::{self, Standing};
use tenant_runtime::redis::Store;
use tenant_runtime::state::{Ingredients, Runtime};
use tenant_runtime::{app, queue};
use tenant_runtime_core::config::{
    DealConfig, IdentityConfig, LedgerConfig, PaymentConfig, ProductSettings, Settings, secrets as names,
};
use uuid::Uuid;

use super::{Browser, RedisServer};

pub const ISSUER: &str = "http://ddib.localhost:8080";
pub const CONTROL_TOKEN: &str = "control-token-for-tests";

/// The id of the n-th product.
pub fn product(n: u32) -> Uuid {
    Uuid::from_u128(0xA000 + u128::from(n))
}

pub struct Deal {
    pub redis: RedisServer,
    pub config: DealConfig,
    keys: Keys,
}

impl Deal {
    /// A deal that opens `opens_in` from now and lasts an hour, changed by `change`.
    pub async fn new(opens_in: SignedDuration, change: impl FnOnce(&mut DealConfig)) -> Deal {
        let keys = Keys::generate().unwrap();
        let now = Clock::system().now();
        let mut config = config(&keys, now + opens_in);
        change(&mut config);
        Deal { redis: RedisServer::start().await, config, keys }
    }

    /// One more process of this deal, that looks at the room as a real one does.
    pub async fn pod(&self) -> Pod {
        let pod = self.quiet_pod().await;
        tokio::spawn(queue::run(pod.runtime.clone()));
        pod
    }

    /// One that only looks when it is told to.
    pub async fn quiet_pod(&self) -> Pod {
        self.pod_by(Clock::system()).await
    }

    /// As [`Deal::quiet_pod`], by a clock of the test's own.
    pub async fn pod_by(&self, clock: Clock) -> Pod {
        let store = Store::connect(&self.redis.address(), &self.redis.password()).await.unwrap();
        let runtime = Runtime::new(Ingredients {
            role: Role::All,
            config: self.config.clone(),
            secrets: secrets(self),
            store,
            clock,
            shutdown: Shutdown::manual(),
            enter_rates: EnterRates::default(),
        })
        .unwrap();
        queue::arm(&runtime).await.unwrap();
        Pod { router: app::router(&runtime), runtime }
    }

    /// The n-th shopper, signed in, with an empty jar of cookies.
    pub fn shopper(&self, n: u32) -> Browser {
        let token = self.token(shopper_id(n), Clock::system().now());
        Browser::new(&self.config.origin, Some(token))
    }

    /// What a process of this deal is told, as files: `config.json` and `secrets/`.
    pub fn write_files(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), serde_json::to_string(&self.config).unwrap())
            .unwrap();
        let secrets = folder.path().join("secrets");
        std::fs::create_dir(&secrets).unwrap();
        for (name, value) in [
            (names::DEAL_KEY, "01".repeat(32)),
            (names::DRAW_SECRET, "02".repeat(32)),
            (names::REDIS_PASSWORD, self.redis.password().expose_secret().to_owned()),
            (names::LEDGER_TOKEN, "ledger-token-for-tests".to_owned()),
            (names::CONTROL_TOKEN, CONTROL_TOKEN.to_owned()),
            (names::MERCHANT_KEY, "merchant-key-for-tests".to_owned()),
        ] {
            std::fs::write(secrets.join(name), value).unwrap();
        }
        folder
    }

    /// The link of one of this deal's guests, without the address.
    pub fn invitation(&self, number: u32) -> String {
        self.invitation_to(&self.config.deal, number, self.config.closes_at)
    }

    pub fn invitation_to(&self, deal: &str, number: u32, until: Timestamp) -> String {
        Issuer::new(ISSUER, &self.keys).guest(deal, number, until).unwrap()
    }

    /// A shopper token as of `now`.
    pub fn token(&self, shopper: Uuid, now: Timestamp) -> String {
        Issuer::new(ISSUER, &self.keys).shopper(shopper, "박지민", now).unwrap()
    }
}

/// The id of the n-th shopper.
pub fn shopper_id(n: u32) -> Uuid {
    Uuid::from_u128(0xB000_0000 + u128::from(n))
}

/// A process of a deal, without the process.
pub struct Pod {
    pub runtime: Runtime,
    pub router: Router,
}

impl Pod {
    pub async fn look(&self) {
        queue::room::look(&self.runtime, &mut queue::room::Lookout::default()).await.unwrap();
    }

    /// How the room stands, as one says whom no waiting shopper asks.
    pub async fn standing(&self) -> Standing {
        steps::admit(&self.runtime, None, 0).await.unwrap()
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        self.runtime.shutdown.trigger();
    }
}

fn secrets(deal: &Deal) -> Secrets {
    Secrets {
        deal_key: [1; 32],
        draw_secret: [2; 32],
        redis_password: deal.redis.password(),
        control_token: CONTROL_TOKEN.into(),
        payment: Some(PaymentSecrets {
            merchant_key: "merchant-key-for-tests".into(),
            ledger_token: "ledger-token-for-tests".into(),
        }),
    }
}

fn config(keys: &Keys, opens_at: Timestamp) -> DealConfig {
    DealConfig {
        deal: "shop-20261124-1000".to_owned(),
        title: "겨울 이불 타임딜".to_owned(),
        company_name: "포근상회".to_owned(),
        origin: "http://shop.ddib.localhost:8080".to_owned(),
        opens_at,
        closes_at: opens_at + Duration::from_secs(3600),
        prequeue: Prequeue::Draw,
        on_refresh: OnRefresh::Keep,
        pass_seconds: 60,
        claim_seconds: 20,
        hold_seconds: 60,
        restock_on_refund: true,
        payment: PaymentConfig {
            provider: PaymentProvider::KakaoPay,
            base_url: "http://127.0.0.1:9".to_owned(),
            merchant_id: "TC0ONETIME".to_owned(),
            script_url: None,
        },
        identity: IdentityConfig {
            jwks: keys.jwks(),
            issuer: ISSUER.to_owned(),
            sign_in_url: format!("{ISSUER}/api/v1/auth/kakao/start"),
            orders_url: format!("{ISSUER}/me/orders"),
        },
        ledger: LedgerConfig { base_url: "http://127.0.0.1:9".to_owned() },
        settings: settings(),
    }
}

fn settings() -> Settings {
    Settings {
        generation: 1,
        paused: false,
        closed: false,
        admissions_per_second: 1_000,
        inside_max: 100,
        notice: String::new(),
        proof_of_work: None,
        withdrawn_links: Vec::new(),
        products: vec![ProductSettings {
            id: product(1),
            name: "구스 이불".to_owned(),
            list_price: Won(120_000),
            price: Won(59_000),
            stock: 50,
            per_shopper_max: 2,
            image_url: String::new(),
        }],
    }
}
