//! `GET /shop/plain/orders`, `GET /shop/plain/orders/{id}`, and giving the pieces of one back.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use control_plane_telemetry::problem::Path;
use tenant_runtime_core::ids::OrderId;

use crate::error::ApiError;
use crate::extract::Buyer;
use crate::orders::plain::rows::Row;
use crate::orders::plain::{self, Aside, Returned, path};
use crate::orders::{find_own, of_shopper};
use crate::plain::{Frame, ORDERS, notes, respond, see_other};
use crate::shop::own;
use crate::state::Runtime;

#[derive(Template)]
#[template(path = "orders.html")]
struct Page<'a> {
    frame: Frame<'a>,
    orders: Vec<Row>,
    /// My Page, for those of other deals.
    elsewhere: &'a str,
}

/// The shopper's own orders in this deal, newest first.
pub async fn list(buyer: Result<Buyer, ApiError>, State(runtime): State<Runtime>) -> Response {
    let orders = match buyer {
        Ok(buyer) => of_shopper(&runtime, buyer.shopper).await.map_err(ApiError::from),
        Err(error) => Err(error),
    };
    match orders {
        Ok(orders) => {
            let frame = Frame::of(&runtime.config);
            let orders = orders.iter().map(Row::of).collect();
            let page = Page { frame, orders, elsewhere: &runtime.config.identity.orders_url };
            respond(&runtime, StatusCode::OK, &page)
        }
        Err(error) => notes::no_order(&runtime, ORDERS, &error),
    }
}

/// One of the shopper's own orders.
pub async fn read(
    buyer: Result<Buyer, ApiError>,
    State(runtime): State<Runtime>,
    Path(order): Path<OrderId>,
    returned: Returned,
) -> Response {
    let found = match buyer {
        Ok(buyer) => find_own(&runtime, buyer.shopper, order).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(order) => plain::page(&runtime, &order, &Aside { returned, ..Aside::default() }),
        Err(error) => notes::no_order(&runtime, &path(order), &error),
    }
}

/// Gives the pieces of an unpaid order back, as `DELETE /shop/orders/{id}` does; then back to the order.
pub async fn abandon(
    buyer: Result<Buyer, ApiError>,
    State(runtime): State<Runtime>,
    Path(order): Path<OrderId>,
) -> Response {
    let given_back = match &buyer {
        Ok(buyer) => own::give_back(&runtime, buyer.shopper, order).await,
        Err(_) => Err(ApiError::NotSignedIn),
    };
    match given_back {
        Ok(()) => see_other(&path(order), []),
        Err(error) => plain::refused(&runtime, buyer, order, &error, None).await,
    }
}
