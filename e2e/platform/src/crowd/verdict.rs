//! The audit: three books that never spoke to each other (what shoppers saw, what the gateway took,
//! what the ledger holds) must tell the same story.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::books::{Books, Owner};
use super::deal::{self, Deal, Product};
use super::measure::{Measures, Step, Times};
use super::shopper::{End, Outcome};
use crate::client::Web;

/// How long the ledger may be behind the gateway before the difference counts as a loss.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a crowd ends with.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    pub deal: String,
    pub seed: u32,
    pub shoppers: u32,
    pub arrived: u64,
    pub admitted: u64,
    /// Orders that shoppers saw paid.
    pub bought: u64,
    /// Pieces in the ledger, paid and not refunded.
    pub sold: u64,
    /// Orders of this deal for which the gateway has taken money and kept it.
    pub paid_at_gateway: u64,
    /// Orders of this deal that are paid in the ledger.
    pub in_ledger: u64,
    pub refunded: u64,
    pub sold_out: u64,
    pub left_behind: u64,
    pub released: u64,
    pub gave_up: u64,
    /// Pieces beyond the stock. Must be 0.
    pub oversold: u64,
    /// Orders that one book has and another has not. Must be 0.
    pub lost: u64,
    /// Orders for which money was taken more than once. Must be 0.
    pub doubled: u64,
    /// Orders whose amount differs between gateway and ledger. Must be 0.
    pub wrong_amounts: u64,
    /// Whether all that must be 0 is 0.
    pub clean: bool,
    /// What is wrong, and why some gave up: at most a few lines.
    pub remarks: Vec<String>,
    pub steps: Vec<StepTimes>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepTimes {
    pub step: Step,
    #[serde(flatten)]
    pub times: Times,
}

