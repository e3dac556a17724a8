//! e2e-platform.
