//! One deal's own server: its waiting room, its shop and its payments.
//!
//! All state is in the deal's own Redis; a process can be killed at any moment and replaced by
//! another. No request of a shopper's needs the control plane.

pub mod app;
pub mod config;
pub mod error;
pub mod extract;
pub mod internal;
pub mod orders;
pub mod pages;
pub mod payment;
pub mod plain;
pub mod queue;
pub mod redis;
pub mod serve;
pub mod shop;
pub mod state;
