//! The deal's own pages: one app, built into the binary.

use std::borrow::Cow;

use askama::filters::{Html as Markup, escape};
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::CACHE_CONTROL;
use axum::response::{Html, IntoResponse as _, Response};
use control_plane_pages::Policy;
use control_plane_telemetry::problem;
use rust_embed::RustEmbed;
use tenant_runtime_core::ids::OrderId;

use crate::orders::plain::path as plain_order;
use crate::plain::ROOM;
use crate::state::Runtime;

#[derive(RustEmbed)]
#[folder = "../web/dist/deal"]
struct Pages;

/// Paths that belong to the interface: nothing below them is a page. The last four may be served at
/// another listener, and are no pages here either.
const INTERFACES: [&str; 7] = ["queue", "shop", "payment", "internal", "healthz", "readyz", "metrics"];

/// Answers whatever no route matched: the app for `/` and `/orders/{id}`, its files, or a problem.
pub async fn serve(State(runtime): State<Runtime>, request: Request) -> Response {
    let path = request.uri().path();
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if INTERFACES.contains(&first) {
        return problem::not_found().await.into_response();
    }
    let policy = policy(&runtime);
    if let (&Method::GET, Some(page)) = (request.method(), order_page(path, request.uri().query())) {
        let mut response = ([(CACHE_CONTROL, "no-cache")], Html(page)).into_response();
        policy.protect(response.headers_mut());
        return response;
    }
    control_plane_pages::respond::<Pages>(request.method(), path, request.headers(), &policy)
}

/// The app for `/orders/{id}`. Where it cannot run, its way out leads to the same order, and not to the
/// waiting room as on every other page.
fn order_page(path: &str, query: Option<&str>) -> Option<String> {
    let order = path.strip_prefix("/orders/")?.trim_end_matches('/').parse().ok()?;
    let page = Pages::get("index.html")?;
    Some(leading_to(order, query, std::str::from_utf8(&page.data).ok()?))
}

fn leading_to(order: OrderId, query: Option<&str>, page: &str) -> String {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let way = format!("{}{query}", plain_order(order));
    let Ok(way) = escape(way, Markup);
    let way = way.0.to_string();
    page.replace(&format!("{ROOM}\""), &format!("{way}\""))
}

/// Where the app's one stylesheet is: its name has a hash of its content.
pub fn stylesheet() -> Option<Cow<'static, str>> {
    Pages::iter().find(|path| path.ends_with(".css"))
}

/// Pictures may come from wherever the products' own are.
pub fn policy(runtime: &Runtime) -> Policy {
    let settings = runtime.settings.load();
    let mut origins: Vec<String> = settings
        .products
        .iter()
        .filter_map(|product| url::Url::parse(&product.image_url).ok())
        .map(|address| address.origin().ascii_serialization())
        .collect();
    origins.sort_unstable();
    origins.dedup();
    Policy::new(&origins.iter().map(String::as_str).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orders_page_leads_to_that_order_where_there_is_no_script() {
        let page =
            r#"<meta http-equiv="refresh" content="0;url=/queue/plain" /><a href="/queue/plain">x</a>"#;
        let order = OrderId(uuid::Uuid::from_u128(1));
        let way = "/shop/plain/orders/00000000-0000-0000-0000-000000000001";
        assert_eq!(
            leading_to(order, None, page),
            format!(r#"<meta http-equiv="refresh" content="0;url={way}" /><a href="{way}">x</a>"#)
        );
        let busy = leading_to(order, Some("result=busy&pg_token=1\"><b>"), page);
        assert!(busy.contains("result=busy&#38;pg_token=1&#34;&#62;&#60;b&#62;\""), "{busy}");
    }
}
