//! The operator's command line: parses and calls.

use std::io::Write as _;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use operator::environment::Config;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As committed; a test of `crds` keeps it what the types say.
const CRD: &str = include_str!("../../crds/timedeals.yaml");

/// Brings `TimeDeal`s to life in a Kubernetes cluster.
#[derive(Parser)]
#[command(name = "operator", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Look after the deals of the cluster. Configured by `BIDD_OPERATOR_*`.
    Run,
    /// Print the definition of `TimeDeal`, as YAML.
    Crd,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Crd => std::io::stdout().write_all(CRD.as_bytes()).context("standard output is closed"),
        Command::Run => {
            control_plane_telemetry::logs::init("operator");
            control_plane_telemetry::memory::in_small_pages();
            let config = Config::load()?;
            tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()?
                .block_on(operator::process::run(config))
        }
    }
}
