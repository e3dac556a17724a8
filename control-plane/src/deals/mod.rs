//! Deals as the cluster sees them: writes `TimeDeal`s, mirrors their status.

pub mod cluster;

pub use cluster::{Cluster, ClusterError, ClusterFuture};
