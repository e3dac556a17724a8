//! e2e-bench.
