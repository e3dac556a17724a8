//! From rentals to `TimeDeal`s: builds and writes them, follows what becomes of them, passes on what
//! the company changes while the doors are open, and adopts those that somebody else wrote. Nothing
//! here runs a deal.

pub mod adoption;
pub mod builder;
pub mod cluster;
pub mod guests;
pub mod kubernetes;
pub mod live;
pub mod mirror;
mod refusal;
pub mod schedule;

pub use cluster::{Cluster, ClusterError, ClusterFuture};
pub use kubernetes::Kubernetes;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(live::change))
        .routes(routes!(guests::create))
        .routes(routes!(guests::withdraw))
}
