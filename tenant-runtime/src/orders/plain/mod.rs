//! An order's page for a browser without JavaScript. The shop shows it; payment does where a form of
//! its own was refused. Only words and HTML are here.

pub mod rows;
mod view;
mod words;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::response::Response;
use serde::Deserialize;
use tenant_runtime_core::ids::OrderId;
use tenant_runtime_core::orders::Order;

use crate::error::ApiError;
use crate::extract::Buyer;
use crate::orders;
use crate::plain::{notes, respond, status_of};
use crate::state::Runtime;
use view::Scene;

/// Longer than any payment provider's proof.
const QUERY_BYTES_MAX: usize = 1_000;

/// The path of an order's page.
#[must_use]
pub fn path(order: OrderId) -> String {
    format!("/shop/plain/orders/{order}")
}

/// How one came back from the payment page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Cancelled,
    Failed,
    AmountDiffers,
    /// The gateway is left alone for a moment; what the shopper agreed to there is in the address.
    Busy,
}

/// The way back from the payment page, as far as the address says: a stranger's word, which decides
/// nothing but what is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    pub outcome: Option<Outcome>,
    /// The address' query, to finish a payment with that the gateway could not finish.
    pub query: String,
}

impl<S: Sync> FromRequestParts<S> for Returned {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Returned, Self::Rejection> {
        #[derive(Deserialize)]
        struct Words {
            result: Outcome,
        }
        let outcome = Query::<Words>::try_from_uri(&parts.uri).ok().map(|Query(words)| words.result);
        let query = parts.uri.query().filter(|query| outcome.is_some() && query.len() <= QUERY_BYTES_MAX);
        let query = query.unwrap_or_default().to_owned();
        Ok(Returned { outcome, query })
    }
}

/// What is said on the page besides the order.
#[derive(Default)]
pub struct Aside<'a> {
    pub returned: Returned,
    /// Why the last press came to nothing.
    pub refused: Option<&'a ApiError>,
    /// What was typed as the reason of a refund that was refused.
    pub reason: Option<&'a str>,
}

/// The order as it is.
#[must_use]
pub fn page(runtime: &Runtime, order: &Order, aside: &Aside<'_>) -> Response {
    let page = view::page(&Scene {
        config: &runtime.config,
        order,
        returned: &aside.returned,
        problem: aside.refused.map(ApiError::problem),
        reason: aside.reason,
        now: runtime.now(),
    });
    respond(runtime, status_of(aside.refused), &page)
}

/// The order after a form that was refused, with the reason; or why there is none to show.
pub async fn refused(
    runtime: &Runtime,
    buyer: Result<Buyer, ApiError>,
    order: OrderId,
    error: &ApiError,
    reason: Option<&str>,
) -> Response {
    let found = match buyer {
        Ok(buyer) => orders::find_own(runtime, buyer.shopper, order).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(order) => {
            error.log();
            page(runtime, &order, &Aside { refused: Some(error), reason, ..Aside::default() })
        }
        Err(error) => notes::no_order(runtime, &path(order), &error),
    }
}
