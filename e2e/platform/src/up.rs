//! `bidd up`: puts the platform together, runs it until it is told to stop, and takes it apart in
//! order. It may be killed at any moment: everything that matters is on disk, and what still runs is
//! adopted at the next start.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use control_plane::AppState;
use control_plane::config::{
    CalendarConfig, CapacityConfig, Config, DatabaseConfig, DealsConfig, KakaoConfig, KakaoPayConfig,
    PublicConfig, S3Config, Scheme, StorageConfig, TossConfig,
};
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::health::Readiness;
use control_plane_telemetry::logs;
use control_plane_telemetry::shutdown::{self, Shutdown};
use control_plane_token::Keys;
use crds::{Phase, TimeDeal};
use e2e_kakao_sim::Simulator;
use operator::{Context, Limits, Platform, TossPlaces};
use tenant_runtime_core::config::IdentityConfig;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::executor::{Processes, Programs};
use crate::ports::listen;
use crate::screen::Screen;
use crate::seed::{self, ADMIN};
use crate::state::{DOMAIN, Layout, Settings, StateDir};
use crate::store::TimeDeals;
use crate::{edge, files, storage};

/// Requests that are under way when the end comes may take this long.
const GRACE: Duration = Duration::from_secs(5);

/// What `bidd up` is told.
#[derive(Debug, Clone)]
pub struct Options {
    pub state: PathBuf,
    /// See [`StateDir::settings`].
    pub port: Option<u16>,
    /// Whether to fill an empty platform with the demo.
    pub seed: bool,
}

struct Listeners {
    edge: TcpListener,
    control_plane: TcpListener,
    kakao: TcpListener,
    storage: TcpListener,
}

/// Runs the platform until `shutdown`.
///
/// # Errors
/// Where it cannot start: each error is one line that says what is wrong and how to mend it.
pub async fn run(options: Options, clock: Clock, screen: &Screen, shutdown: Shutdown) -> anyhow::Result<()> {
    let place = options.state.clone();
    let ran = compose(options, clock, screen, shutdown).await;
    ran.map_err(|error| if is_full(&error) { DiskFull(place).into() } else { error })
}

/// Whoever notices first says it in its own words: the file system, SQLite, the journal.
fn is_full(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let text = cause.to_string().to_lowercase();
        text.contains("disk is full") || text.contains("no space left")
    })
}

#[derive(Debug, thiserror::Error)]
#[error("the disk under {} is full: free some space and start again, or choose another --state", .0.display())]
struct DiskFull(PathBuf);

async fn compose(options: Options, clock: Clock, screen: &Screen, shutdown: Shutdown) -> anyhow::Result<()> {
    let state = StateDir::take(&options.state)?;
    let programs = Programs::find()?;
    let settings = state.settings(options.port)?;
    let layout = state.layout().clone();
    log_to_file(&layout)?;
    let listeners = Listeners::bind(&settings).await?;

    // What deals lean on outlives them: it stops after the last of them has.
    let behind = Shutdown::manual();
    let mut servers = Servers::default();
    let simulator = simulator(&layout, &settings, &clock).await?;
    servers.serve("the Kakao simulator", listeners.kakao, simulator.router(), &behind);
    servers.serve("the object store", listeners.storage, storage::router(&layout, &settings)?, &behind);
    let deals = Arc::new(TimeDeals::open(layout.clone(), clock.clone(), screen.clone())?);
    let config = configuration(&layout, &settings)?;
    let service = control_plane::Service::start(config, deals.clone(), clock.clone()).await?;
    servers.serve("the control plane", listeners.control_plane, service.router, &behind);
    let jobs = tokio::spawn(service.jobs.run(behind.token()));

    let routes = edge::Routes::default();
    let url = settings.control_plane_url();
    let processes = Arc::new(Processes::new(layout.clone(), programs, routes.clone(), &url));
    processes.restore_routes()?;
    let (executor, kept) = (Arc::clone(&processes), Arc::clone(&deals));
    let context = context(&settings)?;
    let lifecycle = tokio::spawn(operator::run(executor, kept, context, clock.clone(), shutdown.clone()));
    let router = edge::router(DOMAIN, settings.ports.edge, settings.ports.control_plane, routes);
    servers.serve("the edge", listeners.edge, router, &shutdown);

    greet(screen, &settings);
    agenda(screen, &settings, &deals.all());
    let seeding = async {
        if options.seed {
            seed_or_say(&layout, &settings, &service.state, &clock, screen).await;
        }
        std::future::pending::<()>().await;
    };
    let broken = tokio::select! {
        () = seeding => None,
        broken = servers.broken(&shutdown) => broken,
    };
    shutdown.trigger();

    screen.line("stopping: deals in flight are kept and go on at the next start");
    lifecycle.await.context("the lifecycle")?;
    processes.stop_all().await?;
    behind.trigger();
    jobs.await.context("the jobs")?;
    servers.end().await;
    screen.line("stopped");
    drop(state);
    broken.map_or(Ok(()), Err)
}

