//! The control plane: serves the APIs of the companies' portal (BIDD) and of the storefront (DDIB),
//! and owns users, companies, rentals, products and the ledger of every deal. It is always on and
//! never on the path of a crowd: during a deal no shopper's request needs it.

pub mod addresses;
pub mod audit;
pub mod categories;
pub mod companies;
pub mod config;
pub mod db;
pub mod deals;
pub mod entropy;
pub mod error;
pub mod housekeeping;
pub mod http;
pub mod identity;
pub mod ids;
pub mod images;
pub mod jobs;
pub mod ledger;
pub mod openapi;
pub mod orders;
pub mod plans;
pub mod products;
pub mod refunds;
pub mod rentals;
pub mod seal;
pub mod serve;
mod service;
pub mod settlement;
pub mod state;
pub mod storefront;
pub mod time;

pub use config::Config;
pub use service::{Service, StartError};
pub use state::AppState;
