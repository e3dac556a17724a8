//! `bidd`: reads what is wanted and calls it.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::shutdown::Shutdown;
use e2e_platform::crowd::{self, Mix};
use e2e_platform::screen::Screen;
use e2e_platform::{down, draw, state, up};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The whole platform on one machine.
#[derive(Parser)]
#[command(name = "bidd", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the platform, or resumes it where it stopped; Ctrl-C ends it.
    Up(Up),
    /// Sends a crowd to a deal and audits the books afterwards.
    Crowd(Crowd),
    /// Ends a platform and what a killed one left running; its state is kept.
    Down(Down),
    /// What a deal's draw came to.
    #[command(subcommand)]
    Draw(Draw),
}

#[derive(Subcommand)]
enum Draw {
    /// Checks a draw from what its deal publishes, and computes anyone's number.
    Verify {
        /// The address of the deal.
        url: String,
        /// The commitment as it was shown before the doors opened.
        #[arg(long)]
        commitment: Option<String>,
        /// An order of arrival, from 1; may be given several times.
        #[arg(long)]
        entrant: Vec<u64>,
    },
}

#[derive(Args)]
struct Up {
    /// The port of the edge: 8080 at first, then the one in use; 0 takes a free one.
    #[arg(long)]
    port: Option<u16>,
    /// Where everything is kept.
    #[arg(long, default_value = ".bidd", env = "BIDD_STATE")]
    state: PathBuf,
    /// Starts without the demo's companies and deals.
    #[arg(long)]
    no_seed: bool,
}

#[derive(Args)]
struct Crowd {
    /// A company's slug, a deal's name, or `demo` for the one that is open or opens next.
    #[arg(long, default_value = "demo")]
    deal: String,
    #[arg(long, default_value_t = 2_000)]
    shoppers: u32,
    /// The edge.
    #[arg(long, default_value_t = default_url())]
    url: String,
    /// All arrive within so many seconds.
    #[arg(long, default_value_t = 60)]
    within_seconds: u64,
    /// How many of them buy and give it back at once.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=100))]
    refund_percent: u32,
    /// How many of them hold and leave without a word; their deal settles when those holds run out.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    walk_away_percent: u32,
    /// Sends the same crowd again.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..1_000))]
    seed: Option<u32>,
    /// How many requests may be under way at once.
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// How long a shopper bears with a platform that does not answer.
    #[arg(long, default_value_t = 120)]
    patience_seconds: u64,
    /// Writes the verdict as JSON into this file.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Args)]
struct Down {
    #[arg(long, default_value = ".bidd", env = "BIDD_STATE")]
    state: PathBuf,
}

fn default_url() -> String {
    format!("http://{}:{}", Ipv4Addr::LOCALHOST, state::EDGE_PORT)
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let screen = Screen::new(Clock::system());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done =
        runtime.context("no threads to run on").and_then(|runtime| runtime.block_on(run(arguments, &screen)));
    match done {
        Ok(code) => code,
        Err(error) => {
            screen.error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments, screen: &Screen) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Up(Up { port, state, no_seed }) => {
            let shutdown = Shutdown::on_signals()?;
            let options = up::Options { state, port, seed: !no_seed };
            up::run(options, Clock::system(), screen, shutdown).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Crowd(crowd) => send(crowd, screen).await,
        Command::Down(Down { state }) => {
            screen.plain(&down::run(&state).await?.to_string());
            Ok(ExitCode::SUCCESS)
        }
        Command::Draw(Draw::Verify { url, commitment, entrant }) => {
            screen.plain(&draw::verify(&url, commitment.as_deref(), &entrant).await?.to_string());
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn send(wanted: Crowd, screen: &Screen) -> anyhow::Result<ExitCode> {
    let options = crowd::Options {
        deal: wanted.deal,
        url: wanted.url.parse().context("--url is not an address")?,
        mix: Mix {
            shoppers: wanted.shoppers,
            within: Duration::from_secs(wanted.within_seconds),
            refund_percent: wanted.refund_percent,
            walk_away_percent: wanted.walk_away_percent,
        },
        seed: wanted.seed,
        connections: wanted.connections.max(1),
        patience: Duration::from_secs(wanted.patience_seconds),
        progress: true,
    };
    let verdict = crowd::run(&options, &Clock::system()).await?;
    screen.plain(&verdict.to_string());
    if let Some(path) = wanted.json {
        let text = serde_json::to_vec_pretty(&verdict)?;
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(if verdict.clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
