//! A Kubernetes from package registries, on one node, and our images in it. The programs are built
//! from Go modules or come with Debian; nothing is pulled from an image registry. How it is put
//! together, and what it took, is told in `docs/cluster.md`.
//!
//! [`Cluster`] is what tests drive and what the program `cluster` calls. With `KUBECONFIG` set it
//! stands for the cluster named there, and this crate then starts and stops nothing.

mod addons;
mod cluster;
mod command;
mod components;
mod down;
mod images;
mod layout;
mod node;
mod pki;
mod processes;
mod programs;

pub use cluster::Cluster;
pub use components::Component;
pub use images::Images;
pub use layout::{EDGE_PORT, Layout, NODE_ADDRESS, Settings};
