//! A control plane of one's own: a manual clock, a cluster in memory, and a payment gateway that
//! does as it is told.

pub mod cluster;
#[path = "../../database/mod.rs"]
pub mod database;
pub mod gateway;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::response::Parts;
use axum::http::{HeaderMap, Request, StatusCode};
use control_plane::companies::{self, Provider, entity as company_rows, merchant};
use control_plane::config::{
    CalendarConfig, CapacityConfig, Config, DatabaseConfig, DealsConfig, KakaoConfig, KakaoPayConfig,
    PublicConfig, S3Config, Scheme, StorageConfig, TossConfig,
};
use control_plane::deals::{mirror, schedule};
use control_plane::http::site::Site;
use control_plane::identity::entity::user;
use control_plane::ids::{CompanyId, UserId};
use control_plane::jobs::runner;
use control_plane::{AppState, Service};
use control_plane_telemetry::clock::{Clock, ManualClock};
use control_plane_token::Keys;
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ActiveModelTrait as _, Set};
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;
use uuid::Uuid;

use cluster::MemoryCluster;
use gateway::PayStub;

/// A Monday morning in Korea.
pub const START: &str = "2026-11-23T01:00:00Z";

pub struct Platform {
    pub router: Router,
    pub state: AppState,
    pub cluster: Arc<MemoryCluster>,
    pub pay: PayStub,
    pub hand: ManualClock,
    _dir: TempDir,
}

/// Somebody with a session.
#[derive(Clone)]
pub struct Person {
    pub user: UserId,
    site: Site,
    cookie: String,
}

/// An approved company with a merchant key, and its owner.
#[derive(Clone)]
pub struct Owner {
    pub company: CompanyId,
    pub person: Person,
}

pub async fn platform() -> Platform {
    platform_with(|_| ()).await
}

pub async fn platform_with(change: impl FnOnce(&mut Config)) -> Platform {
    let dir = TempDir::new().unwrap();
    let pay = PayStub::start().await;
    let mut config = config(database::fresh(dir.path()).await, &pay.base_url);
    change(&mut config);
    let (clock, hand) = Clock::manual(START.parse().unwrap());
    let cluster = Arc::new(MemoryCluster::default());
    let service = Service::start(config, cluster.clone(), clock).await.unwrap();
    Platform { router: service.router, state: service.state, cluster, pay, hand, _dir: dir }
}

fn config(database: String, pay: &str) -> Config {
    let url = |text: &str| text.parse().unwrap();
    Config {
        database: DatabaseConfig { url: database },
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        public: PublicConfig { scheme: Scheme::Http, domain: "localhost".to_owned(), port: 8080 },
        kakao: KakaoConfig {
            issuer: "http://127.0.0.1:9".to_owned(),
            authorize_url: url("http://127.0.0.1:9/oauth/authorize"),
            token_url: url("http://127.0.0.1:9/oauth/token"),
            jwks_url: url("http://127.0.0.1:9/jwks"),
            client_id: "client".to_owned(),
            client_secret: SecretString::from("secret"),
        },
        kakaopay: KakaoPayConfig {
            base_url: url(pay),
            merchant_id: "TC0ONETIME".to_owned(),
            merchant_key: SecretString::from("DEV-platform"),
        },
        toss: TossConfig { base_url: url(&format!("{pay}/toss")) },
        storage: StorageConfig::S3(S3Config {
            endpoint: Some(url("http://127.0.0.1:9")),
            region: "local".to_owned(),
            bucket: "images".to_owned(),
            access_key: "a".to_owned(),
            secret_key: SecretString::from("s"),
            force_path_style: true,
        }),
        kubernetes: None,
        seal_key: SecretString::from("ab".repeat(32)),
        second_seal_key: None,
        token_key_pem: SecretString::from(Keys::generate().unwrap().to_pem()),
        admins: Vec::new(),
        capacity: CapacityConfig { shoppers_max: 200_000 },
        calendar: CalendarConfig::default(),
        deals: DealsConfig::default(),
    }
}

impl Platform {
    pub fn now(&self) -> Timestamp {
        self.state.clock.now()
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.hand.advance(SignedDuration::from_secs(seconds));
    }

    pub async fn person(&self, name: &str, site: Site) -> Person {
        let now = self.now();
        let id: UserId = self.state.entropy.id(now);
        let row = user::ActiveModel { id: Set(id), name: Set(name.to_owned()), created_at: Set(now.into()) };
        row.insert(self.state.db.write()).await.unwrap();
        self.session(id, name, site)
    }

