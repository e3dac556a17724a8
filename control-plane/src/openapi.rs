//! The API as a whole: its routes and, generated from the same source, its OpenAPI document.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use control_plane_telemetry::problem::Problem;
use utoipa::OpenApi as _;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;

use crate::http::origin;
use crate::state::AppState;
use crate::{
    addresses, categories, companies, deals, identity, images, ledger, orders, plans, products, rentals,
    settlement, storefront,
};

/// Under what the API is served.
const PREFIX: &str = "/api/v1";
/// What a body may hold unless its route says otherwise.
const BODY_BYTES_MAX: usize = 64 * 1024;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "BIDD and DDIB",
        version = "v1",
        description = "The API of the companies' portal (`bidd.`) and of the storefront (`ddib.`). \
            Errors are RFC 9457 problem documents with a stable `code`. Requests of browsers that \
            change something must carry the portal's own `Origin`."
    ),
    components(schemas(Problem)),
    security(("session" = []))
)]
struct Api;

/// All routes with their documentation.
pub fn router(state: &AppState) -> OpenApiRouter<AppState> {
    routes()
        .layer(middleware::from_fn_with_state(state.clone(), origin::check))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

fn routes() -> OpenApiRouter<AppState> {
    let api = OpenApiRouter::new()
        .merge(identity::routes())
        .merge(companies::routes())
        .merge(images::routes())
        .merge(addresses::routes())
        .merge(categories::routes())
        .merge(plans::routes())
        .merge(rentals::routes())
        .merge(products::routes())
        .merge(deals::routes())
        .merge(orders::routes())
        .merge(settlement::routes())
        .merge(storefront::routes())
        .merge(ledger::http::routes());
    OpenApiRouter::with_openapi(Api::openapi()).merge(identity::well_known_routes()).nest(PREFIX, api)
}

/// The OpenAPI document of [`router`].
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    add_security(document.components.get_or_insert_with(Components::new));
    let operations =
        document.paths.paths.values_mut().flat_map(|path| {
            [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch]
        });
    for operation in operations.flatten() {
        add_problem(operation);
    }
    document
}

/// Swagger UI at `/api/docs`, and the document that it shows.
pub fn docs() -> Router<AppState> {
    utoipa_swagger_ui::SwaggerUi::new("/api/docs").url(format!("{PREFIX}/openapi.json"), document()).into()
}

/// Every operation may answer with a problem.
fn add_problem(operation: &mut Operation) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new()
        .description("What went wrong")
        .content("application/problem+json", problem)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
}

fn add_security(components: &mut Components) {
    let session = ApiKey::Cookie(ApiKeyValue::with_description(
        "bidd_session",
        "A session at the portal, or `ddib_session` at the storefront.",
    ));
    components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    let runtime = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The credential of one deal's runtime."))
        .build();
    components.add_security_scheme("runtime", SecurityScheme::Http(runtime));
}
