//! Tests on a real cluster: the one that `make cluster` brings up, or the one that `KUBECONFIG` names.
//! They run by `make test-cluster`, never with the others.

mod chart;
mod ground;
mod policies;
