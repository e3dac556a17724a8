//! The platform's books for one deal: the real control plane in this process, on a PostgreSQL.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use control_plane::config::{
    CalendarConfig, CapacityConfig, Config, DatabaseConfig, DealsConfig, KakaoConfig, KakaoPayConfig,
    PublicConfig, Scheme, StorageConfig, TossConfig,
};
use control_plane::deals::{Cluster, ClusterFuture};
use control_plane::http::runtime::set_credential;
use control_plane::ids::CompanyId;
use control_plane::ledger::append;
use control_plane::ledger::entity::ledger;
use control_plane::ledger::open::{self, NewLedger};
use control_plane::{AppState, Service};
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::shutdown::{self, Shutdown};
use control_plane_token::Keys;
use crds::TimeDeal;
use sea_orm::{ConnectionTrait as _, Database};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

const GRACE: Duration = Duration::from_secs(1);

/// The books, and where they are served until this is dropped.
pub struct Books {
    state: AppState,
    pub address: SocketAddr,
    shutdown: Shutdown,
}

impl Drop for Books {
    fn drop(&mut self) {
        self.shutdown.trigger();
    }
}

impl Books {
    /// Opens the ledger of `deal`, to which whoever has `token` may append, in a schema of its own.
    pub async fn open(server: &str, deal: &str, token: &str) -> Result<Books> {
        let schema = format!("bench_{}", Uuid::new_v4().simple());
        let db = Database::connect(server).await.context("PostgreSQL does not answer")?;
        db.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await?;
        db.close().await?;
        let url = format!("{server}?options[search_path]={schema}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let clock = Clock::system();
        let service = Service::start(config(url, address)?, Arc::new(NoCluster), clock.clone()).await?;
        let state = service.state;
        let tx = state.db.begin().await?;
        let new = NewLedger { deal, rental: None, company: CompanyId(Uuid::new_v4()) };
        open::open(&tx, &state, &new, clock.now()).await?;
        set_credential(&tx, deal, token, clock.now()).await?;
        tx.commit().await?;
        let shutdown = Shutdown::manual();
        let served =
            shutdown::serve(listener, service.router, shutdown.clone(), service.readiness.clone(), GRACE);
        service.readiness.set_ready();
        tokio::spawn(served);
        Ok(Books { state, address, shutdown })
    }

    /// How far the ledger of `deal` has come.
    pub async fn ledger(&self, deal: &str) -> Result<ledger::Model> {
        append::find(self.state.db.read(), deal).await?.context("the ledger is gone")
    }
}

/// Nobody writes a deal here.
struct NoCluster;

impl Cluster for NoCluster {
    fn apply(&self, _: TimeDeal) -> ClusterFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn secret(&self, _: &str) -> ClusterFuture<'_, Option<BTreeMap<String, SecretString>>> {
        Box::pin(async { Ok(None) })
    }

    fn apply_secret(&self, _: &str, _: BTreeMap<String, SecretString>) -> ClusterFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn delete(&self, _: &str) -> ClusterFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn get(&self, _: &str) -> ClusterFuture<'_, Option<TimeDeal>> {
        Box::pin(async { Ok(None) })
    }

    fn list(&self) -> ClusterFuture<'_, Vec<Arc<TimeDeal>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn changed(&self) -> watch::Receiver<u64> {
        watch::Sender::new(0).subscribe()
    }
}

/// Nothing listens where outside parties are said to be.
fn config(database: String, listen: SocketAddr) -> Result<Config> {
    let nowhere = "http://127.0.0.1:1";
    Ok(Config {
        database: DatabaseConfig { url: database },
        listen,
        public: PublicConfig { scheme: Scheme::Http, domain: "localhost".to_owned(), port: listen.port() },
        kakao: KakaoConfig {
            issuer: nowhere.to_owned(),
            authorize_url: nowhere.parse()?,
            token_url: nowhere.parse()?,
            jwks_url: nowhere.parse()?,
            client_id: "bench".to_owned(),
            client_secret: SecretString::from("bench"),
        },
        kakaopay: KakaoPayConfig {
            base_url: nowhere.parse()?,
            merchant_id: "TC0ONETIME".to_owned(),
            merchant_key: SecretString::from("bench"),
        },
        toss: TossConfig { base_url: nowhere.parse()? },
        storage: StorageConfig::Directory(PathBuf::from("/nonexistent")),
        kubernetes: None,
        seal_key: SecretString::from("ab".repeat(32)),
        second_seal_key: None,
        token_key_pem: SecretString::from(Keys::generate()?.to_pem()),
        admins: Vec::new(),
        capacity: CapacityConfig { shoppers_max: 200_000 },
        calendar: CalendarConfig::default(),
        deals: DealsConfig::default(),
    })
}
