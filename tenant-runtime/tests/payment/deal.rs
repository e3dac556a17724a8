//! A deal under test: its own Redis, bank and ledger, its routers, and shoppers who use them.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use control_plane_telemetry::clock::{Clock, ManualClock};
use control_plane_telemetry::shutdown::Shutdown;
use control_plane_token::{Issuer, Keys};
use crds::{OnRefresh, PaymentProvider, Prequeue, Won};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tenant_runtime::config::{EnterRates, PaymentSecrets, Role, Secrets};
use tenant_runtime::orders;
use tenant_runtime::payment::{self, Figures};
use tenant_runtime::redis::{StoreError, patiently};
use tenant_runtime::state::{Ingredients, Runtime};
use tenant_runtime::{app, queue};
use tenant_runtime_core::config::{
    DealConfig, IdentityConfig, LedgerConfig, PaymentConfig, ProductSettings, Settings,
};
use tenant_runtime_core::orders::Order;
use tenant_runtime_core::pass::Pass;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::bank::{self, Bank};
use crate::books::{self, Ledger};
use crate::redis::{self, PASSWORD, Redis};
use crate::toss_bank;

pub const COFFEE: Uuid = Uuid::from_u128(0xc0ffee);
pub const CUP: Uuid = Uuid::from_u128(0xc04);
pub const PRICE: i64 = 12_900;
const ORIGIN: &str = "http://hanbit.ddib.localhost:8080";
pub const CLIENT_KEY: &str = "test_ck_bank";
pub const SCRIPT: &str = "http://127.0.0.1:1/v2/standard";
const ISSUER: &str = "http://bidd.localhost:8080";

/// What differs between the deals of the tests.
pub struct Plan {
    pub stock: u32,
    pub per_shopper_max: u32,
    pub hold_seconds: u32,
    /// Relative to the start of the test, in seconds.
    pub window: (i64, i64),
    pub restock_on_refund: bool,
    pub provider: PaymentProvider,
}

impl Plan {
    pub fn at(provider: PaymentProvider) -> Plan {
        Plan { provider, ..Plan::default() }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            stock: 10,
            per_shopper_max: 3,
            hold_seconds: 600,
            window: (-60, 3_600),
            restock_on_refund: true,
            provider: PaymentProvider::KakaoPay,
        }
    }
}

pub struct Deal {
    pub redis: Redis,
    pub ledger: Ledger,
    pub hand: ManualClock,
    shoppers: Shoppers,
}

impl Deref for Deal {
    type Target = Shoppers;

    fn deref(&self) -> &Shoppers {
        &self.shoppers
    }
}

/// What shoppers do, at one process of the deal.
#[derive(Clone)]
pub struct Shoppers {
    pub bank: Bank,
    pub runtime: Runtime,
    address: String,
    router: Router,
    issuer: Arc<Issuer>,
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no order: {}", self.body)).to_owned()
    }
}

impl Deal {
    pub async fn open(plan: Plan) -> Deal {
        Deal::open_on(Redis::start().await, plan).await
    }

    pub async fn open_on(redis: Redis, plan: Plan) -> Deal {
        let (bank, ledger) = tokio::join!(Bank::start(), Ledger::start());
        let keys = Keys::generate().unwrap();
        let start = Clock::system().now();
        let config = config(&plan, start, &keys, &bank, &ledger);
        let (clock, hand) = Clock::manual(start);
        let address = redis.address();
        let runtime = process(&address, config, clock).await;
        let router = app::router(&runtime);
        let issuer = Arc::new(Issuer::new(ISSUER, &keys));
        Deal { redis, ledger, hand, shoppers: Shoppers { bank, runtime, address, router, issuer } }
    }

    pub fn shoppers(&self) -> Shoppers {
        self.shoppers.clone()
    }

