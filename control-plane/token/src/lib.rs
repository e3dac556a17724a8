//! control-plane-token.
