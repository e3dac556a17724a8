//! The simulator as a process of its own.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use e2e_kakao_sim::Simulator;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Imitates Kakao Login and KakaoPay for demonstrations and tests. Anyone who reaches it may sign in as anyone.
#[derive(Debug, Parser)]
#[command(name = "kakao-sim", version)]
struct Arguments {
    /// The address to listen on.
    #[arg(long, env = "KAKAO_SIM_LISTEN", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Where the journal and the signing key are kept.
    #[arg(long, env = "KAKAO_SIM_DIR", default_value = ".bidd/kakao")]
    dir: PathBuf,
    /// How browsers and servers reach it; by default the address that it listens on.
    #[arg(long, env = "KAKAO_SIM_BASE_URL")]
    base_url: Option<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("BIDD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();

    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}; choose another --listen", arguments.listen))?;
    let address = listener.local_addr().context("the listener has no address")?;
    let base_url = arguments.base_url.unwrap_or_else(|| format!("http://{address}"));
    let simulator = Simulator::open(&arguments.dir, &base_url, wall_clock)
        .with_context(|| format!("cannot open the simulator in {}", arguments.dir.display()))?;
    tracing::info!(%base_url, dir = %arguments.dir.display(), "the Kakao simulator is up");
    axum::serve(listener, simulator.router()).with_graceful_shutdown(asked_to_stop()?).await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the one place where this process reads the wall clock")]
fn wall_clock() -> Timestamp {
    Timestamp::now()
}

/// Ends at SIGTERM or SIGINT.
fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
