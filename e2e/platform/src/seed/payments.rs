//! Payments at the simulated gateway for orders of the past, made once per order: what the gateway
//! has already is taken as it is.

use std::collections::HashMap;

use anyhow::{Context as _, bail};
use control_plane_gateway::kakaopay::KakaoPay;
use control_plane_gateway::{Cancel, Confirm, Gateway as _, Merchant, Order, Outcome, Timeouts};
use control_plane_telemetry::clock::Clock;
use crds::Won;
use reqwest::Url;
use serde::Deserialize;
use uuid::Uuid;

use super::data::Company;
use super::history::Receipt;
use crate::client::{Ask, Jar, Web};
use crate::state::Settings;

const CANCELLED: &str = "CANCEL_PAYMENT";
const TAKEN: [&str; 2] = ["SUCCESS_PAYMENT", CANCELLED];

pub struct Payments {
    clock: Clock,
    web: Web,
    gateway: KakaoPay,
    merchant: Merchant,
    back: String,
    known: HashMap<Uuid, Known>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    tid: String,
    order: Uuid,
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    items: Vec<Known>,
    next_cursor: Option<String>,
}

impl Payments {
    /// # Errors
    /// Where the gateway does not say what it has.
    pub async fn of(settings: &Settings, company: &Company, clock: &Clock) -> anyhow::Result<Payments> {
        let web = Web::new(std::net::Ipv4Addr::LOCALHOST.into(), 4);
        let truth: Url =
            format!("{}/_sim/payments?limit=100&cid={}", settings.kakao_url(), company.merchant_id)
                .parse()?;
        let mut known = HashMap::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut url = truth.clone();
            if let Some(cursor) = &cursor {
                url.query_pairs_mut().append_pair("cursor", cursor);
            }
            let page: Page = web.json(&mut Jar::default(), &Ask::get(url)).await?;
            let taken = page.items.into_iter().filter(|payment| TAKEN.contains(&payment.status.as_str()));
            known.extend(taken.map(|payment| (payment.order, payment)));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        let merchant =
            Merchant { id: company.merchant_id.to_owned(), key: company.merchant_key.to_owned().into() };
        let gateway = KakaoPay::new(&settings.kakao_url(), Timeouts::default())?;
        let back = settings.public_url(&format!("{}.ddib", company.slug));
        Ok(Payments { clock: clock.clone(), web, gateway, merchant, back, known })
    }

    /// Has the order paid for, and given back where it was refunded.
    ///
    /// # Errors
    /// Where the gateway declines or does not answer.
    pub async fn make(
        &self,
        order: Uuid,
        shopper: Uuid,
        item: &str,
        quantity: u32,
        amount: Won,
        refunded: bool,
    ) -> anyhow::Result<Receipt> {
        let (payment_ref, cancelled) = match self.known.get(&order) {
            Some(known) => (known.tid.clone(), known.status == CANCELLED),
            None => (self.pay(order, shopper, item, quantity, amount).await?, false),
        };
        if refunded && !cancelled {
            let cancel = Cancel {
                payment_ref: payment_ref.clone(),
                amount,
                cancellable_before: amount,
                asked_at: self.clock.now(),
            };
            done(self.gateway.cancel(&self.merchant, &cancel).await)?;
        }
        Ok(Receipt { payment_ref, method: "MONEY".to_owned() })
    }

    async fn pay(
        &self,
        order: Uuid,
        shopper: Uuid,
        item: &str,
        quantity: u32,
        amount: Won,
    ) -> anyhow::Result<String> {
        let (order_id, user_id) = (order.to_string(), shopper.to_string());
        let url = |what: &str| format!("{}/payment/orders/{order}/{what}", self.back);
        let begin = Order {
            order_id: order_id.clone(),
            user_id: user_id.clone(),
            item_name: item.to_owned(),
            quantity,
            amount,
            approval_url: url("approve"),
            cancel_url: url("cancel"),
            fail_url: url("fail"),
            window_url: String::new(),
            asked_at: self.clock.now(),
        };
        let begun = self.gateway.begin(&self.merchant, &begin).await?;
        let page: Url = begun.redirect.mobile.parse()?;
        let confirm = Ask::form(page.join("authenticate")?, &[("method", "MONEY")]);
        let approve = self.web.ask(&mut Jar::default(), &confirm).await?.location()?;
        let proof = approve.query_pairs().find(|(name, _)| name == "pg_token");
        let proof = proof.context("the simulator gives a pg_token")?.1.into_owned();
        let payment_ref = begun.payment_ref;
        let asked_at = self.clock.now();
        let confirm =
            Confirm { payment_ref: payment_ref.clone(), order_id, user_id, proof, amount, asked_at };
        done(self.gateway.confirm(&self.merchant, &confirm).await)?;
        Ok(payment_ref)
    }
}

fn done<T>(outcome: Outcome<T>) -> anyhow::Result<T> {
    match outcome {
        Outcome::Done(done) => Ok(done),
        Outcome::Declined(declined) => bail!("the gateway declined: {declined:?}"),
        Outcome::Unknown(doubt) => bail!("the gateway did not say: {doubt:?}"),
    }
}
