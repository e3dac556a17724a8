//! The two books besides the shoppers' own: the gateway's, which the simulator shows whole, and the
//! ledger's, as the company's owner reads it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use reqwest::Url;
use serde::Deserialize;
use uuid::Uuid;

use super::deal::{self, Deal};
use super::shopper::Outcome;
use crate::client::{Ask, Jar, SignIn, Web};
use crate::seed::OWNERS;

/// What either gateway calls money that it has.
const TAKEN: [&str; 4] = ["SUCCESS_PAYMENT", "PART_CANCEL_PAYMENT", "DONE", "PARTIAL_CANCELED"];
const PAGES_MAX: usize = 10_000;
/// The longest time that a hold may outlive its deal.
const HOLD_MAX: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

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
    /// KakaoPay's CID, or the client key at Toss.
    #[serde(alias = "cid", alias = "clientKey")]
    account: String,
    order: String,
    total: i64,
    status: String,
    cancelled: i64,
    created_at: Timestamp,
}

/// An order as the ledger knows it.
#[derive(Debug, Deserialize)]
pub struct Entry {
    pub id: Uuid,
    pub product: EntryProduct,
    pub quantity: u32,
    pub amount: i64,
    pub state: String,
}

#[derive(Debug, Deserialize)]
pub struct EntryProduct {
    pub id: Uuid,
}

/// What the gateway and the ledger say at one moment.
pub struct Books {
    /// Money taken and kept, by order: how often, and how much in all.
    pub kept: BTreeMap<Uuid, (u32, i64)>,
    pub ledger: BTreeMap<Uuid, Entry>,
}

impl Books {
    pub fn paid_in_ledger(&self) -> BTreeSet<Uuid> {
        let paid = self.ledger.values().filter(|entry| entry.state != "refunded");
        paid.map(|entry| entry.id).collect()
    }

    pub fn kept_at_gateway(&self) -> BTreeSet<Uuid> {
        self.kept.keys().copied().collect()
    }
}

/// The company's owner, who may read its books.
pub struct Owner {
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
    pub async fn sign_in(web: &Web, port: u16, deal: &Deal) -> anyhow::Result<Owner> {
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

    pub async fn books(&self, web: &Web, deal: &Deal, outcomes: &[Outcome]) -> anyhow::Result<Books> {
        let path = format!("/api/v1/companies/{}/rentals/{}/orders", self.company, self.rental);
        let mut jar = self.jar.clone();
        let entries: Vec<Entry> = all(web, &mut jar, self.portal.join(&path)?).await?;
        let ledger: BTreeMap<Uuid, Entry> = entries.into_iter().map(|entry| (entry.id, entry)).collect();
        let ours: BTreeSet<Uuid> =
            outcomes.iter().filter_map(|outcome| Some(outcome.order.as_ref()?.id)).collect();
        let mut payments: Vec<Payment> = all(web, &mut jar, self.kakao.join("/_sim/payments")?).await?;
        payments.extend(all::<Payment>(web, &mut jar, self.kakao.join("/_sim/toss/payments")?).await?);
        // Whatever went through the company's account while the deal ran belongs to the deal, also
        // what neither this crowd nor the ledger has heard of.
        let known = |payment: &Payment| {
            payment.order.parse().is_ok_and(|order| ledger.contains_key(&order) || ours.contains(&order))
        };
        let accounts: BTreeSet<String> =
            payments.iter().filter(|payment| known(payment)).map(|payment| payment.account.clone()).collect();
        let window = deal.opens_at..deal.closes_at + HOLD_MAX;
        let mut kept: BTreeMap<Uuid, (u32, i64)> = BTreeMap::new();
        for payment in &payments {
            let Ok(order) = payment.order.parse::<Uuid>() else { continue };
            let taken = TAKEN.contains(&payment.status.as_str());
            if taken && accounts.contains(&payment.account) && window.contains(&payment.created_at) {
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