    fn session(&self, user: UserId, name: &str, site: Site) -> Person {
        let token = self.state.tokens.session(site, user, name, self.now()).unwrap();
        Person { user, site, cookie: format!("{}_session={token}", site.as_str()) }
    }

    /// The same person with a session that begins now.
    pub fn again(&self, person: &Person) -> Person {
        self.session(person.user, "누군가", person.site)
    }

    /// An approved company without a merchant key.
    pub async fn company(&self, slug: &str) -> Owner {
        let person = self.person("사장", Site::Bidd).await;
        let (now, db) = (self.now(), self.state.db.write());
        let company: CompanyId = self.state.entropy.id(now);
        company_rows::company::ActiveModel {
            id: Set(company),
            name: Set(format!("{slug} 상점")),
            slug: Set(slug.to_owned()),
            claimed_slug: Set(Some(slug.to_owned())),
            claimed_number: Set(None),
            business_number: Set("1234567891".to_owned()),
            representative: Set("김사장".to_owned()),
            mail_order_number: Set("제2026-서울중구-0001호".to_owned()),
            contact_email: Set("shop@example.com".to_owned()),
            contact_phone: Set("+821012345678".to_owned()),
            state: Set(companies::State::Approved),
            rejected_reason: Set(None),
            applied_at: Set(now.into()),
            reviewed_at: Set(Some(now.into())),
            reviewed_by: Set(None),
        }
        .insert(db)
        .await
        .unwrap();
        company_rows::member::ActiveModel {
            company_id: Set(company),
            user_id: Set(person.user),
            role: Set(companies::Role::Owner),
            created_at: Set(now.into()),
        }
        .insert(db)
        .await
        .unwrap();
        Owner { company, person }
    }

    /// An approved company that can sell.
    pub async fn seller(&self, slug: &str) -> Owner {
        let owner = self.company(slug).await;
        self.set_merchant_key(&owner).await;
        owner
    }

    pub async fn set_merchant_key(&self, owner: &Owner) {
        self.choose(owner, Provider::KakaoPay, "CT12345678", "DEV-company").await;
    }

