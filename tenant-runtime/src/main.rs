//! The process of a deal: reads its environment, and serves the role that it was started with.

use clap::Parser;
use tenant_runtime::config::{Environment, Role};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One deal's own server. Configured by DDIB_CONFIG, DDIB_SECRETS, DDIB_REDIS and DDIB_LISTEN, and
/// by DDIB_INTERNAL_LISTEN where the platform has a listener of its own.
#[derive(Parser)]
#[command(name = "tenant-runtime", version)]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    control_plane_telemetry::logs::init("tenant-runtime");
    control_plane_telemetry::memory::in_small_pages();
    let environment = Environment::read(|name| std::env::var(name).ok())?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(tenant_runtime::serve::run(arguments.role, environment))
}
