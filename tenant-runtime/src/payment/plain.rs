//! Paying and getting the money back by plain forms, for a browser without JavaScript. The pages on
//! both ends are the order's own.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use control_plane_telemetry::problem::Path;
use serde::Deserialize;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::{Announced, State as OrderState};

use super::{ready, refund};
use crate::error::ApiError;
use crate::extract::Buyer;
use crate::orders;
use crate::orders::plain::{self, path};
use crate::plain::{Frame, is_phone, notes, respond, see_other};
use crate::state::Runtime;

#[derive(Template)]
#[template(path = "gateway.html")]
struct Departure<'a> {
    frame: Frame<'a>,
    /// The gateway's page.
    to: &'a str,
    back: String,
}

/// `POST /payment/plain/orders/{id}/ready`: announces the payment as `POST /payment/orders/{id}/ready`
/// does; then on to the page that leads to the gateway. A window that only a script can open has no
/// such page: then back to the order, which says so.
pub(super) async fn ready(
    buyer: Result<Buyer, ApiError>,
    State(runtime): State<Runtime>,
    Path(order): Path<OrderId>,
) -> Response {
    let has_page = runtime.till.desk().script.is_none();
    let announced = match &buyer {
        Ok(buyer) if has_page => ready::announced(&runtime, buyer.shopper, order).await.map(drop),
        Ok(_) => return see_other(&path(order), []),
        Err(_) => Err(ApiError::NotSignedIn),
    };
    match announced {
        Ok(()) => see_other(&format!("/payment/plain/orders/{order}/gateway"), []),
        Err(error) => plain::refused(&runtime, buyer, order, &error, None).await,
    }
}

/// `GET /payment/plain/orders/{id}/gateway`: on to the gateway's page of an announced payment, the one
/// for this device. A form cannot be answered with that page at once: the policy lets forms lead to
/// the deal alone, and where the gateway's pages are is only known from its answer.
pub(super) async fn gateway(
    buyer: Result<Buyer, ApiError>,
    State(runtime): State<Runtime>,
    Path(id): Path<OrderId>,
    headers: HeaderMap,
) -> Response {
    let found = match buyer {
        Ok(buyer) => orders::find_own(&runtime, buyer.shopper, id).await,
        Err(error) => Err(error),
    };
    let order = match found {
        Ok(order) => order,
        Err(error) => return notes::no_order(&runtime, &path(id), &error),
    };
    let has_page = runtime.till.desk().script.is_none();
    match &order.state {
        OrderState::Ready { payment: Announced { pc, mobile, .. } }
            if has_page && runtime.now() < order.held_until =>
        {
            let to = if is_phone(&headers) { mobile } else { pc };
            let frame = Frame::of(&runtime.config);
            respond(&runtime, StatusCode::OK, &Departure { frame, to, back: path(id) })
        }
        _ => see_other(&path(id), []),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    reason: String,
}

/// `POST /payment/plain/orders/{id}/refund`: gives the money of a paid order back, as
/// `POST /payment/orders/{id}/refund` does; then back to the order.
pub(super) async fn refund(
    buyer: Result<Buyer, ApiError>,
    State(runtime): State<Runtime>,
    Path(order): Path<OrderId>,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let reason = typed.map(|Form(typed)| typed.reason).unwrap_or_default();
    let given_back = match &buyer {
        Ok(buyer) => refund::give_back(&runtime, buyer.shopper, order, &reason).await,
        Err(_) => Err(ApiError::NotSignedIn),
    };
    match given_back {
        Ok(_) => see_other(&path(order), []),
        Err(error) => plain::refused(&runtime, buyer, order, &error, Some(&reason)).await,
    }
}
