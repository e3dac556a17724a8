//! A browser as far as the platform can tell: follows the road over HTTP, keeps cookies by host and
//! path, and sends `Origin` with what changes something. The seed and the crowd are its users.

mod jar;
mod login;
mod web;

pub use jar::Jar;
pub use login::{LoginError, SignIn};
pub use web::{Answer, Ask, AskError, Web};
