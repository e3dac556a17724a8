//! `control-plane`: parses and calls.

use std::io::Write as _;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use control_plane::db::Db;
use control_plane::entropy::Entropy;
use control_plane::seal::rotate::rotate;
use control_plane::{Config, openapi, serve};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The control plane of BIDD and DDIB.
///
/// Configured by `BIDD_*`. On one machine, without a cluster, it is served by `bidd up`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the APIs and look after the deals in the cluster, until SIGTERM.
    Serve,
    /// Ask for a page: fails unless it answers 2xx. For a container without a shell.
    Probe { url: String },
    /// Print the OpenAPI document.
    Openapi,
    /// Check the configuration, and bring the database up to date.
    Migrate,
    /// What the seal key is for.
    Seal {
        #[command(subcommand)]
        command: Seal,
    },
}

#[derive(Subcommand)]
enum Seal {
    /// Seal everything again with `BIDD_SEAL_KEY`, opening it with that or `BIDD_SECOND_SEAL_KEY`. May
    /// be interrupted and repeated; fails if something is left that neither key opens.
    Rotate,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Serve => {
            control_plane_telemetry::logs::init("control-plane");
            control_plane_telemetry::memory::in_small_pages();
            serve::run(Config::load()?).await
        }
        Command::Probe { url } => serve::probe(&url).await,
        Command::Openapi => {
            let document = openapi::document().to_pretty_json()?;
            writeln!(std::io::stdout(), "{document}").context("standard output is closed")
        }
        Command::Migrate => {
            control_plane_telemetry::logs::init("control-plane");
            let config = Config::load()?;
            let db = Db::connect(&config.database.url).await.context("BIDD_DATABASE__URL")?;
            db.migrate().await?;
            Ok(db.close().await?)
        }
        Command::Seal { command: Seal::Rotate } => {
            control_plane_telemetry::logs::init("control-plane");
            rotate_seals(&Config::load()?).await
        }
    }
}

async fn rotate_seals(config: &Config) -> anyhow::Result<()> {
    let db = Db::connect(&config.database.url).await.context("BIDD_DATABASE__URL")?;
    let rotated = rotate(&db, &config.sealer()?, &Entropy::system()).await?;
    db.close().await?;
    for unreadable in &rotated.unreadable {
        tracing::error!(error = %unreadable.error, "{unreadable}");
    }
    let left = rotated.unreadable.len();
    tracing::info!(resealed = rotated.resealed, kept = rotated.kept, left, "sealed with the seal key");
    anyhow::ensure!(
        left == 0,
        "{left} secrets are sealed with neither BIDD_SEAL_KEY nor BIDD_SECOND_SEAL_KEY: see the log; keep both \
         keys, add the key that opens them as the second one, and run this again"
    );
    Ok(())
}