    /// Time passes, for our clock and for whatever is due: the deal's own takes no jump for time. Ours
    /// stands still otherwise, so it first makes up for what the deal's has gone meanwhile.
    pub async fn wait(&self, seconds: i64) {
        let clock: String = self.read(&["GET", &self.runtime.keys.clock()]).await;
        let theirs = Timestamp::from_millisecond(clock.split_once(' ').unwrap().1.parse().unwrap()).unwrap();
        let behind = theirs.duration_since(self.runtime.clock.now()).max(SignedDuration::ZERO);
        self.hand.advance(behind + SignedDuration::from_secs(seconds));
        let due: Vec<(Vec<u8>, f64)> =
            self.read(&["ZRANGE", &self.runtime.keys.due(), "0", "-1", "WITHSCORES"]).await;
        for (order, score) in due {
            let mut sooner = ::redis::cmd("ZADD");
            sooner.arg(self.runtime.keys.due()).arg(score as i64 - seconds * 1_000).arg(order);
            let _: i64 = patiently(|| self.runtime.store.read(&sooner)).await.unwrap();
        }
    }
}

impl Shoppers {
    /// Another process of the same deal.
    pub async fn process(&self) -> Runtime {
        process(&self.address, self.runtime.config.clone(), self.runtime.clock.clone()).await
    }

    /// Another one, whose time is another.
    pub async fn process_with(&self, clock: Clock) -> Runtime {
        process(&self.address, self.runtime.config.clone(), clock).await
    }

    /// Another one, which reaches Redis and the gateway elsewhere.
    pub async fn process_behind(&self, redis: &str, gateway: &str) -> Runtime {
        let mut config = self.runtime.config.clone();
        config.payment.base_url = gateway.to_owned();
        process(redis, config, self.runtime.clock.clone()).await
    }

    /// The same shoppers at another process.
    pub fn at(&self, process: &Runtime) -> Shoppers {
        Shoppers { runtime: process.clone(), router: app::router(process), ..self.clone() }
    }

