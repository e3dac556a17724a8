//! The settlement as a file for a spreadsheet: one table, whose first line names the columns, and below
//! it what the table is about.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use control_plane_core::sheet::{self, Cell};
use control_plane_telemetry::problem::Path;

use super::minute;
use super::report::{self, SettlementReport};
use crate::companies::company;
use crate::companies::wire::Company;
use crate::error::ApiError;
use crate::http::auth::CompanyMember;
use crate::rentals::entity::Model as RentalRow;
use crate::rentals::wire::RentalPath;
use crate::state::AppState;

/// `정산-`, as a header carries it.
const FILE_NAME_BEGINS: &str = "%EC%A0%95%EC%82%B0-";

/// The settlement as CSV: UTF-8 with a byte-order mark, to be opened in a spreadsheet.
#[utoipa::path(
    get,
    path = "/companies/{c}/rentals/{r}/settlement.csv",
    tag = "orders",
    operation_id = "read_settlement_csv",
    params(RentalPath),
    responses((status = 200, description = "The table", body = String, content_type = "text/csv"))
)]
pub async fn csv(
    State(state): State<AppState>,
    member: CompanyMember,
    Path(path): Path<RentalPath>,
) -> Result<Response, ApiError> {
    let (rental, report) = report::of_member(&state, &member, path.r).await?;
    // The name of a deal is a DNS label: nothing in it needs quoting.
    let deal = rental.deal.as_deref().unwrap_or_default();
    let name = format!(
        "attachment; filename=\"settlement-{deal}.csv\"; filename*=UTF-8''{FILE_NAME_BEGINS}{deal}.csv"
    );
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, name.as_str()),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, sheet::csv(&rows(&member.company, &rental, &report))).into_response())
}

fn rows(company: &company::Model, rental: &RentalRow, report: &SettlementReport) -> Vec<Vec<Cell>> {
    let mut rows =
        vec![["구분", "항목", "수량", "주문", "결제(원)", "환불(원)", "매출(원)"].map(Cell::from).to_vec()];
    rows.extend(report.by_product.iter().map(|product| {
        let about = [product.name.as_str().into(), count(product.quantity), Cell::Empty];
        line("상품별", about, product.gross, product.refunds)
    }));
    rows.extend(report.by_hour.iter().map(|hour| {
        let about = [minute(hour.starts_at).into(), Cell::Empty, count(hour.orders)];
        line("시간별", about, hour.gross, hour.refunds)
    }));
    let pieces = report.by_product.iter().map(|product| product.quantity).sum();
    let whole = ["전체".into(), count(pieces), count(report.orders)];
    rows.push(line("합계", whole, report.gross, report.refunds));
    rows.push(Vec::new());
    rows.extend(facts(company, rental, report).map(|(what, value)| vec![what.into(), value]));
    rows
}

fn line(kind: &str, about: [Cell; 3], gross: i64, refunds: i64) -> Vec<Cell> {
    let mut line = vec![kind.into()];
    line.extend(about);
    line.extend([gross.into(), refunds.into(), (gross - refunds).into()]);
    line
}

/// What the table is about, and what stands beside it.
fn facts(
    company: &company::Model,
    rental: &RentalRow,
    report: &SettlementReport,
) -> [(&'static str, Cell); 14] {
    let company = Company::new(company.clone(), None);
    let agreed = if report.agrees { "맞음" } else { "확인 중" };
    let settled_at = report.settled_at.map_or(Cell::Empty, |at| minute(at).into());
    let paid_at = rental.paid_at.map_or(Cell::Empty, |at| minute(at.into()).into());
    [
        ("가게", company.name.into()),
        ("사업자등록번호", company.business_number.into()),
        ("타임딜", rental.title.as_str().into()),
        ("판매 시작(한국 시간)", minute(rental.opens_at.into()).into()),
        ("판매 끝(한국 시간)", minute(rental.closes_at.into()).into()),
        ("정산한 때(한국 시간)", settled_at),
        ("환불한 주문", count(report.refunded_orders)),
        ("판매 수수료(원)", Cell::Number(0)),
        ("대여료(원)", report.fee.into()),
        ("대여료 결제(한국 시간)", paid_at),
        ("정산 뒤 환불(원)", report.after_settlement.refunds.into()),
        ("장부 기록", count(report.events)),
        ("장부 확인값", report.digest.as_str().into()),
        ("판매 기록과 장부", agreed.into()),
    ]
}

/// A count as a spreadsheet takes it. None comes near the end of it.
fn count(count: u64) -> Cell {
    Cell::Number(i64::try_from(count).unwrap_or(i64::MAX))
}
