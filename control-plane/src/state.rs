//! What handlers and jobs share.

use std::ops::Deref;
use std::sync::Arc;

use control_plane_gateway::AnyGateway;
use control_plane_pages::Policy;
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::metrics::Metrics;
use tokio::sync::Notify;

use crate::companies::Provider;
use crate::config::Config;
use crate::db::Db;
use crate::deals::Cluster;
use crate::entropy::Entropy;
use crate::identity::kakao::KakaoLogin;
use crate::identity::tokens::Tokens;
use crate::images::Images;
use crate::seal::Sealer;

/// Cheap to clone; everything in it is shared.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// The parts of [`AppState`], reached through it.
pub struct Inner {
    pub config: Config,
    pub db: Db,
    pub clock: Clock,
    pub entropy: Entropy,
    /// Where pictures are kept.
    pub images: Images,
    /// Where `TimeDeal`s are written to.
    pub cluster: Arc<dyn Cluster>,
    /// KakaoPay: for the platform's own fees, and for the companies that are with it.
    pub kakaopay: AnyGateway,
    /// Toss Payments, for the companies that are with it.
    pub toss: AnyGateway,
    pub kakao: KakaoLogin,
    pub tokens: Tokens,
    pub sealer: Sealer,
    pub metrics: Metrics,
    pub page_policy: Policy,
    /// Rung when there is work for the jobs, so that it need not wait for their next look.
    pub work: Notify,
}

impl Inner {
    /// Through which the money of a company's shoppers goes back.
    #[must_use]
    pub fn gateway_of(&self, provider: Provider) -> &AnyGateway {
        match provider {
            Provider::KakaoPay => &self.kakaopay,
            Provider::Toss => &self.toss,
        }
    }
}

impl AppState {
    #[must_use]
    pub fn new(inner: Inner) -> AppState {
        AppState(Arc::new(inner))
    }
}

impl Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
