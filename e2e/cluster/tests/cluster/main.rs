//! Tests on a real cluster: the one that `make cluster` brings up, or the one that `KUBECONFIG` names.
//! They run by `make test-cluster`, one at a time and never with the others.
#![expect(clippy::print_stdout, reason = "what a run measured is a part of what it came to")]

mod admin;
mod chart;
mod costs;
mod elsewhere;
mod faults;
mod glass;
mod ground;
mod lifecycles;
mod measured;
mod operators;
mod platform;
mod policies;
mod road;
mod sale;
mod shops;
mod uninstall;
