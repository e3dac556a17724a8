//! `cluster`: reads what is wanted and calls it.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use control_plane_telemetry::clock::Clock;
use e2e_cluster::{Cluster, Images};
use e2e_platform::screen::Screen;

/// A Kubernetes on this machine, from package registries.
#[derive(Parser)]
#[command(name = "cluster", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the cluster up, or says that it is.
    Up,
    /// Builds the platform's images out of the programs beside this one, and loads them.
    Images,
    /// Says which components run.
    Status,
    /// Says what there is to know about a cluster in which something failed.
    Diagnose,
    /// Takes the cluster down without a trace.
    Down,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let screen = Screen::new(Clock::system());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime
        .context("no threads to run on")
        .and_then(|runtime| runtime.block_on(run(arguments.command, &screen)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "cluster: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, screen: &Screen) -> anyhow::Result<()> {
    match command {
        Command::Up => Cluster::up(screen).await.map(drop),
        Command::Images => Images::build(screen).await,
        Command::Down => Cluster::down(screen).await,
        Command::Status => {
            for (component, runs) in Cluster::existing().await?.status()? {
                screen.plain(&format!(
                    "{:<26}{}",
                    component.name(),
                    if runs { "runs" } else { "does not run" }
                ));
            }
            Ok(())
        }
        Command::Diagnose => {
            screen.plain(&Cluster::existing().await?.diagnosis().await);
            Ok(())
        }
    }
}