    /// As the portal's page does it.
    pub async fn choose(&self, owner: &Owner, provider: Provider, id: &str, key: &str) {
        let key = SecretString::from(key);
        let by = owner.person.user;
        let new = merchant::NewMerchant { company: owner.company, provider, id, key: &key, by };
        let state = &self.state;
        let tx = state.db.begin().await.unwrap();
        merchant::set(&tx, &state.sealer, &state.entropy, &new, self.now()).await.unwrap();
        schedule::company_changed(&tx, owner.company, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn shopper(&self, name: &str) -> Person {
        self.person(name, Site::Ddib).await
    }

    /// Does what is due, until nothing is.
    pub async fn work(&self) {
        while runner::run_due(&self.state).await.unwrap() > 0 {}
        mirror::follow(&self.state).await.unwrap();
        while runner::run_due(&self.state).await.unwrap() > 0 {}
    }

    pub async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let (parts, bytes) = self.exchange(request).await;
        let location = parts.headers.get("location").map(|to| json!({"location": to.to_str().unwrap()}));
        let value = serde_json::from_slice(&bytes).ok().or(location).unwrap_or(Value::Null);
        (parts.status, value)
    }

    async fn exchange(&self, request: Request<Body>) -> (Parts, Bytes) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts, body.collect().await.unwrap().to_bytes())
    }

    /// What a browser at the portal gets that follows a link, signed in or not.
    pub async fn download(&self, person: Option<&Person>, path: &str) -> (StatusCode, HeaderMap, String) {
        let host = self.state.config.public.host(Site::Bidd);
        let mut request = Request::get(format!("/api/v1{path}")).header("host", format!("{host}:8080"));
        if let Some(person) = person {
            request = request.header("cookie", &person.cookie);
        }
        let (parts, bytes) = self.exchange(request.body(Body::empty()).unwrap()).await;
        (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    pub async fn get(&self, person: &Person, path: &str) -> (StatusCode, Value) {
        self.call(person, "GET", path, None, None).await
    }

    pub async fn post(&self, person: &Person, path: &str, body: Value) -> (StatusCode, Value) {
        let key = Uuid::from_bytes(self.state.entropy.bytes()).to_string();
        self.call(person, "POST", path, Some(body), Some(&key)).await
    }

    pub async fn call(
        &self,
        person: &Person,
        method: &str,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> (StatusCode, Value) {
        let host = self.state.config.public.host(person.site);
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", format!("{host}:8080"))
            .header("origin", self.state.config.public.origin(person.site))
            .header("cookie", &person.cookie);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = match body {
            Some(Value::Null) | None => Body::empty(),
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
        };
        self.send(request.body(body).unwrap()).await
    }

    /// Nobody in particular opens a page of the storefront's API, or follows a redirect.
    pub async fn open(&self, site: Site, path: &str) -> (StatusCode, Value) {
        let host = self.state.config.public.host(site);
        let request = Request::builder().uri(path).header("host", format!("{host}:8080"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A runtime speaks to the ledger.
    pub async fn runtime(&self, deal: &str, token: &str, entries: Option<Value>) -> (StatusCode, Value) {
        let (method, what) = if entries.is_some() { ("POST", "events") } else { ("GET", "head") };
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/runtime/deals/{deal}/{what}"))
            .header("host", "bidd.localhost:8080")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let body =
            entries.map_or_else(Body::empty, |entries| Body::from(json!({ "entries": entries }).to_string()));
        self.send(request.body(body).unwrap()).await
    }

    /// Books a window that opens `after_seconds` from now and lasts an hour.
    pub async fn book(&self, owner: &Owner, after_seconds: i64) -> Value {
        let opens_at = self.now() + SignedDuration::from_secs(after_seconds);
        let closes_at = opens_at + SignedDuration::from_secs(3_600);
        let path = format!("/companies/{}/rentals", owner.company);
        let body = rental_body("light", opens_at, closes_at);
        let (status, rental) = self.post(&owner.person, &path, body).await;
        assert_eq!(status, StatusCode::CREATED, "{rental}");
        rental
    }

    /// Begins to pay a rental's fee and agrees at the gateway: the address to come back to.
    pub async fn agree(&self, owner: &Owner, rental: &str) -> String {
        let path = format!("/companies/{}/rentals/{rental}/payment", owner.company);
        let (status, payment) = self.post(&owner.person, &path, Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{payment}");
        self.pay.agree(payment["pc"].as_str().unwrap())
    }

    /// Comes back from the gateway: what the page is told.
    pub async fn come_back(&self, address: &str) -> String {
        let path = address.split_once(":8080").unwrap().1;
        let (status, answer) = self.open(Site::Bidd, path).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{answer}");
        answer["location"].as_str().unwrap().rsplit_once('=').unwrap().1.to_owned()
    }

    pub async fn product(&self, owner: &Owner, rental: &str, name: &str, stock: u32) -> Value {
        let path = format!("/companies/{}/rentals/{rental}/products", owner.company);
        let body = json!({
            "name": name, "description": "갓 볶았어요", "listPrice": 30_000, "price": 19_900,
            "stock": stock, "perShopperMax": 2,
        });
        let (status, product) = self.post(&owner.person, &path, body).await;
        assert_eq!(status, StatusCode::CREATED, "{product}");
        product
    }

    /// A deal that has been written, with one product: its rental and its name.
    pub async fn deal(&self, owner: &Owner, after_seconds: i64) -> (String, String) {
        let rental = self.book(owner, after_seconds).await;
        let id = rental["id"].as_str().unwrap().to_owned();
        let back = self.agree(owner, &id).await;
        assert_eq!(self.come_back(&back).await, "paid");
        self.product(owner, &id, "원두 1kg", 10).await;
        self.work().await;
        let (_, rental) =
            self.get(&owner.person, &format!("/companies/{}/rentals/{id}", owner.company)).await;
        assert_eq!(rental["state"], "scheduled", "{rental}");
        (id, rental["deal"]["name"].as_str().unwrap().to_owned())
    }
}

pub fn rental_body(plan: &str, opens_at: Timestamp, closes_at: Timestamp) -> Value {
    json!({
        "title": "가을 원두", "plan": plan, "category": "food",
        "opensAt": opens_at.to_string(), "closesAt": closes_at.to_string(),
    })
}

/// The code of the first field error.
pub fn field_code(problem: &Value) -> &str {
    problem["errors"][0]["code"].as_str().unwrap_or_default()
}
