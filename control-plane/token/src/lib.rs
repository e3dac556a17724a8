//! Who somebody is, in a form that others can check without asking: EdDSA tokens for a session at
//! the control plane and for a shopper at a deal, and the opaque refresh tokens that renew both.
//!
//! A *session* opens the control plane (audience `bidd` or `ddib`). A *shopper* token (audience
//! `deals`) is worthless there: it only says who one is, once, when entering a deal. A *guest* token
//! (audience `guests`) says who nobody is: it is one of the invitations to one deal.

pub mod guest;
pub mod keys;
pub mod refresh;
pub mod token;

pub use guest::{GuestError, GuestVerifier};
pub use keys::{KeyError, Keys};
pub use token::{Audience, Claims, Issuer, TokenError, Verifier};
