//! operator-core.