pub async fn audit(
    web: &Web,
    port: u16,
    deal: &Deal,
    products: &[Product],
    seed: u32,
    outcomes: &[Outcome],
    measures: &Measures,
) -> anyhow::Result<Verdict> {
    let owner = insist(|| Owner::sign_in(web, port, deal)).await?;
    let mut stock: BTreeMap<Uuid, u32> = products.iter().map(|product| (product.id, product.stock)).collect();
    // The company may have raised it meanwhile; a deal that is over no longer says.
    for product in deal::products(web, deal).await.unwrap_or_default() {
        let known = stock.entry(product.id).or_default();
        *known = product.stock.max(*known);
    }
    let until = Instant::now() + CATCH_UP_WITHIN;
    let books = loop {
        let books = insist(|| owner.books(web, deal, outcomes)).await?;
        let agreed = books.paid_in_ledger() == books.kept_at_gateway();
        if agreed && missing(outcomes, &books) == 0 || Instant::now() >= until {
            break books;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    Ok(compare(deal, seed, products, outcomes, &stock, &books, measures))
}

/// Asks again for a while: the platform may be about to be replaced just now, which is no reason to say
/// nothing of the deal.
async fn insist<T, F: Future<Output = anyhow::Result<T>>>(ask: impl Fn() -> F) -> anyhow::Result<T> {
    let until = Instant::now() + CATCH_UP_WITHIN;
    loop {
        match ask().await {
            Err(_) if Instant::now() < until => tokio::time::sleep(LOOK_EVERY).await,
            answer => return answer,
        }
    }
}

/// Orders that a shopper saw paid or refunded and that the ledger does not have so.
fn missing(outcomes: &[Outcome], books: &Books) -> u64 {
    let state = |order: Uuid| books.ledger.get(&order).map(|entry| entry.state.as_str());
    count(outcomes, |outcome| match (&outcome.end, &outcome.order) {
        (End::Paid, Some(order)) => state(order.id).is_none_or(|state| state == "refunded"),
        (End::Refunded, Some(order)) => state(order.id) != Some("refunded"),
        _ => false,
    })
}

/// Orders that stand in the ledger otherwise than the shopper was told.
fn misbooked(outcomes: &[Outcome], books: &Books) -> u64 {
    count(outcomes, |outcome| {
        outcome.order.as_ref().is_some_and(|order| {
            books.ledger.get(&order.id).is_some_and(|entry| {
                (entry.product.id, entry.quantity, entry.amount)
                    != (order.product, order.quantity, order.amount)
            })
        })
    })
}

fn compare(
    deal: &Deal,
    seed: u32,
    products: &[Product],
    outcomes: &[Outcome],
    stock: &BTreeMap<Uuid, u32>,
    books: &Books,
    measures: &Measures,
) -> Verdict {
    let (ledger, gateway) = (books.paid_in_ledger(), books.kept_at_gateway());
    let mut pieces: BTreeMap<Uuid, u64> = BTreeMap::new();
    for entry in books.ledger.values().filter(|entry| entry.state != "refunded") {
        *pieces.entry(entry.product.id).or_default() += u64::from(entry.quantity);
    }
    let oversold = pieces
        .iter()
        .map(|(product, sold)| sold.saturating_sub(u64::from(stock.get(product).copied().unwrap_or(0))))
        .sum();
    let wrong_amounts = books
        .kept
        .iter()
        .filter(|(order, (_, total))| books.ledger.get(order).is_some_and(|entry| entry.amount != *total));
    let unmatched = ledger.symmetric_difference(&gateway).count();
    let lost = u64::try_from(unmatched).unwrap_or(u64::MAX) + missing(outcomes, books);
    let doubled = books.kept.values().map(|(times, _)| u64::from(times.saturating_sub(1))).sum();
    let wrong_amounts = u64::try_from(wrong_amounts.count()).unwrap_or(u64::MAX) + misbooked(outcomes, books);
    let mut remarks = remarks(outcomes, &ledger, &gateway);
    for product in products {
        let (sold, stock) = (pieces.get(&product.id).copied().unwrap_or(0), stock[&product.id]);
        if sold > u64::from(stock) {
            remarks.push(format!("{} of {} were sold, of {stock}", sold, product.name));
        }
    }
    Verdict {
        deal: deal.name.clone(),
        seed,
        shoppers: measures.shoppers,
        arrived: measures.read(|counters| &counters.arrived),
        admitted: count(outcomes, |outcome| outcome.admitted),
        bought: count(outcomes, |outcome| matches!(outcome.end, End::Paid | End::Refunded)),
        sold: pieces.values().sum(),
        paid_at_gateway: u64::try_from(gateway.len()).unwrap_or(u64::MAX),
        in_ledger: u64::try_from(ledger.len()).unwrap_or(u64::MAX),
        refunded: count(outcomes, |outcome| outcome.end == End::Refunded),
        sold_out: count(outcomes, |outcome| outcome.end == End::SoldOut),
        left_behind: count(outcomes, |outcome| outcome.end == End::LeftBehind),
        released: count(outcomes, |outcome| outcome.end == End::Released),
        gave_up: count(outcomes, |outcome| matches!(outcome.end, End::GaveUp(_) | End::Closed)),
        oversold,
        lost,
        doubled,
        wrong_amounts,
        clean: oversold == 0 && lost == 0 && doubled == 0 && wrong_amounts == 0,
        remarks,
        steps: Step::ALL
            .into_iter()
            .map(|step| StepTimes { step, times: measures.times(step) })
            .filter(|step| step.times.count > 0)
            .collect(),
    }
}

fn count(outcomes: &[Outcome], which: impl Fn(&Outcome) -> bool) -> u64 {
    u64::try_from(outcomes.iter().filter(|outcome| which(outcome)).count()).unwrap_or(u64::MAX)
}

fn remarks(outcomes: &[Outcome], ledger: &BTreeSet<Uuid>, gateway: &BTreeSet<Uuid>) -> Vec<String> {
    const EACH_MAX: usize = 5;
    let mut remarks: Vec<String> = Vec::new();
    let only = |left: &BTreeSet<Uuid>, right: &BTreeSet<Uuid>, words: &str| -> Vec<String> {
        left.difference(right).take(EACH_MAX).map(|order| format!("order {order} {words}")).collect()
    };
    remarks.extend(only(gateway, ledger, "is paid at the gateway and not in the ledger"));
    remarks.extend(only(ledger, gateway, "is paid in the ledger and not at the gateway"));
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        if let End::GaveUp(reason) = &outcome.end {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|&(_, times)| std::cmp::Reverse(times));
    remarks.extend(
        reasons.into_iter().take(EACH_MAX).map(|(reason, times)| format!("{times} gave up: {reason}")),
    );
    remarks
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{} · seed {} · {} shoppers", self.deal, self.seed, self.shoppers)?;
        for (name, value, must_be_zero) in [
            ("arrived", self.arrived, false),
            ("admitted", self.admitted, false),
            ("bought", self.bought, false),
            ("sold (pieces)", self.sold, false),
            ("paid at the gateway", self.paid_at_gateway, false),
            ("in the ledger", self.in_ledger, false),
            ("refunded", self.refunded, false),
            ("found it sold out", self.sold_out, false),
            ("left an order behind", self.left_behind, false),
            ("released", self.released, false),
            ("gave up", self.gave_up, false),
            ("oversold", self.oversold, true),
            ("lost", self.lost, true),
            ("paid twice", self.doubled, true),
            ("wrong amounts", self.wrong_amounts, true),
        ] {
            let mark = match (must_be_zero, value) {
                (false, _) => "",
                (true, 0) => "  ok",
                (true, _) => "  MUST BE 0",
            };
            writeln!(f, "  {name:<22}{value:>10}{mark}")?;
        }
        writeln!(f, "\n  {:<12}{:>9}{:>12}{:>12}{:>12}", "step", "count", "p50 ms", "p99 ms", "max ms")?;
        for StepTimes { step, times } in &self.steps {
            let name = format!("{step:?}");
            let [p50, p99, max] = [times.p50_micros, times.p99_micros, times.max_micros].map(millis);
            writeln!(f, "  {name:<12}{:>9}{p50:>12}{p99:>12}{max:>12}", times.count)?;
        }
        for remark in &self.remarks {
            writeln!(f, "  {remark}")?;
        }
        let word =
            if self.clean { "clean: the invariants held" } else { "BROKEN: an invariant did not hold" };
        write!(f, "\n  {word}")
    }
}

/// Microseconds as milliseconds with one digit.
fn millis(micros: u64) -> String {
    format!("{}.{}", micros / 1_000, micros % 1_000 / 100)
}

#[cfg(test)]
mod tests {
    use super::super::books::{Entry, EntryProduct};
    use super::super::shopper::Bought;
    use super::*;

    const PRICE: i64 = 1_000;

    fn bought(order: u128, end: End) -> Outcome {
        let order =
            Bought { id: Uuid::from_u128(order), product: Uuid::from_u128(1), quantity: 1, amount: PRICE };
        Outcome { order: Some(order), admitted: true, end }
    }

    /// Orders with their state in the ledger, and how often the gateway has their money.
    fn books(orders: &[(u128, Option<&str>, u32)]) -> Books {
        let mut books = Books { kept: BTreeMap::new(), ledger: BTreeMap::new() };
        for &(order, state, times) in orders {
            let id = Uuid::from_u128(order);
            if times > 0 {
                books.kept.insert(id, (times, PRICE));
            }
            if let Some(state) = state {
                let product = EntryProduct { id: Uuid::from_u128(1) };
                let entry = Entry { id, product, quantity: 1, amount: PRICE, state: state.to_owned() };
                books.ledger.insert(id, entry);
            }
        }
        books
    }

    fn judge(outcomes: &[Outcome], books: &Books) -> Verdict {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let url: reqwest::Url = "http://hanbit.ddib.localhost/".parse().unwrap();
        let deal = Deal {
            name: "hanbit".to_owned(),
            title: "원두".to_owned(),
            slug: "hanbit".to_owned(),
            opens_at: now,
            closes_at: now,
            origin: url.clone(),
            storefront: url,
        };
        let id = Uuid::from_u128(1);
        let product = Product { id, name: "원두".to_owned(), stock: 2, left: 0, per_shopper_max: 1 };
        compare(&deal, 1, &[product], outcomes, &BTreeMap::from([(id, 2)]), books, &Measures::new(3))
    }

    #[test]
    fn books_that_agree_are_clean() {
        let outcomes = [bought(1, End::Paid), bought(2, End::Refunded), bought(3, End::LeftBehind)];
        let verdict = judge(&outcomes, &books(&[(1, Some("paid"), 1), (2, Some("refunded"), 0)]));
        assert!(verdict.clean, "{verdict}");
        assert_eq!((verdict.sold, verdict.in_ledger, verdict.paid_at_gateway), (1, 1, 1));
        assert!(verdict.to_string().contains("the invariants held"));
    }

    #[test]
    fn every_kind_of_disagreement_is_counted() {
        let paid = [bought(1, End::Paid)];
        let lost = |orders| judge(&paid, &books(orders)).lost;
        assert_eq!(lost(&[(1, None, 1)]), 2, "neither the ledger nor the shopper's receipt");
        assert_eq!(lost(&[(1, Some("paid"), 0)]), 1, "a sale without money");
        assert_eq!(lost(&[(1, Some("refunded"), 0)]), 1, "a refund that nobody asked for");
        assert_eq!(lost(&[(1, Some("paid"), 1), (9, None, 1)]), 1, "a stranger's order");
        assert_eq!(judge(&paid, &books(&[(1, Some("paid"), 2)])).doubled, 1);
        let three = books(&[(1, Some("paid"), 1), (2, Some("paid"), 1), (3, Some("paid"), 1)]);
        assert_eq!(judge(&paid, &three).oversold, 1);
        let mut wrong = books(&[(1, Some("paid"), 1)]);
        wrong.kept.insert(Uuid::from_u128(1), (1, PRICE + 1));
        assert_eq!(judge(&paid, &wrong).wrong_amounts, 1);
        for verdict in [judge(&paid, &three), judge(&paid, &wrong)] {
            assert!(!verdict.clean && verdict.to_string().contains("MUST BE 0"), "{verdict}");
        }
    }
}
