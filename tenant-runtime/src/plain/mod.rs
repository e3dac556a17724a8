//! What the pages for a browser without JavaScript have in common: the frame around each of them, how
//! a form leads back to a page, and how numbers and times are written. They come from the role that
//! answers for what they show, and do nothing that the other routes do not do.

pub mod notes;
pub mod words;

use std::borrow::Cow;

use askama::Template;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, Html, IntoResponse as _, Response};
use tenant_runtime_core::config::DealConfig;

use crate::error::ApiError;
use crate::pages;
use crate::state::Runtime;

/// The waiting room.
pub const ROOM: &str = "/queue/plain";
/// What is for sale, for who is inside.
pub const SHOP: &str = "/shop/plain";
/// The shopper's own orders in this deal.
pub const ORDERS: &str = "/shop/plain/orders";

/// The stylesheet of all of them; it changes with the program, which is deployed seldom.
pub const STYLE: &str = include_str!("style.css");

/// What surrounds every page.
pub struct Frame<'a> {
    /// Where the app's stylesheet is, which the tokens are in.
    pub tokens: Option<Cow<'static, str>>,
    /// The storefront.
    pub home: String,
    pub orders: &'static str,
    pub company: &'a str,
    pub title: &'a str,
}

impl<'a> Frame<'a> {
    #[must_use]
    pub fn of(config: &'a DealConfig) -> Frame<'a> {
        Frame {
            tokens: pages::stylesheet(),
            home: home(config),
            orders: ORDERS,
            company: &config.company_name,
            title: &config.title,
        }
    }
}

/// Something that can be pressed.
pub struct Action {
    /// A form is sent, a link is followed.
    pub is_form: bool,
    pub to: String,
    pub label: Cow<'static, str>,
    /// A class of the stylesheet.
    pub look: &'static str,
}

impl Action {
    pub fn form(to: impl Into<String>, label: impl Into<Cow<'static, str>>, look: &'static str) -> Action {
        Action { is_form: true, to: to.into(), label: label.into(), look }
    }

    pub fn link(to: impl Into<String>, label: impl Into<Cow<'static, str>>, look: &'static str) -> Action {
        Action { is_form: false, to: to.into(), label: label.into(), look }
    }
}

/// One line to type into: its label above, below it what is wrong.
#[derive(Default)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub kind: &'static str,
    pub keyboard: &'static str,
    pub autocomplete: &'static str,
    pub placeholder: &'static str,
    pub is_optional: bool,
    pub is_narrow: bool,
    /// What was typed.
    pub value: String,
    pub error: Option<String>,
    /// Whether it is the first that has to be corrected: it takes the focus.
    pub is_first_wrong: bool,
}

/// The storefront: where the orders are, from its first page.
#[must_use]
pub fn home(config: &DealConfig) -> String {
    let orders = url::Url::parse(&config.identity.orders_url).ok();
    orders.and_then(|orders| orders.join("/").ok()).map_or_else(|| "/".to_owned(), String::from)
}

/// Signing in, which leads back to `path` of this deal.
#[must_use]
pub fn sign_in(config: &DealConfig, path: &str) -> String {
    let here = format!("{}{path}", config.origin);
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("returnTo", &here).finish();
    format!("{}?{query}", config.identity.sign_in_url)
}

/// A page, with the policy that no page goes without; it is of one shopper alone.
pub fn respond(runtime: &Runtime, status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => {
            let mut response = (status, [(CACHE_CONTROL, "no-store")], Html(html)).into_response();
            pages::policy(runtime).protect(response.headers_mut());
            response
        }
        Err(error) => ApiError::Internal(error.into()).into_response(),
    }
}

/// The status of a page that has words about a refusal on it.
#[must_use]
pub fn status_of(refused: Option<&ApiError>) -> StatusCode {
    let status = refused.map(|error| error.problem().status);
    status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK)
}

/// Back to a page after a form, so that coming again does not send the form again.
///
/// # Panics
/// Where the path is no path.
pub fn see_other<const N: usize>(path: &str, headers: [(HeaderName, HeaderValue); N]) -> Response {
    let path = HeaderValue::try_from(path).expect("our own paths are visible ASCII");
    (StatusCode::SEE_OTHER, [(LOCATION, path)], AppendHeaders(headers)).into_response()
}

/// Whether the payment app is on the very device that asks.
#[must_use]
pub fn is_phone(headers: &HeaderMap) -> bool {
    let agent = headers.get(axum::http::header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.is_some_and(|agent| ["Android", "iPhone", "iPad", "Mobile"].iter().any(|word| agent.contains(word)))
}
