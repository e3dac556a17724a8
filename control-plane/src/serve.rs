//! The control plane as a process of a cluster: starts, serves, and takes its leave in order.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::shutdown::{self, Shutdown};
use tokio::net::TcpListener;

use crate::config::Config;
use crate::deals::Kubernetes;
use crate::service::Service;

/// Requests that are under way when the end comes may take this long.
const GRACE: Duration = Duration::from_secs(10);
/// The longest that `probe` waits.
const PROBE_WITHIN: Duration = Duration::from_secs(5);

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// Where the process cannot start, or the listener fails.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let shutdown = Shutdown::on_signals().context("cannot listen to signals")?;
    let kubernetes = config.kubernetes.as_ref().context(
        "BIDD_KUBERNETES__NAMESPACE: must be set to serve, to the namespace that the secrets of deals go to",
    )?;
    let cluster = Kubernetes::connect(&kubernetes.namespace).await?;
    let listen = config.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen at BIDD_LISTEN={listen}: is the port taken?"))?;
    let service = Service::start(config, Arc::new(cluster), Clock::system()).await?;
    let jobs = tokio::spawn(service.jobs.run(shutdown.token()));
    tracing::info!(%listen, "serving");
    let served = shutdown::serve(listener, service.router, shutdown.clone(), service.readiness, GRACE).await;
    shutdown.trigger();
    jobs.await.context("the jobs")?;
    served.context("the listener failed")
}

/// Asks for a page, for a container that has no other means to.
///
/// # Errors
/// Where the answer is no 2xx, or none comes.
pub async fn probe(url: &str) -> anyhow::Result<()> {
    let client = reqwest::Client::builder()
        .timeout(PROBE_WITHIN)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?;
    let answer = client.get(url).send().await.with_context(|| format!("{url} does not answer"))?;
    let status = answer.status();
    anyhow::ensure!(status.is_success(), "{url} answers {status}");
    Ok(())
}
