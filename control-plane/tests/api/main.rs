//! The control plane's router on a fresh database: signing in, sessions, companies, pictures,
//! addresses, and what holds for every operation.

mod addresses;
mod companies;
mod images;
mod openapi;
mod requests;
mod sessions;
mod sign_in;
mod support;
mod unauthorised;
