//! Puts the control plane together: database and migrations, outside parties, router and jobs.

use std::sync::Arc;

use axum::{Router, middleware};
use control_plane_gateway::kakaopay::KakaoPay;
use control_plane_gateway::toss::Toss;
use control_plane_gateway::{AnyGateway, Timeouts};
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::health::{self, Readiness};
use control_plane_telemetry::metrics::Metrics;
use tokio::sync::Notify;

use crate::config::{Config, ConfigError};
use crate::db::Db;
use crate::deals::Cluster;
use crate::entropy::Entropy;
use crate::http::site::Site;
use crate::http::{front, pages};
use crate::identity::kakao::{KakaoError, KakaoLogin};
use crate::identity::tokens::{Tokens, TokensError};
use crate::images::Images;
use crate::jobs::Jobs;
use crate::openapi;
use crate::state::{AppState, Inner};

/// A control plane that is ready to be served.
pub struct Service {
    /// Everything that is served, health and metrics included.
    pub router: Router,
    /// Work that waits for its time; to be run beside the router.
    pub jobs: Jobs,
    /// For the drain at the end.
    pub readiness: Readiness,
    pub state: AppState,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("BIDD_DATABASE__URL: the database cannot be opened or brought up to date")]
    Database(#[from] sea_orm::DbErr),
    #[error("BIDD_KAKAO: the sign-in cannot be set up")]
    Kakao(#[from] KakaoError),
    #[error("BIDD_TOKEN_KEY_PEM: tokens cannot be signed with this key")]
    Tokens(#[from] TokensError),
    #[error("BIDD_KAKAOPAY__BASE_URL: the payment gateway cannot be set up")]
    KakaoPay(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("BIDD_TOSS__BASE_URL: the payment gateway cannot be set up")]
    Toss(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Service {
    /// Checks the configuration, brings the database up to date and builds the router.
    ///
    /// # Errors
    /// Where the configuration is wrong or the database cannot be used; the error names the variable.
    pub async fn start(
        config: Config,
        cluster: Arc<dyn Cluster>,
        clock: Clock,
    ) -> Result<Service, StartError> {
        config.check()?;
        let db = Db::connect(&config.database.url).await?;
        db.migrate().await?;
        let metrics = Metrics::new();
        let state = AppState::new(Inner {
            db,
            clock,
            entropy: Entropy::system(),
            images: Images::new(&config.storage),
            cluster,
            kakaopay: kakaopay(&config)?,
            toss: toss(&config)?,
            kakao: KakaoLogin::new(&config)?,
            tokens: Tokens::new(&config)?,
            sealer: config.sealer()?,
            metrics: metrics.clone(),
            page_policy: pages::policy(&config.public.origin(Site::Ddib)),
            work: Notify::new(),
            config,
        });
        let readiness = Readiness::starting();
        let (api, _document) = openapi::router(&state).split_for_parts();
        let router = api
            .merge(openapi::docs())
            .fallback(pages::serve)
            .with_state(state.clone())
            .merge(health::routes(readiness.clone(), metrics.clone()))
            .layer(middleware::from_fn_with_state(state.clone(), front::guard));
        let router = control_plane_telemetry::http::apply(router, metrics);
        readiness.set_ready();
        Ok(Service { router, jobs: Jobs::new(state.clone()), readiness, state })
    }
}

fn kakaopay(config: &Config) -> Result<AnyGateway, StartError> {
    KakaoPay::new(config.kakaopay.base_url.as_str(), Timeouts::default())
        .map(AnyGateway::KakaoPay)
        .map_err(|error| StartError::KakaoPay(Box::new(error)))
}

fn toss(config: &Config) -> Result<AnyGateway, StartError> {
    Toss::new(config.toss.base_url.as_str(), Timeouts::default())
        .map(AnyGateway::Toss)
        .map_err(|error| StartError::Toss(Box::new(error)))
}
