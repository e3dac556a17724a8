//! The audit: three books that never spoke to each other (what shoppers saw, what the gateway took,
//! what the ledger holds) must tell the same story.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::deal::{self, Deal, Product};
use super::measure::{Measures, Step, Times};
use super::shopper::{End, Outcome};
use crate::client::{Ask, Jar, SignIn, Web};
use crate::seed::OWNERS;

/// How long the ledger may be behind the gateway before the difference counts as a loss.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_secs(1);
const PAGES_MAX: usize = 10_000;
/// The longest time that a hold may outlive its deal.
const HOLD_MAX: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// A payment as the gateway knows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payment {
    cid: String,
    order: String,
    total: i64,
    status: String,
    cancelled: i64,
    created_at: Timestamp,
}

/// An order as the ledger knows it.
#[derive(Debug, Deserialize)]
struct Entry {
    id: Uuid,
    product: EntryProduct,
    quantity: u32,
    amount: i64,
    state: String,
}

#[derive(Debug, Deserialize)]
struct EntryProduct {
    id: Uuid,
}

/// What the gateway and the ledger say at one moment.
struct Books {
    /// Money taken and kept, by order: how often, and how much in all.
    kept: BTreeMap<Uuid, (u32, i64)>,
    ledger: BTreeMap<Uuid, Entry>,
}

impl Books {
    fn paid_in_ledger(&self) -> BTreeSet<Uuid> {
        let paid = self.ledger.values().filter(|entry| entry.state != "refunded");
        paid.map(|entry| entry.id).collect()
    }

    fn kept_at_gateway(&self) -> BTreeSet<Uuid> {
        self.kept.keys().copied().collect()
    }
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
    let owner = Owner::sign_in(web, port, deal).await?;
    let mut stock: BTreeMap<Uuid, u32> = products.iter().map(|product| (product.id, product.stock)).collect();
    // The company may have raised it meanwhile; a deal that is over no longer says.
    for product in deal::products(web, deal).await.unwrap_or_default() {
        let known = stock.entry(product.id).or_default();
        *known = product.stock.max(*known);
    }
    let until = Instant::now() + CATCH_UP_WITHIN;
    let books = loop {
        let books = owner.books(web, deal, outcomes).await?;
        let agreed = books.paid_in_ledger() == books.kept_at_gateway();
        if agreed && missing(outcomes, &books) == 0 || Instant::now() >= until {
            break books;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    Ok(compare(deal, seed, products, outcomes, &stock, &books, measures))
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

/// The company's owner, who may read its books.
struct Owner {
    jar: Jar,
    portal: Url,
    company: Uuid,
    rental: Uuid,
    kakao: Url,
}

#[derive(Deserialize)]
struct Me {
    companies: Vec<Company>,
}

#[derive(Deserialize)]
struct Company {
    id: Uuid,
    slug: String,
}

#[derive(Deserialize)]
struct Rental {
    id: Uuid,
    deal: Option<RentalDeal>,
}

#[derive(Deserialize)]
struct RentalDeal {
    name: String,
}

impl Owner {
    /// Tries the simulator's shop owners until one owns the deal's company.
    async fn sign_in(web: &Web, port: u16, deal: &Deal) -> anyhow::Result<Owner> {
        let portal = deal::portal("bidd", port)?;
        let kakao = simulator(web, &portal).await?;
        for person in OWNERS {
            let mut jar = Jar::default();
            SignIn { portal: &portal, person }.walk(web, &mut jar).await?;
            let me: Me = web.json(&mut jar, &Ask::get(portal.join("/api/v1/me")?)).await?;
            let Some(company) = me.companies.iter().find(|company| company.slug == deal.slug) else {
                continue;
            };
            let rentals: Vec<Rental> =
                all(web, &mut jar, portal.join(&format!("/api/v1/companies/{}/rentals", company.id))?)
                    .await?;
            let named = |rental: &&Rental| rental.deal.as_ref().is_some_and(|of| of.name == deal.name);
            let rental = rentals.iter().find(named).context("the company has no rental of that deal")?.id;
            return Ok(Owner { jar, company: company.id, rental, kakao, portal });
        }
        bail!("none of the simulator's shop owners owns {}", deal.slug)
    }

    async fn books(&self, web: &Web, deal: &Deal, outcomes: &[Outcome]) -> anyhow::Result<Books> {
        let path = format!("/api/v1/companies/{}/rentals/{}/orders", self.company, self.rental);
        let mut jar = self.jar.clone();
        let entries: Vec<Entry> = all(web, &mut jar, self.portal.join(&path)?).await?;
        let ledger: BTreeMap<Uuid, Entry> = entries.into_iter().map(|entry| (entry.id, entry)).collect();
        let ours: BTreeSet<Uuid> =
            outcomes.iter().filter_map(|outcome| Some(outcome.order.as_ref()?.id)).collect();
        let payments: Vec<Payment> = all(web, &mut jar, self.kakao.join("/_sim/payments")?).await?;
        // Whatever went through the company's account while the deal ran belongs to the deal, also
        // what neither this crowd nor the ledger has heard of.
        let known = |payment: &Payment| {
            payment.order.parse().is_ok_and(|order| ledger.contains_key(&order) || ours.contains(&order))
        };
        let accounts: BTreeSet<String> =
            payments.iter().filter(|payment| known(payment)).map(|payment| payment.cid.clone()).collect();
        let window = deal.opens_at..deal.closes_at + HOLD_MAX;
        let mut kept: BTreeMap<Uuid, (u32, i64)> = BTreeMap::new();
        for payment in &payments {
            let Ok(order) = payment.order.parse::<Uuid>() else { continue };
            let taken = matches!(payment.status.as_str(), "SUCCESS_PAYMENT" | "PART_CANCEL_PAYMENT");
            if taken && accounts.contains(&payment.cid) && window.contains(&payment.created_at) {
                let sum = kept.entry(order).or_default();
                sum.0 += 1;
                sum.1 += payment.total - payment.cancelled;
            }
        }
        Ok(Books { kept, ledger })
    }
}

/// Where the simulator is: where signing in leads to.
async fn simulator(web: &Web, portal: &Url) -> anyhow::Result<Url> {
    let start = portal.join("/api/v1/auth/kakao/start")?;
    Ok(web.ask(&mut Jar::default(), &Ask::get(start)).await?.location()?.join("/")?)
}

/// All pages of a list.
async fn all<T: serde::de::DeserializeOwned>(web: &Web, jar: &mut Jar, url: Url) -> anyhow::Result<Vec<T>> {
    let mut items = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut url = url.clone();
        url.query_pairs_mut().append_pair("limit", "100");
        if let Some(cursor) = &cursor {
            url.query_pairs_mut().append_pair("cursor", cursor);
        }
        let page: Page<T> = web.json(jar, &Ask::get(url)).await?;
        items.extend(page.items);
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(items),
        }
    }
    bail!("a list does not end")
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
