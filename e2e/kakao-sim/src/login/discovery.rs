//! OpenID Connect discovery and the public key.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Extract;
use axum::http::{HeaderName, header};
use serde_json::{Value, json};

use crate::sim::Sim;
use crate::state::login::Scope;

/// Keys change only with the directory; a client may keep them as long as Kakao lets it.
const CACHEABLE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "public, max-age=600")];

pub async fn configuration(
    Extract(sim): Extract<Arc<Sim>>,
) -> ([(HeaderName, &'static str); 1], Json<Value>) {
    let at = |path: &str| format!("{}{path}", sim.base_url);
    let body = json!({
        "issuer": sim.base_url,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "jwks_uri": at("/.well-known/jwks.json"),
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "request_uri_parameter_supported": false,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": Scope::ALL.map(Scope::name),
        "claims_supported":
            ["iss", "aud", "sub", "iat", "exp", "auth_time", "nonce", "nickname", "email"],
    });
    (CACHEABLE, Json(body))
}

pub async fn keys(Extract(sim): Extract<Arc<Sim>>) -> ([(HeaderName, &'static str); 1], Json<Value>) {
    (CACHEABLE, Json(sim.key.jwks()))
}
