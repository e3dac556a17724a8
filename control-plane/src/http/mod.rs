//! What every endpoint shares: which portal is meant, who is asking, where the request came from,
//! requests that may come twice, and lists in pages.

pub mod auth;
pub mod cookies;
pub mod front;
pub mod idempotency;
pub mod origin;
pub mod page;
pub mod pages;
pub mod runtime;
pub mod site;
pub mod text;
