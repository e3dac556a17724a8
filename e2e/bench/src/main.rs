//! Ratios against references measured in the same run, never timed assertions. Prints a table,
//! writes the figures as JSON, and fails only where a run broke an invariant.

mod books;
mod crowd;
mod gateway;
mod load;
mod open;
mod reference;
mod responder;
mod server;
mod suites;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// As the deal's own process, parts of which are measured in this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(about = "Measures the platform against references in the same run")]
struct Arguments {
    /// Where the figures are written.
    #[arg(long, default_value = "target/bench.json")]
    json: PathBuf,
    /// Only this suite.
    #[arg(long)]
    suite: Option<String>,
    /// How long one measurement lasts, in seconds.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// How many pairs of measurement and reference are taken.
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// Serves one small answer with axum and nothing else: the reference of the HTTP suites.
    #[command(hide = true)]
    BareAxum { listen: std::net::SocketAddr },
    /// A payment gateway that takes its time and agrees to everything.
    #[command(hide = true)]
    SlowGateway { listen: std::net::SocketAddr },
    /// Answers every request with the same bytes, on epoll and nothing else.
    #[command(hide = true)]
    BareEpoll { listen: std::net::SocketAddr },
}

/// How a measurement is taken.
#[derive(Clone, Copy)]
pub struct Effort {
    pub length: Duration,
    pub pairs: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    control_plane_telemetry::memory::in_small_pages();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.role {
        Some(Role::BareAxum { listen }) => runtime.block_on(reference::bare_axum(listen)),
        Some(Role::SlowGateway { listen }) => runtime.block_on(async { gateway::run(listen) }),
        Some(Role::BareEpoll { listen }) => responder::run(listen),
        None => runtime.block_on(measure(&arguments)),
    }
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let effort = Effort { length: Duration::from_secs(arguments.seconds), pairs: arguments.pairs };
    let wanted = |suite: &str| arguments.suite.as_deref().is_none_or(|only| only == suite);
    let postgres = std::env::var("BIDD_TEST_DATABASE").ok();
    let mut rows = Vec::new();
    if wanted("waiting-room") {
        rows.extend(suites::waiting_room::run(effort).await?);
    }
    if wanted("ten-million") {
        rows.extend(suites::ten_million::run().await?);
    }
    if wanted("payments") {
        rows.extend(suites::payments::run(effort, postgres.as_deref()).await?);
        rows.extend(suites::approvals::run(effort).await?);
        if let Some(url) = &postgres {
            rows.extend(suites::export::run(url).await?);
        }
    }
    table::print(&rows);
    table::write(&rows, &arguments.json)
}