/// A demo that cannot be set up is no reason not to run.
async fn seed_or_say(layout: &Layout, settings: &Settings, state: &AppState, clock: &Clock, screen: &Screen) {
    if let Err(error) = seed::run(layout, settings, state, clock, screen).await {
        tracing::error!(error = format!("{error:#}"), "the demo could not be set up");
        screen.line(&format!("the demo could not be set up, the next start goes on with it: {error:#}"));
    }
}

/// The listeners that are served, by name.
#[derive(Default)]
struct Servers(JoinSet<(&'static str, std::io::Result<()>)>);

impl Servers {
    fn serve(&mut self, name: &'static str, listener: TcpListener, router: Router, shutdown: &Shutdown) {
        let readiness = Readiness::starting();
        readiness.set_ready();
        let served = shutdown::serve(listener, router, shutdown.clone(), readiness, GRACE);
        self.0.spawn(async move { (name, served.await) });
    }

    /// Waits for the shutdown, or for a server that ends before it.
    async fn broken(&mut self, shutdown: &Shutdown) -> Option<anyhow::Error> {
        tokio::select! {
            // First: at a shutdown the servers end, too, and no longer by themselves.
            biased;
            () = shutdown.triggered() => None,
            ended = self.0.join_next() => match ended {
                Some(Ok((name, Ok(())))) => Some(anyhow::anyhow!("{name} ended by itself")),
                Some(Ok((name, Err(error)))) => Some(anyhow::Error::new(error).context(name)),
                Some(Err(panicked)) => Some(panicked.into()),
                None => Some(anyhow::anyhow!("nothing is served")),
            },
        }
    }

    /// Waits for all of them; how they end no longer matters.
    async fn end(mut self) {
        while let Some(ended) = self.0.join_next().await {
            if let Ok((name, Err(error))) = ended {
                tracing::warn!(name, %error, "a server did not end well");
            }
        }
    }
}

impl Listeners {
    async fn bind(settings: &Settings) -> anyhow::Result<Listeners> {
        let ports = settings.ports;
        let kept = " and start again: deals have this address written into their configuration";
        Ok(Listeners {
            edge: listen(ports.edge, "the edge", ", or choose another with --port").await?,
            control_plane: listen(ports.control_plane, "the control plane", kept).await?,
            kakao: listen(ports.kakao, "the Kakao simulator", kept).await?,
            storage: listen(ports.storage, "the object store", kept).await?,
        })
    }
}

fn log_to_file(layout: &Layout) -> std::io::Result<()> {
    logs::init_to("bidd", files::open_log(&layout.log())?);
    Ok(())
}

async fn simulator(layout: &Layout, settings: &Settings, clock: &Clock) -> anyhow::Result<Simulator> {
    let (directory, url, clock) = (layout.kakao(), settings.kakao_url(), clock.clone());
    let opened = tokio::task::spawn_blocking(move || Simulator::open(&directory, &url, move || clock.now()));
    opened.await?.context("the Kakao simulator")
}

fn configuration(layout: &Layout, settings: &Settings) -> anyhow::Result<Config> {
    let kakao = settings.kakao_url();
    Ok(Config {
        database: DatabaseConfig { url: format!("sqlite://{}?mode=rwc", layout.database().display()) },
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, settings.ports.control_plane)),
        public: PublicConfig { scheme: Scheme::Http, domain: DOMAIN.to_owned(), port: settings.ports.edge },
        kakao: KakaoConfig {
            issuer: kakao.clone(),
            authorize_url: format!("{kakao}/oauth/authorize").parse()?,
            token_url: format!("{kakao}/oauth/token").parse()?,
            jwks_url: format!("{kakao}/.well-known/jwks.json").parse()?,
            client_id: e2e_kakao_sim::CLIENT_ID.to_owned(),
            client_secret: e2e_kakao_sim::CLIENT_SECRET.into(),
        },
        kakaopay: KakaoPayConfig {
            base_url: kakao.parse()?,
            merchant_id: e2e_kakao_sim::TEST_CID.to_owned(),
            merchant_key: e2e_kakao_sim::TEST_KEY.into(),
        },
        toss: TossConfig { base_url: format!("{kakao}/toss").parse()? },
        storage: StorageConfig::S3(S3Config {
            endpoint: Some(format!("http://127.0.0.1:{}", settings.ports.storage).parse()?),
            region: storage::REGION.to_owned(),
            bucket: storage::BUCKET.to_owned(),
            access_key: settings.storage_access_key.clone(),
            secret_key: settings.storage_secret_key.clone().into(),
            force_path_style: true,
        }),
        kubernetes: None,
        seal_key: settings.seal_key.clone().into(),
        second_seal_key: None,
        token_key_pem: settings.token_key_pem.clone().into(),
        admins: vec![ADMIN.parse().context("the admin's Kakao id")?],
        capacity: CapacityConfig { shoppers_max: 100_000 },
        // Seconds where production takes minutes: a demo's deal opens one minute after the start.
        calendar: CalendarConfig {
            setup_seconds: 30,
            drain_seconds: 120,
            lead_seconds_min: 20,
            granularity_seconds: 1,
            length_seconds_min: 60,
            ..CalendarConfig::default()
        },
        deals: DealsConfig {
            warm_up_seconds: 20,
            // The shortest that outlives a payment: a deal drains until its last hold has run out.
            hold_seconds: 900,
            ..DealsConfig::default()
        },
    })
}

