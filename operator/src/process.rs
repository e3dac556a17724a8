//! The life of an operator's process: start, win, work, and give back.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::Router;
use axum::http::{Method, Request};
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::health::{self, Readiness};
use control_plane_telemetry::http;
use control_plane_telemetry::metrics::Metrics;
use control_plane_telemetry::shutdown::{self, Shutdown};
use kube::Client;
use kube::client::{Body, ClientBuilder};
use operator_core::Context;
use serde_json::Value;
use tokio::net::TcpListener;
use tower::BoxError;
use tower::filter::FilterLayer;
use tower::util::MapRequestLayer;

use crate::cluster::{Cluster, ClusterDeals};
use crate::environment::Config;
use crate::inside::Inside;
use crate::leader::{Candidate, Fence};
use crate::meter::Meter;

const GRACE: Duration = Duration::from_secs(5);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const KEYS_RETRY: Duration = Duration::from_secs(2);
/// Deals that are made later than this after a change of keys are given the new ones.
const KEYS_EVERY: Duration = Duration::from_secs(300);

/// A change was refused because this process may not make any.
#[derive(Debug, thiserror::Error)]
#[error("this operator is not the leader, and changes nothing")]
struct NotLeading;

/// Runs until SIGTERM or SIGINT, until the Lease is lost, or until the platform's keys change.
///
/// # Errors
/// Where the process cannot start, or lost the Lease: another takes over.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let shutdown = Shutdown::on_signals().context("cannot listen to signals")?;
    let metrics = Metrics::new();
    let meter = Meter::register(&metrics);
    let readiness = Readiness::starting();
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("cannot listen at BIDD_OPERATOR_LISTEN={}: is the port taken?", config.listen)
    })?;
    let router = http::apply(health::routes::<()>(readiness.clone(), metrics.clone()), metrics);
    let router: Router = router;
    // Served to the very end, also while the Lease is given back.
    let served_until = Shutdown::manual();
    let serving =
        tokio::spawn(shutdown::serve(listener, router, served_until.clone(), readiness.clone(), GRACE));

    let result = tokio::select! {
        result = work(&config, &meter, &readiness, &shutdown) => result,
        () = meter.watch_memory() => Ok(()),
    };
    shutdown.trigger();
    served_until.trigger();
    serving.await.context("the listener")?.context("the listener failed")?;
    result
}

async fn work(
    config: &Config,
    meter: &Meter,
    readiness: &Readiness,
    shutdown: &Shutdown,
) -> anyhow::Result<()> {
    let clock = Clock::system();
    let keys = Keys::new(&config.control_plane_url);
    let Some(jwks) = keys.first(shutdown).await else { return Ok(()) };
    let fence = Fence::closed();
    let plain = client(meter, None).await?;
    let fenced = client(meter, Some(fence.clone())).await?;
    readiness.set_ready();
    let mut candidate = Candidate::new(plain, &config.namespace, &config.identity, fence, clock.clone());
    if !candidate.win(shutdown).await {
        return Ok(());
    }
    meter.leader.set(1);
    let inside = Inside::new(&config.control_plane_url);
    let executor = Arc::new(Cluster::watch(fenced.clone(), config.cluster(), inside, meter.passes.clone()));
    let deals = Arc::new(ClusterDeals::watch(fenced, &config.identity));
    let context = Context { platform: config.platform(jwks.clone()), limits: config.limits.limits() };
    let mut lifecycle = tokio::spawn(crate::run(executor, deals, context, clock, shutdown.clone()));
    let deposed = tokio::select! {
        deposed = candidate.stay() => Some(deposed),
        ended = &mut lifecycle => {
            ended.context("the lifecycle broke down")?;
            None
        }
        () = keys.changed(&jwks) => {
            tracing::info!("the platform's keys have changed: ending, so that the next start takes them");
            None
        }
    };
    meter.leader.set(0);
    if let Some(deposed) = deposed {
        // Nothing may be written any more: no reason to wait for anything.
        lifecycle.abort();
        bail!(deposed);
    }
    shutdown.trigger();
    if !lifecycle.is_finished() {
        tokio::select! {
            _ = &mut lifecycle => {}
            deposed = candidate.stay() => bail!(deposed),
        }
    }
    candidate.resign().await;
    Ok(())
}

/// A client that counts what it asks, and that changes nothing while the fence is closed.
async fn client(meter: &Meter, fence: Option<Fence>) -> anyhow::Result<Client> {
    let mut config =
        kube::Config::infer().await.context("there is no cluster to be found: set KUBECONFIG")?;
    config.connect_timeout = Some(CONNECT_WITHIN);
    let meter = meter.clone();
    let count = MapRequestLayer::new(move |request: Request<Body>| {
        meter.count(&request);
        request
    });
    let check = FilterLayer::new(move |request: Request<Body>| match &fence {
        Some(fence) if request.method() != Method::GET && !fence.is_open() => Err(BoxError::from(NotLeading)),
        _ => Ok(request),
    });
    let builder = ClientBuilder::try_from(config).context("the cluster's configuration cannot be used")?;
    Ok(builder.with_layer(&count).with_layer(&check).build())
}

/// The public keys that shopper tokens are checked with, as the control plane publishes them.
struct Keys {
    http: reqwest::Client,
    url: String,
}

impl Keys {
    fn new(control_plane_url: &str) -> Keys {
        let http = reqwest::Client::builder()
            .timeout(ANSWER_WITHIN)
            .no_proxy()
            .build()
            .expect("a client without TLS files or proxies has nothing to fail on");
        Keys { http, url: format!("{control_plane_url}/.well-known/jwks.json") }
    }

    /// Waits for the control plane; `None` at the shutdown.
    async fn first(&self, shutdown: &Shutdown) -> Option<Value> {
        loop {
            match self.read().await {
                Ok(jwks) => return Some(jwks),
                Err(error) => {
                    tracing::warn!(url = self.url, %error, "the platform's keys cannot be read yet")
                }
            }
            tokio::select! {
                () = shutdown.triggered() => return None,
                () = tokio::time::sleep(KEYS_RETRY) => {}
            }
        }
    }

    /// Returns when other keys are published.
    async fn changed(&self, known: &Value) {
        loop {
            tokio::time::sleep(KEYS_EVERY).await;
            match self.read().await {
                Ok(jwks) if jwks != *known => return,
                Ok(_) => {}
                Err(error) => tracing::warn!(url = self.url, %error, "the platform's keys cannot be read"),
            }
        }
    }

    async fn read(&self) -> reqwest::Result<Value> {
        self.http.get(&self.url).send().await?.error_for_status()?.json().await
    }
}
