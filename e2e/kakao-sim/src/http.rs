//! The router, and what every reply has in common.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::sim::Sim;
use crate::{admin, html, login, pay, toss};

/// The largest body that any call takes, bytes.
const BODY_MAX: usize = 64 * 1024;
/// The most fields in one form or query.
const FIELDS_MAX: usize = 32;
/// The longest value in a form or a query, bytes.
const FIELD_MAX: usize = 4 * 1024;

/// `form-action` names the local hosts as well, because browsers check it again on every redirect after a form.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
     form-action 'self' http://localhost:* http://*.localhost:* http://127.0.0.1:*";

pub fn router(sim: Arc<Sim>) -> Router {
    let login = Router::new()
        .route("/oauth/authorize", get(login::authorize::page))
        .route("/oauth/decide", post(login::authorize::decide))
        .route("/oauth/token", post(login::token::exchange))
        .route("/v2/user/me", get(login::account::me).post(login::account::me))
        .route("/v1/user/logout", post(login::account::logout))
        .route("/v1/user/unlink", post(login::account::unlink))
        .route("/.well-known/openid-configuration", get(login::discovery::configuration))
        .route("/.well-known/jwks.json", get(login::discovery::keys));
    let pay = Router::new()
        .route("/online/v1/payment/ready", post(pay::ready))
        .route("/online/v1/payment/approve", post(pay::approve))
        .route("/online/v1/payment/order", post(pay::order))
        .route("/online/v1/payment/cancel", post(pay::cancel))
        .route("/pay/{tid}/pc", get(pay::page::pc))
        .route("/pay/{tid}/mobile", get(pay::page::mobile))
        .route("/pay/{tid}/qr.svg", get(pay::page::qr))
        .route("/pay/{tid}/state", get(pay::page::state))
        .route("/pay/{tid}/authenticate", post(pay::page::authenticate))
        .route("/pay/{tid}/quit", post(pay::page::quit));
    let toss = Router::new()
        .route("/toss/v1/payments/confirm", post(toss::confirm))
        .route("/toss/v1/payments/{key}", get(toss::payment))
        .route("/toss/v1/payments/{key}/cancel", post(toss::cancel))
        .route("/toss/v1/payments/orders/{order}", get(toss::order))
        .route(
            "/toss/script.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("../static/toss.js"))),
        )
        .route("/toss/window", get(toss::window::page).post(toss::window::authenticate))
        .route("/toss/window/quit", post(toss::window::quit))
        .route("/_sim/toss/merchants", post(toss::admin::register_merchant))
        .route("/_sim/toss/payments", get(toss::admin::payments));
    let admin = Router::new()
        .route("/_sim/people", get(admin::people))
        .route("/_sim/merchants", post(admin::register_merchant))
        .route("/_sim/payments", get(admin::payments))
        .route("/_sim/faults", put(admin::put_fault).get(admin::list_faults).delete(admin::clear_faults));
    Router::new()
        .merge(login)
        .merge(pay)
        .merge(toss)
        .merge(admin)
        .route(
            "/_static/sim.css",
            get(|| asset("text/css; charset=utf-8", include_str!("../static/sim.css"))),
        )
        .route(
            "/_static/pay.js",
            get(|| asset("text/javascript; charset=utf-8", include_str!("../static/pay.js"))),
        )
        .route("/_static/icon.svg", get(|| asset("image/svg+xml", include_str!("../static/icon.svg"))))
        .route("/", get(html::front))
        .fallback(|| async { (StatusCode::NOT_FOUND, html::not_found()) })
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(if_missing(header::CACHE_CONTROL, "no-store"))
        .layer(if_missing(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(if_missing(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(if_missing(header::REFERRER_POLICY, "same-origin"))
        .with_state(sim)
}

fn if_missing(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

async fn asset(mime: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}

/// A body as it came, unless it was too large or broke off.
pub type Payload = Result<Bytes, BytesRejection>;

/// The fields of a form or a query; of a name that comes twice the first value counts.
pub struct Fields(BTreeMap<String, String>);

impl Fields {
    /// `None` if there are too many fields or one is too long.
    pub fn parse(encoded: &[u8]) -> Option<Fields> {
        let mut fields = BTreeMap::new();
        for (count, (name, value)) in url::form_urlencoded::parse(encoded).enumerate() {
            if count >= FIELDS_MAX || name.len() > FIELD_MAX || value.len() > FIELD_MAX {
                return None;
            }
            fields.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Some(Fields(fields))
    }

    /// The fields of a form that was posted.
    pub fn posted(payload: Payload) -> Option<Fields> {
        Fields::parse(&payload.ok()?)
    }

    /// The value, unless it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether every field is one of `names`.
    pub fn are_among(&self, names: &[&str]) -> bool {
        self.0.keys().all(|name| names.contains(&name.as_str()))
    }

    pub fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

/// Sixteen random bytes as hex, for codes and tokens.
pub fn secret() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// A letter and nineteen random hex digits: the twenty characters of a TID or an AID.
pub fn number(letter: char) -> String {
    let digits = hex::encode_upper(rand::random::<[u8; 10]>());
    format!("{letter}{}", &digits[1..])
}