fn context(settings: &Settings) -> anyhow::Result<Context> {
    let keys = Keys::from_pem(&settings.token_key_pem)?;
    let storefront = settings.public_url("ddib");
    Ok(Context {
        platform: Platform {
            scheme: "http".to_owned(),
            port: Some(settings.ports.edge),
            ledger_base_url: settings.control_plane_url(),
            kakaopay_base_url: settings.kakao_url(),
            toss: TossPlaces {
                base_url: format!("{}/toss", settings.kakao_url()),
                script_url: format!("{}/toss/script.js", settings.kakao_url()),
            },
            identity: IdentityConfig {
                jwks: keys.jwks(),
                issuer: storefront.clone(),
                sign_in_url: format!("{storefront}/api/v1/auth/renew"),
                orders_url: format!("{storefront}/orders"),
            },
        },
        limits: Limits {
            provision_seconds: 10,
            drain_seconds_max: 120,
            settle_seconds_max: 120,
            teardown_seconds_max: 60,
            poll_seconds: 2,
            refused_seconds: 30,
        },
    })
}

/// What an earlier start has left to do.
fn agenda(screen: &Screen, settings: &Settings, deals: &[Arc<TimeDeal>]) {
    let phase = |deal: &TimeDeal| deal.status.as_ref().map(|status| status.phase).unwrap_or_default();
    let over = |deal: &TimeDeal| matches!(phase(deal), Phase::Completed | Phase::Cancelled | Phase::Missed);
    let mut due: Vec<_> = deals.iter().filter(|deal| !over(deal)).collect();
    due.sort_by_key(|deal| deal.spec.window.opens_at);
    for deal in due {
        let (spec, window) = (&deal.spec, deal.spec.window);
        let url = settings.public_url(&format!("{}.ddib", spec.company.slug));
        screen.deal(&spec.title, window.opens_at, window.closes_at, &url);
    }
}

fn greet(screen: &Screen, settings: &Settings) {
    screen.plain(&format!(
        "\n  BIDD, for companies      {}\n  DDIB, for shoppers       {}\n  API                      {}/api/docs\n  Kakao simulator          {}\n",
        settings.public_url("bidd"),
        settings.public_url("ddib"),
        settings.public_url("bidd"),
        settings.kakao_url(),
    ));
}
