//! The settlement as a document: a page that prints well, and needs no script to do so.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::response::{Html, IntoResponse, Response};
use control_plane_telemetry::problem::Path;

use super::paper::{self, Subject};
use super::report;
use crate::companies::wire::Company;
use crate::error::ApiError;
use crate::http::auth::CompanyMember;
use crate::rentals::wire::RentalPath;
use crate::state::AppState;

/// The page has its style in itself and nothing else; whatever got into it could do nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The settlement as a page to be printed, or saved as PDF.
#[utoipa::path(
    get,
    path = "/companies/{c}/rentals/{r}/settlement.html",
    tag = "orders",
    operation_id = "read_settlement_document",
    params(RentalPath),
    responses((status = 200, description = "The document", body = String, content_type = "text/html"))
)]
pub async fn document(
    State(state): State<AppState>,
    member: CompanyMember,
    Path(path): Path<RentalPath>,
) -> Result<Response, ApiError> {
    let (rental, report) = report::of_member(&state, &member, path.r).await?;
    let subject = Subject {
        company: &Company::new(member.company, None),
        title: &rental.title,
        deal: rental.deal.as_deref().unwrap_or_default(),
        window: rental.window(),
        fee_paid_at: rental.paid_at.map(Into::into),
        issued_at: state.clock.now(),
    };
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ];
    Ok((headers, Html(paper::html(&subject, &report))).into_response())
}
