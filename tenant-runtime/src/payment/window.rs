//! `GET /payment/orders/{id}/window`: the page that opens the provider's own payment window.
//!
//! What the window is opened with comes from the order, never from the address; what the browser makes
//! of it is checked when it comes back. The page may load the provider's script from the one origin
//! that the configuration names.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use control_plane_gateway::toss::ORDER_NAME_CHARS_MAX;
use control_plane_pages::Policy;
use control_plane_telemetry::problem::{self, Path};
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::{Order, State as OrderState};
use url::Url;

use super::approve;
use crate::error::ApiError;
use crate::extract::Buyer;
use crate::orders;
use crate::pages;
use crate::plain::words::won;
use crate::state::Runtime;

/// It changes with the program, which is deployed seldom.
const KEPT: &str = "public, max-age=300";

#[derive(Template)]
#[template(path = "window.html")]
struct Window<'a> {
    /// Where the app's stylesheet is, which the tokens are in.
    tokens: Option<&'a str>,
    company: &'a str,
    item: &'a str,
    script: &'a str,
    client_key: &'a str,
    order: String,
    order_name: String,
    amount: i64,
    total: String,
    back: String,
    approve: String,
    cancel: String,
    fail: String,
}

/// The window of an order whose payment is announced. Whoever comes with another order, or at another
/// time, is sent to the order's own page, which says what there is to do.
pub(super) async fn page(
    buyer: Result<Buyer, ApiError>,
    State(runtime): State<Runtime>,
    Path(id): Path<OrderId>,
) -> Response {
    let desk = runtime.till.desk();
    let Some(script) = &desk.script else { return problem::not_found().await.into_response() };
    let elsewhere = || Redirect::to(&approve::page(id, None)).into_response();
    let Ok(buyer) = buyer else { return elsewhere() };
    let order = match orders::find_own(&runtime, buyer.shopper, id).await {
        Ok(order) if is_open(&runtime, &order) => order,
        Ok(_) | Err(ApiError::OrderUnknown) => return elsewhere(),
        Err(error) => return error.into_response(),
    };
    match render(&runtime, script, &desk.merchant.id, &order) {
        Ok(html) => {
            let mut response = ([(CACHE_CONTROL, "no-store")], Html(html)).into_response();
            let origin = script.origin().ascii_serialization();
            Policy::with_script(&origin).protect(response.headers_mut());
            response
        }
        Err(error) => ApiError::Internal(error.into()).into_response(),
    }
}

fn is_open(runtime: &Runtime, order: &Order) -> bool {
    matches!(order.state, OrderState::Ready { .. }) && runtime.now() < order.held_until
}

fn render(runtime: &Runtime, script: &Url, client_key: &str, order: &Order) -> Result<String, askama::Error> {
    let to = |call: &str| format!("{}/payment/orders/{}/{call}", runtime.config.origin, order.id);
    let tokens = pages::stylesheet();
    let window = Window {
        tokens: tokens.as_deref(),
        company: &runtime.config.company_name,
        item: &order.item.name,
        script: script.as_str(),
        client_key,
        order: order.id.to_string(),
        order_name: order.item.name.chars().take(ORDER_NAME_CHARS_MAX).collect(),
        amount: order.item.amount.0,
        total: won(order.item.amount),
        back: approve::page(order.id, None),
        approve: to("approve"),
        cancel: to("cancel"),
        fail: to("fail"),
    };
    window.render()
}

/// `GET /payment/window.css`
pub(super) async fn style() -> Response {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, KEPT)];
    (headers, include_str!("window.css")).into_response()
}

/// `GET /payment/window.js`
pub(super) async fn script() -> Response {
    let headers = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, KEPT)];
    (headers, include_str!("window.js")).into_response()
}
