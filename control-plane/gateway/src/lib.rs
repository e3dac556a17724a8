//! Payment gateways: what a payment is to us, and how each provider speaks of it.
//!
//! The road of a payment is `begin` (a redirect for the shopper), `confirm` (the only call that
//! moves money), `lookup` (what the gateway itself says), `cancel` (money back). An answer that
//! leaves any doubt about whether money moved is [`Outcome::Unknown`], and whoever gets it must
//! look the payment up before deciding anything.
//!
//! This crate must not know orders, stock or ledgers, and it keeps no state: it never retries,
//! because only the owner of an order knows whether a retry is right.

mod any;
mod failure;
mod gateway;
mod http;
pub mod kakaopay;
pub mod toss;

pub use any::AnyGateway;
pub use gateway::{
    Approved, BeginError, Begun, Cancel, Cancelled, Confirm, Decline, DeclineKind, Doubt, Gateway, Lookup,
    LookupError, Merchant, Order, Outcome, PaymentState, Redirect,
};
pub use http::{SetupError, Timeouts};
