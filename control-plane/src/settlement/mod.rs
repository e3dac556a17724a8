//! The settlement of a deal that is over: as the portal's page reads it, as a spreadsheet, and as a
//! document to be printed, which all say the same; and the events that it was counted from.

mod csv;
mod document;
mod events;
mod paper;
mod read;
mod report;

use control_plane_core::deal_name::KST;
use jiff::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(read::read))
        .routes(routes!(csv::csv))
        .routes(routes!(document::document))
        .routes(routes!(events::events))
}

/// An instant in Korean time, to the minute.
fn minute(at: Timestamp) -> String {
    KST.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}
