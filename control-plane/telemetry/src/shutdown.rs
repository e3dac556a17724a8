//! Graceful shutdown: SIGTERM or Ctrl-C makes the process unready, lets requests under way finish,
//! and ends it after a grace period at the latest.

use std::io;
use std::num::NonZeroUsize;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::health::Readiness;
use crate::threads::{Answers, Threads};

/// Tells every part of a process that it is time to stop.
#[derive(Clone, Default)]
pub struct Shutdown(CancellationToken);

impl Shutdown {
    /// One that is triggered by hand, for a part that runs inside another process.
    #[must_use]
    pub fn manual() -> Shutdown {
        Shutdown::default()
    }

    /// One that SIGTERM and SIGINT trigger.
    ///
    /// # Errors
    /// Where the signal handlers cannot be installed.
    pub fn on_signals() -> io::Result<Shutdown> {
        let shutdown = Shutdown::default();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let token = shutdown.0.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => tracing::info!(signal = "SIGTERM", "shutting down"),
                _ = interrupt.recv() => tracing::info!(signal = "SIGINT", "shutting down"),
                () = token.cancelled() => {}
            }
            token.cancel();
        });
        Ok(shutdown)
    }

    pub fn trigger(&self) {
        self.0.cancel();
    }

    /// Returns once the shutdown has been triggered.
    pub async fn triggered(&self) {
        self.0.cancelled().await;
    }

    #[must_use]
    pub fn is_triggered(&self) -> bool {
        self.0.is_cancelled()
    }

    /// The token itself, for `select!` and for child tokens.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.0.clone()
    }
}

/// Serves until the shutdown is triggered, then drains for at most `grace`. The peer's address is
/// available to handlers as `ConnectInfo<SocketAddr>`.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: Shutdown,
    readiness: Readiness,
    grace: Duration,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let stop = shutdown.clone();
    let draining = async move {
        stop.triggered().await;
        readiness.set_draining();
    };
    // What is written is meant to go: the last lines of a stream are not to wait for the first's receipt.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its small writes back");
        }
    });
    let server = axum::serve(listener, service).with_graceful_shutdown(draining);
    tokio::select! {
        served = async { server.await } => served,
        () = after(&shutdown, grace) => Ok(()),
    }
}

/// As [`serve`], with so many threads that share no connection. They go on working at what was begun on
/// them until they are dropped.
///
/// # Errors
/// Where the listener fails, or a thread cannot be started.
pub async fn serve_on(
    threads: NonZeroUsize,
    listener: TcpListener,
    answers: &Answers,
    shutdown: Shutdown,
    readiness: Readiness,
    grace: Duration,
) -> io::Result<Threads> {
    let mut threads = Threads::start(threads, answers, &shutdown)?;
    tokio::select! {
        accepted = threads.accept(listener) => accepted?,
        () = shutdown.triggered() => {}
    }
    readiness.set_draining();
    tokio::select! {
        () = threads.drained() => {}
        () = after(&shutdown, grace) => {}
    }
    Ok(threads)
}

/// Ends so long after the shutdown was triggered.
async fn after(shutdown: &Shutdown, grace: Duration) {
    shutdown.triggered().await;
    tokio::time::sleep(grace).await;
    tracing::warn!(grace_seconds = grace.as_secs(), "requests were still under way when the grace ended");
}
