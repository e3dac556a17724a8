//! control-plane-pages.
