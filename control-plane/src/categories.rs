//! The storefront's categories, which are fixed.

use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use control_plane_core::categories::Category;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Serialize, ToSchema)]
struct CategoryItem {
    /// Stable: `fashion`.
    code: &'static str,
    /// As shoppers read it.
    name: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
struct Categories {
    items: Vec<CategoryItem>,
}

/// The eight categories, in the order in which they are shown.
#[utoipa::path(
    get, path = "/categories", operation_id = "list_categories", tag = "storefront", security(()),
    responses((status = 200, body = Categories))
)]
async fn list() -> impl IntoResponse {
    let items =
        Category::ALL.iter().map(|category| CategoryItem { code: category.code(), name: category.name() });
    ([(CACHE_CONTROL, "public, max-age=300")], axum::Json(Categories { items: items.collect() }))
}
