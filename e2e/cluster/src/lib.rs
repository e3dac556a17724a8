//! A Kubernetes from package registries, and our platform on it.
