//! A control plane of one's own, with a Kakao and an object store that do as they are told, and
//! browsers that keep cookies.

pub mod browser;
#[path = "../../database/mod.rs"]
mod database;
pub mod kakao;
pub mod s3;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use control_plane::config::{
    CalendarConfig, CapacityConfig, Config, DatabaseConfig, DealsConfig, KakaoConfig, KakaoPayConfig,
    PublicConfig, S3Config, Scheme, StorageConfig, TossConfig,
};
use control_plane::deals::{Cluster, ClusterFuture};
use control_plane::http::site::Site;
use control_plane::{AppState, Service};
use control_plane_telemetry::clock::{Clock, ManualClock};
use control_plane_token::Keys;
use crds::TimeDeal;
use jiff::SignedDuration;
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;

use browser::Browser;
use kakao::KakaoStub;
use s3::S3Stub;

pub const START: &str = "2026-11-23T01:00:00Z";
/// The Kakao id of the platform's admin.
pub const ADMIN: u64 = 1002;

pub struct Platform {
    pub router: Router,
    pub state: AppState,
    pub kakao: KakaoStub,
    pub s3: S3Stub,
    hand: ManualClock,
    _dir: TempDir,
}

pub async fn platform() -> Platform {
    let dir = TempDir::new().unwrap();
    let (kakao, s3) = (KakaoStub::start().await, S3Stub::start().await);
    let (clock, hand) = Clock::manual(START.parse().unwrap());
    kakao.keep_time(clock.clone());
    let config = config(database::fresh(dir.path()).await, &kakao.base_url, &s3.base_url);
    let service = Service::start(config, Arc::new(NoCluster::default()), clock).await.unwrap();
    Platform { router: service.router, state: service.state, kakao, s3, hand, _dir: dir }
}

fn config(database: String, kakao: &str, s3: &str) -> Config {
    let url = |text: String| text.parse().unwrap();
    Config {
        database: DatabaseConfig { url: database },
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        public: PublicConfig { scheme: Scheme::Http, domain: "localhost".to_owned(), port: 8080 },
        kakao: KakaoConfig {
            issuer: kakao.to_owned(),
            authorize_url: url(format!("{kakao}/oauth/authorize")),
            token_url: url(format!("{kakao}/oauth/token")),
            jwks_url: url(format!("{kakao}/.well-known/jwks.json")),
            client_id: kakao::CLIENT_ID.to_owned(),
            client_secret: SecretString::from(kakao::CLIENT_SECRET),
        },
        kakaopay: KakaoPayConfig {
            base_url: url("http://127.0.0.1:9".to_owned()),
            merchant_id: "TC0ONETIME".to_owned(),
            merchant_key: SecretString::from("DEV-platform"),
        },
        toss: TossConfig { base_url: url("http://127.0.0.1:9".to_owned()) },
        storage: StorageConfig::S3(S3Config {
            endpoint: Some(url(s3.to_owned())),
            region: "local".to_owned(),
            bucket: "pictures".to_owned(),
            access_key: "access".to_owned(),
            secret_key: SecretString::from("secret"),
            force_path_style: true,
        }),
        kubernetes: None,
        seal_key: SecretString::from("ab".repeat(32)),
        second_seal_key: None,
        token_key_pem: SecretString::from(Keys::generate().unwrap().to_pem()),
        admins: vec![ADMIN],
        capacity: CapacityConfig::default(),
        calendar: CalendarConfig::default(),
        deals: DealsConfig::default(),
    }
}

impl Platform {
    pub fn advance_seconds(&self, seconds: i64) {
        self.hand.advance(SignedDuration::from_secs(seconds));
    }

    /// A browser of somebody who has not signed in.
    pub fn browser(&self, site: Site) -> Browser {
        Browser::new(self.router.clone(), site)
    }

    /// A browser of somebody who has.
    pub async fn signed_in(&self, site: Site, subject: u64, nickname: &str) -> Browser {
        let mut browser = self.browser(site);
        let answer = self.sign_in(&mut browser, subject, nickname).await;
        assert_eq!(answer.status.as_u16(), 303, "{answer:?}");
        assert!(!answer.location().contains("error="), "{answer:?}");
        browser
    }

    /// Goes to Kakao and back as the person with the id `subject`.
    pub async fn sign_in(&self, browser: &mut Browser, subject: u64, nickname: &str) -> browser::Answer {
        let start = browser.get("/api/v1/auth/kakao/start?returnTo=/after").await;
        let callback = self.kakao.agree(&start.location(), subject, nickname);
        browser.get(&callback).await
    }
}

/// Nothing here writes deals.
#[derive(Default)]
struct NoCluster(watch::Sender<u64>);

impl Cluster for NoCluster {
    fn apply(&self, _deal: TimeDeal) -> ClusterFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn apply_secret(&self, _name: &str, _data: BTreeMap<String, SecretString>) -> ClusterFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn secret(&self, _name: &str) -> ClusterFuture<'_, Option<BTreeMap<String, SecretString>>> {
        Box::pin(async { Ok(None) })
    }

    fn delete(&self, _name: &str) -> ClusterFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn get(&self, _name: &str) -> ClusterFuture<'_, Option<TimeDeal>> {
        Box::pin(async { Ok(None) })
    }

    fn list(&self) -> ClusterFuture<'_, Vec<Arc<TimeDeal>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

/// Serves a stub on a free port for as long as the test's runtime lives, and says where.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}
