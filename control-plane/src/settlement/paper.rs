//! The document itself: what the template is given, in the words and figures of Korean documents. The
//! template escapes everything that somebody typed.

use askama::Template;
use control_plane_core::amount_words::amount_words;
use control_plane_core::deal_name::KST;
use crds::{Window, Won};
use jiff::Timestamp;

use super::minute;
use super::report::SettlementReport;
use crate::companies::wire::Company;

/// Whose settlement it is, and of what.
pub(super) struct Subject<'a> {
    pub company: &'a Company,
    pub title: &'a str,
    pub deal: &'a str,
    pub window: Window,
    pub fee_paid_at: Option<Timestamp>,
    pub issued_at: Timestamp,
}

#[derive(Template)]
#[template(path = "settlement.html")]
struct Paper<'a> {
    company: &'a Company,
    title: &'a str,
    deal: &'a str,
    issued_at: String,
    day: String,
    opens_at: String,
    closes_at: String,
    settled_at: String,
    agrees: bool,
    net: String,
    net_in_words: String,
    orders: String,
    gross: String,
    refunded_orders: String,
    refunds: String,
    after_settlement: Option<AfterSettlement>,
    tables: Vec<Table>,
    fee: String,
    fee_paid_at: String,
    events: String,
    digest: &'a str,
}

struct AfterSettlement {
    count: String,
    refunds: String,
}

/// The figures by product or by hour.
struct Table {
    heading: &'static str,
    what: &'static str,
    counted: &'static str,
    lines: Vec<Line>,
    total: Line,
}

struct Line {
    what: String,
    count: String,
    gross: String,
    refunds: String,
    net: String,
}

/// The whole page.
pub(super) fn html(subject: &Subject<'_>, report: &SettlementReport) -> String {
    let after = &report.after_settlement;
    let after = (after.orders > 0)
        .then(|| AfterSettlement { count: orders(after.orders), refunds: won(-after.refunds) });
    let paper = Paper {
        company: subject.company,
        title: subject.title,
        deal: subject.deal,
        issued_at: minute(subject.issued_at),
        day: KST.to_datetime(subject.issued_at).strftime("%Y년 %-m월 %-d일").to_string(),
        opens_at: minute(subject.window.opens_at),
        closes_at: minute(subject.window.closes_at),
        settled_at: report.settled_at.map_or_else(|| "확인 중".to_owned(), minute),
        agrees: report.agrees,
        net: won(report.net),
        net_in_words: amount_words(Won(report.net)),
        orders: orders(report.orders),
        gross: won(report.gross),
        refunded_orders: orders(report.refunded_orders),
        refunds: won(-report.refunds),
        after_settlement: after,
        tables: [by_product(report), by_hour(report)].into_iter().filter(|t| !t.lines.is_empty()).collect(),
        fee: won(report.fee),
        fee_paid_at: subject.fee_paid_at.map_or_else(String::new, minute),
        events: orders(report.events),
        digest: &report.digest,
    };
    paper.render().expect("the template only formats texts")
}

fn by_product(report: &SettlementReport) -> Table {
    let lines = report
        .by_product
        .iter()
        .map(|product| line(product.name.clone(), pieces(product.quantity), product.gross, product.refunds));
    let all = report.by_product.iter().map(|product| product.quantity).sum();
    Table {
        heading: "상품별",
        what: "상품",
        counted: "수량",
        lines: lines.collect(),
        total: line("합계".to_owned(), pieces(all), report.gross, report.refunds),
    }
}

fn by_hour(report: &SettlementReport) -> Table {
    let lines = report.by_hour.iter().map(|hour| {
        let what = format!("{}부터 1시간", minute(hour.starts_at));
        line(what, orders(hour.orders), hour.gross, hour.refunds)
    });
    Table {
        heading: "시간별",
        what: "시간",
        counted: "주문",
        lines: lines.collect(),
        total: line("합계".to_owned(), orders(report.orders), report.gross, report.refunds),
    }
}

fn line(what: String, count: String, gross: i64, refunds: i64) -> Line {
    Line { what, count, gross: won(gross), refunds: won(-refunds), net: won(gross - refunds) }
}

fn orders(count: u64) -> String {
    format!("{}건", grouped(count.into()))
}

fn pieces(count: u64) -> String {
    format!("{}개", grouped(count.into()))
}

fn won(amount: i64) -> String {
    format!("{}원", grouped(amount.into()))
}

/// `1,234,000`, with a minus sign where it is one.
fn grouped(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "−" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        let grouped: Vec<_> = [0, 1, 999, 1_000, 1_234_567, -25_800].map(grouped).to_vec();
        assert_eq!(grouped, ["0", "1", "999", "1,000", "1,234,567", "−25,800"]);
    }
}
