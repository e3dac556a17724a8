//! The operator's command line.

use clap::Parser;

/// Runs the lifecycle of `TimeDeal`s.
///
/// The Kubernetes executor is not part of this build, so there is nothing that this binary could
/// run: on one machine, `bidd up` runs the same lifecycle with processes.
#[derive(Parser)]
#[command(name = "operator", version, arg_required_else_help = true)]
struct Arguments {}

fn main() {
    let Arguments {} = Arguments::parse();
}
