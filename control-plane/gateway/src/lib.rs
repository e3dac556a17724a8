//! control-plane-gateway.