    pub async fn read<T: ::redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let mut command = ::redis::cmd(words[0]);
        words[1..].iter().for_each(|word| {
            command.arg(*word);
        });
        patiently(|| self.runtime.store.read(&command)).await.unwrap()
    }

    /// Lets a shopper in, as the waiting room would.
    pub async fn let_in(&self, shopper: Uuid) -> String {
        self.try_let_in(shopper).await.unwrap()
    }

    pub async fn try_let_in(&self, shopper: Uuid) -> Result<String, StoreError> {
        let expires_at = self.runtime.clock.now() + SignedDuration::from_secs(300);
        let mut place = ::redis::cmd("ZADD");
        place.arg(self.runtime.keys.passes());
        place.arg(expires_at.as_millisecond()).arg(shopper.as_bytes().as_slice());
        self.runtime.store.read::<i64>(&place).await?;
        let mut ticket = ::redis::cmd("HSET");
        ticket.arg(self.runtime.keys.tickets(shopper)).arg(shopper.as_bytes().as_slice()).arg("1");
        self.runtime.store.read::<i64>(&ticket).await?;
        Ok(format!("pass={}", self.runtime.passes.sign(&Pass { shopper, index: 0, expires_at })))
    }

    pub fn signed_in(&self, shopper: Uuid) -> String {
        format!("shopper={}", self.issuer.shopper(shopper, "박지민", self.runtime.clock.now()).unwrap())
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        let headers = response.headers().clone();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, location: location.unwrap_or_default(), headers, body, text }
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.call(Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap()).await
    }

    pub async fn delete(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::delete(path).header("cookie", cookie).header("origin", ORIGIN);
        self.call(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a form, as a browser without JavaScript does.
    pub async fn submit(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit_from(ORIGIN, path, cookie, fields).await
    }

    pub async fn submit_from(
        &self,
        origin: &str,
        path: &str,
        cookie: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header("cookie", cookie)
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded");
        self.call(request.body(Body::from(form)).unwrap()).await
    }

    pub async fn post(&self, path: &str, cookie: &str, body: &Value) -> Answer {
        self.post_with_key(path, cookie, None, body).await
    }

    pub async fn post_with_key(&self, path: &str, cookie: &str, key: Option<&str>, body: &Value) -> Answer {
        let mut request = Request::post(path)
            .header("cookie", cookie)
            .header("origin", ORIGIN)
            .header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.call(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn hold(&self, pass: &str, key: &str, product: Uuid, quantity: u32) -> Answer {
        self.post_with_key("/shop/holds", pass, Some(key), &wish(product, quantity)).await
    }

    /// A held order, and the cookie that its shopper keeps.
    pub async fn held(&self, quantity: u32) -> (String, String) {
        let shopper = Uuid::new_v4();
        let pass = self.let_in(shopper).await;
        let held = self.hold(&pass, "first", COFFEE, quantity).await;
        assert_eq!(held.status, StatusCode::CREATED, "{}", held.body);
        (held.id(), self.signed_in(shopper))
    }

    /// An order whose payment is announced.
    pub async fn ready(&self, quantity: u32) -> (String, String) {
        let (order, cookie) = self.held(quantity).await;
        let ready = self.post(&format!("/payment/orders/{order}/ready"), &cookie, &json!({})).await;
        assert_eq!(ready.status, StatusCode::OK, "{}", ready.body);
        (order, cookie)
    }

    pub async fn approve(&self, order: &str, token: &str) -> Answer {
        let brought = match self.runtime.config.payment.provider {
            PaymentProvider::KakaoPay => format!("pg_token={token}"),
            PaymentProvider::Toss => {
                format!("paymentKey={token}&orderId={order}&amount={}", self.amount_of(order).await)
            }
        };
        self.come_back(order, &brought).await
    }

    /// The gateway sends the shopper back with this in the address.
    pub async fn come_back(&self, order: &str, brought: &str) -> Answer {
        self.get(&format!("/payment/orders/{order}/approve?{brought}"), "").await
    }

    /// The shopper agrees at the gateway, whoever's it is; what the browser brings back.
    pub async fn agree(&self, order: &str) -> String {
        match self.runtime.config.payment.provider {
            PaymentProvider::KakaoPay => self.bank.agree(order),
            PaymentProvider::Toss => self.bank.agree_in_window(order, self.amount_of(order).await),
        }
    }

    pub async fn amount_of(&self, order: &str) -> i64 {
        self.order(order).await.item.amount.0
    }

    pub async fn order(&self, order: &str) -> Order {
        let order = order.parse().unwrap();
        patiently(|| orders::find(&self.runtime, order)).await.unwrap().unwrap()
    }

    pub async fn paid(&self, quantity: u32) -> (String, String) {
        let (order, cookie) = self.ready(quantity).await;
        let token = self.agree(&order).await;
        self.approve(&order, &token).await;
        assert_eq!(self.state(&order).await, "paid");
        (order, cookie)
    }

    pub async fn refund(&self, order: &str, cookie: &str) -> Answer {
        let path = format!("/payment/orders/{order}/refund");
        self.post(&path, cookie, &json!({"reason": "마음이 바뀌었어요"})).await
    }

    pub async fn state(&self, order: &str) -> String {
        self.order(order).await.state.name().to_owned()
    }

    pub async fn shopper_of(&self, order: &str) -> Uuid {
        self.order(order).await.shopper.0
    }

    /// (left, held, sold)
    pub async fn stock(&self) -> (i64, i64, i64) {
        self.read(&["HMGET", &self.runtime.keys.stock(COFFEE), "left", "held", "sold"]).await
    }

    pub async fn figures(&self) -> Figures {
        payment::figures(&self.runtime).await.unwrap()
    }

    /// How often Redis has run a script.
    pub async fn script_calls(&self) -> u64 {
        let text: String = self.read(&["INFO", "commandstats"]).await;
        let calls = |line: &str| line.strip_prefix("cmdstat_evalsha:calls=")?.split(',').next()?.parse().ok();
        text.lines().find_map(calls).unwrap_or(0)
    }

    pub async fn recover(&self) -> usize {
        payment::recover::sweep(&self.runtime).await.unwrap()
    }

    /// Sends everything to the ledger.
    pub async fn export(&self) {
        while self.figures().await.unexported > 0 {
            payment::export_once(&self.runtime).await.unwrap();
        }
    }
}

pub fn wish(product: Uuid, quantity: u32) -> Value {
    json!({
        "product": product, "quantity": quantity,
        "delivery": {
            "recipient": "박지민", "phone": "010-1234-5678", "postcode": "04524",
            "line1": "서울 중구 세종대로 110", "line2": "3층", "note": "",
        },
    })
}

/// Waits for a condition, with a deadline.
pub async fn until<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    for _ in 0..400 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("after ten seconds, not yet: {what}");
}

async fn process(address: &str, config: DealConfig, clock: Clock) -> Runtime {
    let key = match config.payment.provider {
        PaymentProvider::KakaoPay => bank::KEY,
        PaymentProvider::Toss => toss_bank::KEY,
    };
    let secrets = Secrets {
        deal_key: [7; 32],
        draw_secret: [9; 32],
        redis_password: PASSWORD.into(),
        control_token: "control".into(),
        payment: Some(PaymentSecrets { merchant_key: key.into(), ledger_token: books::TOKEN.into() }),
    };
    let store = redis::connect(address).await;
    let ingredients = Ingredients {
        role: Role::All,
        config,
        secrets,
        store,
        clock,
        shutdown: Shutdown::manual(),
        enter_rates: EnterRates::default(),
    };
    let runtime = Runtime::new(ingredients).unwrap();
    // Redis may be killed at this very moment.
    patiently(|| queue::arm(&runtime)).await.unwrap();
    runtime
}

fn account(provider: PaymentProvider, bank: &str) -> PaymentConfig {
    match provider {
        PaymentProvider::KakaoPay => PaymentConfig {
            provider,
            base_url: bank.to_owned(),
            merchant_id: "TC0ONETIME".into(),
            script_url: None,
        },
        PaymentProvider::Toss => PaymentConfig {
            provider,
            base_url: format!("{bank}/toss"),
            merchant_id: CLIENT_KEY.into(),
            script_url: Some(SCRIPT.into()),
        },
    }
}

fn config(plan: &Plan, start: Timestamp, keys: &Keys, bank: &Bank, ledger: &Ledger) -> DealConfig {
    let product = |id, name: &str| ProductSettings {
        id,
        name: name.into(),
        list_price: Won(PRICE * 2),
        price: Won(PRICE),
        stock: plan.stock,
        per_shopper_max: plan.per_shopper_max,
        image_url: "http://127.0.0.1/coffee.webp".into(),
    };
    DealConfig {
        deal: "hanbit-20261124-1000".into(),
        title: "한빛커피 타임딜".into(),
        company_name: "한빛커피로스터스".into(),
        origin: ORIGIN.into(),
        opens_at: start + SignedDuration::from_secs(plan.window.0),
        closes_at: start + SignedDuration::from_secs(plan.window.1),
        prequeue: Prequeue::Fifo,
        on_refresh: OnRefresh::Keep,
        pass_seconds: 300,
        claim_seconds: 30,
        hold_seconds: plan.hold_seconds,
        restock_on_refund: plan.restock_on_refund,
        payment: account(plan.provider, &bank.url),
        identity: IdentityConfig {
            jwks: keys.jwks(),
            issuer: ISSUER.into(),
            sign_in_url: "http://ddib.localhost:8080/api/v1/auth/kakao/start".into(),
            orders_url: "http://ddib.localhost:8080/me/orders".into(),
        },
        ledger: LedgerConfig { base_url: ledger.url.clone() },
        settings: Settings {
            generation: 1,
            paused: false,
            closed: false,
            admissions_per_second: 100,
            inside_max: 1_000,
            notice: String::new(),
            proof_of_work: None,
            withdrawn_links: Vec::new(),
            products: vec![product(COFFEE, "예가체프 200g"), product(CUP, "머그컵")],
        },
    }
}
