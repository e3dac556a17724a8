//! `control-plane`: parses and calls.

use std::io::Write as _;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use control_plane::db::Db;
use control_plane::{Config, openapi};
use migrations::{Migrator, MigratorTrait as _};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The control plane of BIDD and DDIB.
///
/// This build has no connection to a Kubernetes cluster; on one machine the control plane is served
/// by `bidd up`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the OpenAPI document.
    Openapi,
    /// Check the configuration, and bring the database up to date.
    Migrate,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Openapi => {
            let document = openapi::document().to_pretty_json()?;
            writeln!(std::io::stdout(), "{document}").context("standard output is closed")
        }
        Command::Migrate => {
            control_plane_telemetry::logs::init("control-plane");
            let config = Config::load()?;
            let db = Db::connect(&config.database.url).await.context("BIDD_DATABASE__URL")?;
            Migrator::up(db.write(), None).await?;
            Ok(db.close().await?)
        }
    }
}
