//! control-plane-telemetry.
