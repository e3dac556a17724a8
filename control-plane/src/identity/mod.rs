//! Who somebody is: signing in with Kakao, sessions, and their renewal.
//!
//! Kakao says who one is, once; from then on our own tokens do. A session token is checked without
//! the database; a refresh token renews it, works once, and betrays a thief by being used twice.

pub mod entity;
pub mod kakao;
pub mod session;
pub mod store;
pub mod tokens;

mod callback;
mod flow;
mod jwks;
mod keys;
mod me;
mod refresh;
mod renew;
mod return_to;
mod sign_out;
mod start;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// The tag of these operations in the API's document.
const TAG: &str = "identity";

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(start::start))
        .routes(routes!(callback::callback))
        .routes(routes!(refresh::refresh))
        .routes(routes!(renew::renew))
        .routes(routes!(sign_out::sign_out))
        .routes(routes!(me::me))
}

/// What lies outside of the API's own path.
pub fn well_known_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(jwks::jwks))
}
