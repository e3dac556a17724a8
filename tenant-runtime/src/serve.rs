//! The life of a process: start, serve, drain.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::shutdown::{self, Shutdown};
use control_plane_telemetry::threads::{Answers, Threads};
use tokio::net::{TcpListener, TcpSocket};

use crate::config::{self, Environment, Role};
use crate::redis::{Store, StoreError};
use crate::state::{Ingredients, Runtime};
use crate::{app, error, payment, queue};

/// How long requests under way may take to finish: longer than a payment's approval.
const GRACE: Duration = Duration::from_secs(20);
/// How long a Redis that starts at the same time may take to come up.
const REDIS_WAIT: Duration = Duration::from_secs(30);
const REDIS_RETRY: Duration = Duration::from_millis(250);

/// Serves `role` until SIGTERM or SIGINT.
///
/// # Errors
/// Where the process cannot start; the message says what is missing.
pub async fn run(role: Role, environment: Environment) -> anyhow::Result<()> {
    let shutdown = Shutdown::on_signals().context("cannot listen to signals")?;
    let config = config::read_deal(&environment.config)?;
    let secrets = config::read_secrets(&environment.secrets, role)?;
    let listeners = Listeners::bind(&environment)?;
    let store = connect(&environment.redis, &secrets.redis_password, &shutdown)
        .await
        .with_context(|| format!("cannot use the Redis at DDIB_REDIS={}", environment.redis))?;
    let clock = Clock::system();
    let enter_rates = environment.enter_rates;
    let runtime = Runtime::new(Ingredients { role, config, secrets, store, clock, shutdown, enter_rates })
        .context("the deal's configuration cannot be used")?;
    tracing::info!(deal = %runtime.config.deal, ?role, address = %listeners.shoppers.local_addr()?, "listening");
    serve(runtime, listeners).await
}

/// Where a process serves.
struct Listeners {
    shoppers: TcpListener,
    /// `None` where the platform's own questions are answered at the one for shoppers.
    platform: Option<TcpListener>,
}

impl Listeners {
    fn bind(environment: &Environment) -> anyhow::Result<Listeners> {
        let platform = match environment.internal_listen {
            Some(address) => Some(bind("DDIB_INTERNAL_LISTEN", address)?),
            None => None,
        };
        Ok(Listeners { shoppers: bind("DDIB_LISTEN", environment.listen)?, platform })
    }
}

/// How many connections may wait to be accepted; whoever finds no place tries again a second later. The
/// machine's own limit (`net.core.somaxconn`) may be lower.
const BACKLOG: u32 = 8_192;

fn bind(name: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let bound = socket.and_then(|socket| {
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    });
    bound.with_context(|| format!("cannot listen at {name}={address}: is the port taken?"))
}

/// Serves a runtime at its listeners until its shutdown is triggered. The first settings are applied
/// and the first look at the room is taken before the process calls itself ready.
///
/// # Errors
/// Where Redis refuses the first steps, or the listener fails.
async fn serve(runtime: Runtime, listeners: Listeners) -> anyhow::Result<()> {
    queue::arm(&runtime).await.context("cannot prepare the deal in its Redis")?;
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(queue::run(runtime.clone()));
    if runtime.role.has_payment() {
        tasks.spawn(payment::run(runtime.clone()));
    }
    runtime.readiness.set_ready();
    let served = listen(&runtime, listeners).await;
    runtime.shutdown.trigger();
    let finished = tokio::time::timeout(GRACE, async { while tasks.join_next().await.is_some() {} }).await;
    if finished.is_err() {
        tracing::warn!("a background task was still at work when the grace ended");
    }
    served.map(drop).context("the listener failed")
}

/// Ends when both listeners have, and both end when one of them fails.
async fn listen(runtime: &Runtime, listeners: Listeners) -> io::Result<Threads> {
    let Listeners { shoppers, platform } = listeners;
    match platform {
        None => for_shoppers(runtime, shoppers, app::router(runtime)).await,
        Some(platform) => {
            let (router, for_the_platform) = app::routers(runtime);
            let (threads, served) = tokio::join!(
                for_shoppers(runtime, shoppers, router),
                answer_the_platform(runtime, platform, for_the_platform)
            );
            served.and(threads)
        }
    }
}

/// With a thread for each core.
async fn for_shoppers(runtime: &Runtime, listener: TcpListener, router: Router) -> io::Result<Threads> {
    let cores = std::thread::available_parallelism()?;
    let answers = Answers { router, at_once: queue::at_once(runtime) };
    let (shutdown, readiness) = (runtime.shutdown.clone(), runtime.readiness.clone());
    let served = shutdown::serve_on(cores, listener, &answers, shutdown, readiness, GRACE).await;
    runtime.shutdown.trigger();
    served
}

async fn answer_the_platform(runtime: &Runtime, listener: TcpListener, router: Router) -> io::Result<()> {
    let (shutdown, readiness) = (runtime.shutdown.clone(), runtime.readiness.clone());
    let served = shutdown::serve(listener, router, shutdown, readiness, GRACE).await;
    runtime.shutdown.trigger();
    served
}

async fn connect(
    address: &str,
    password: &secrecy::SecretString,
    shutdown: &Shutdown,
) -> Result<Store, StoreError> {
    let patience = tokio::time::sleep(REDIS_WAIT);
    tokio::pin!(patience);
    loop {
        let failure = match Store::connect(address, password).await {
            Ok(store) => return Ok(store),
            Err(failure @ StoreError::Unavailable(_)) => failure,
            Err(failure) => return Err(failure),
        };
        tracing::info!(error = %error::chain(&failure), "redis does not answer yet");
        tokio::select! {
            () = tokio::time::sleep(REDIS_RETRY) => {}
            () = &mut patience => return Err(failure),
            () = shutdown.triggered() => return Err(failure),
        }
    }
}
