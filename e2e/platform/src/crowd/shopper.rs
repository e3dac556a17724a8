//! One shopper's walk: sign in, wait, pass, hold, pay, look at the order. It does what a browser
//! would: waits as long as it is told, sends again what was not answered, and goes home in the end.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use serde_json::json;
use tenant_runtime_core::proof;
use tokio::time::Instant;
use uuid::Uuid;

use super::deal::{self, Deal, Product};
use super::measure::{Measures, Step};
use super::schedule::{Behaviour, Plan};
use super::window::Window;
use crate::client::{Answer, Ask, AskError, Jar, LoginError, SignIn, Web};

const RETRY_FIRST: Duration = Duration::from_millis(200);
const RETRY_MAX: Duration = Duration::from_secs(2);
/// Between two looks at an order that is not decided.
const ORDER_LOOK_EVERY: Duration = Duration::from_millis(300);
const POLL_MAX: Duration = Duration::from_secs(30);
/// How often somebody who was let in too late asks again.
const CLAIMS_MAX: u32 = 50;
/// How often somebody works for a place before going home.
const PROOFS_MAX: u32 = 8;
/// How often somebody tries to hold something before going home.
const HOLDS_MAX: u32 = 20;
/// How old what the shelves say may be: whoever looks again sooner sees what was there before.
const SHELVES_AGE_MAX: Duration = Duration::from_millis(1_200);

/// What one does at the gateway.
#[derive(Debug, Clone, Copy)]
enum Act {
    Agree,
    Quit,
}

/// How a walk ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The order, where one was held.
    pub order: Option<Bought>,
    pub admitted: bool,
    pub end: End,
}

#[derive(Debug, Clone)]
pub struct Bought {
    pub id: Uuid,
    pub product: Uuid,
    pub quantity: u32,
    pub amount: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Paid,
    Refunded,
    /// Held and given up, as planned.
    LeftBehind,
    SoldOut,
    Closed,
    /// The hold ran out or the payment did not come about, and the order says so.
    Released,
    /// The platform kept no promise that it gave, but something stood in the way.
    GaveUp(String),
}

#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error(transparent)]
    Login(#[from] LoginError),
    #[error("{0}")]
    Strange(String),
    #[error("sold out")]
    SoldOut,
    #[error("closed")]
    Closed,
}

/// What all shoppers share.
pub struct Walk {
    pub web: Web,
    pub deal: Deal,
    pub products: Vec<Product>,
    pub measures: Arc<Measures>,
    pub patience: Duration,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Position {
    state: String,
    poll_after_ms: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Challenge {
    challenge: String,
    difficulty_bits: u32,
}

#[derive(Deserialize)]
struct OrderView {
    id: Uuid,
    state: String,
    product: ProductRef,
    quantity: u32,
    amount: i64,
}

#[derive(Deserialize)]
struct ProductRef {
    id: Uuid,
}

#[derive(Deserialize)]
struct Payment {
    mobile: Url,
}

impl Walk {
    /// Walks the whole road; never fails, for a failure is an end like others.
    pub async fn shopper(&self, plan: &Plan, arrives: Instant) -> Outcome {
        self.measures.count(|counters| &counters.arrived);
        let mut visit = Visit { walk: self, plan, jar: Jar::default(), order: None, admitted: false };
        let end = match visit.road(arrives).await {
            Ok(end) => end,
            Err(Trouble::SoldOut) => End::SoldOut,
            Err(Trouble::Closed) => End::Closed,
            Err(trouble) => End::GaveUp(trouble.to_string()),
        };
        self.measures.count(|counters| &counters.gone);
        Outcome { order: visit.order, admitted: visit.admitted, end }
    }
}

struct Visit<'a> {
    walk: &'a Walk,
    plan: &'a Plan,
    jar: Jar,
    order: Option<Bought>,
    admitted: bool,
}

impl Visit<'_> {
    async fn road(&mut self, arrives: Instant) -> Result<End, Trouble> {
        self.sign_in(arrives).await?;
        self.walk.measures.count(|counters| &counters.signed_in);
        self.enter().await?;
        self.walk.measures.count(|counters| &counters.entered);
        self.wait_for_pass().await?;
        self.admitted = true;
        self.walk.measures.count(|counters| &counters.admitted);
        tokio::time::sleep(self.plan.thinks).await;
        let order = self.hold().await?;
        self.walk.measures.count(|counters| &counters.held);
        match self.plan.behaviour {
            Behaviour::WalksAway => Ok(End::LeftBehind),
            Behaviour::Abandons => self.abandon(order).await,
            Behaviour::QuitsPaying => self.quit(order).await,
            Behaviour::Buys | Behaviour::BuysWithRetries => self.pay(order).await,
            Behaviour::Refunds => match self.pay(order).await? {
                End::Paid => self.refund(order).await,
                other => Ok(other),
            },
        }
    }

    async fn sign_in(&mut self, arrives: Instant) -> Result<(), Trouble> {
        let until = Instant::now() + self.walk.patience;
        let mut pause = RETRY_FIRST;
        loop {
            let portal = &self.walk.deal.storefront;
            let sign_in = SignIn { portal, person: &self.plan.person };
            match sign_in.walk(&self.walk.web, &mut self.jar).await {
                Ok(()) => break,
                Err(error) if Instant::now() >= until => return Err(error.into()),
                Err(_) => self.pause(&mut pause, None).await,
            }
        }
        self.walk.measures.took(Step::SignIn, arrives);
        Ok(())
    }

    async fn enter(&mut self) -> Result<(), Trouble> {
        let meant = Instant::now();
        let mut body = json!({});
        for _ in 0..PROOFS_MAX {
            let answer = self.insist(&Ask::post(self.at("/queue/enter")?, body)).await?;
            if !matches!(answer.code().as_str(), "proof_required" | "proof_expired") {
                self.expect(answer)?;
                self.walk.measures.took(Step::Enter, meant);
                return Ok(());
            }
            body = self.prove().await?;
        }
        Err(Trouble::Strange("no proof of work was good enough".to_owned()))
    }

    /// Works for a place as a browser does, beside everything else.
    async fn prove(&mut self) -> Result<serde_json::Value, Trouble> {
        let answer = self.insist(&Ask::get(self.at("/queue/challenge")?)).await?;
        let Challenge { challenge, difficulty_bits } = self.expect(answer)?.json()?;
        let text = challenge.clone();
        let worked = tokio::task::spawn_blocking(move || proof::solve(&text, difficulty_bits, 0)).await;
        let nonce = worked.map_err(|error| Trouble::Strange(error.to_string()))?;
        Ok(json!({"proof": {"challenge": challenge, "nonce": nonce}}))
    }

    /// Polls as often as it is told until it is called, then claims the pass.
    async fn wait_for_pass(&mut self) -> Result<(), Trouble> {
        let entered = Instant::now();
        let look = Ask::get(self.at("/queue/position")?);
        let claim = Ask::post(self.at("/queue/pass")?, json!({}));
        let mut claims = 0;
        loop {
            let meant = Instant::now();
            let answer = self.insist(&look).await?;
            let position: Position = self.expect(answer)?.json()?;
            self.walk.measures.took(Step::Position, meant);
            match position.state.as_str() {
                "soldOut" => return Err(Trouble::SoldOut),
                "closed" => return Err(Trouble::Closed),
                "inside" => return Ok(()),
                "called" => {
                    let meant = Instant::now();
                    let answer = self.insist(&claim).await?;
                    if answer.status.is_success() {
                        self.walk.measures.took(Step::Pass, meant);
                        self.walk.measures.took(Step::Wait, entered);
                        return Ok(());
                    }
                    claims += 1;
                    let waits =
                        matches!(answer.code().as_str(), "not_called" | "place_taken_back" | "paused");
                    if !waits || claims > CLAIMS_MAX {
                        self.expect(answer)?;
                    }
                }
                _ => {}
            }
            let pause =
                Duration::from_millis(position.poll_after_ms).clamp(Duration::from_millis(50), POLL_MAX);
            tokio::time::sleep_until(meant + pause).await;
        }
    }

    /// Holds what it likes best of what is left.
    async fn hold(&mut self) -> Result<Uuid, Trouble> {
        let mut products = self.walk.products.clone();
        let mut quantity_max = self.plan.quantity;
        for _ in 0..HOLDS_MAX {
            let Some(product) = products.get(self.plan.taste % products.len().max(1)).cloned() else {
                self.leave().await?;
                return Err(Trouble::SoldOut);
            };
            let quantity = quantity_max.min(product.per_shopper_max);
            let meant = Instant::now();
            let answer = self.send_hold(product.id, quantity).await?;
            match answer.code().as_str() {
                "sold_out" => {
                    tokio::time::sleep(SHELVES_AGE_MAX).await;
                    products = deal::products(&self.walk.web, &self.walk.deal).await.unwrap_or_default();
                    products.retain(|other| other.left > 0 && other.id != product.id);
                }
                // One is left, and two were wanted.
                "stock_short" => quantity_max = 1,
                // The place inside ran out while the platform was away.
                "pass_expired" | "pass_missing" => self.wait_for_pass().await?,
                _ => {
                    let order: OrderView = self.expect(answer)?.json()?;
                    self.walk.measures.took(Step::Hold, meant);
                    let OrderView { id, product, quantity, amount, state: _ } = order;
                    self.order = Some(Bought { id, product: product.id, quantity, amount });
                    return Ok(id);
                }
            }
        }
        Err(Trouble::Strange("no hold came about".to_owned()))
    }

    /// Sends a hold; those who retry send it twice under one key and must get one order.
    async fn send_hold(&mut self, product: Uuid, quantity: u32) -> Result<Answer, Trouble> {
        let key = format!("{}-{product}-{quantity}", self.plan.person);
        let ask = Ask::post(self.at("/shop/holds")?, self.order_form(product, quantity)).keyed(key);
        let answer = self.insist(&ask).await?;
        if self.plan.behaviour != Behaviour::BuysWithRetries || !answer.status.is_success() {
            return Ok(answer);
        }
        let first: OrderView = answer.json()?;
        let again = self.insist(&ask).await?.accepted()?;
        let second: OrderView = again.json()?;
        if first.id == second.id {
            Ok(again)
        } else {
            Err(Trouble::Strange("one idempotency key made two orders".to_owned()))
        }
    }

    /// From the announced payment to an order that says it is paid.
    async fn pay(&mut self, order: Uuid) -> Result<End, Trouble> {
        let page = self.announce(order).await?;
        let meant = Instant::now();
        let confirmed = self.at_gateway(&page, Act::Agree).await?;
        let approve = confirmed.location()?;
        self.walk.measures.took(Step::Confirm, meant);

        let meant = Instant::now();
        let approved = self.insist(&Ask::get(approve)).await?;
        if approved.status.is_redirection() {
            self.walk.measures.took(Step::Approve, meant);
        }
        let end = self.until_decided(order, &["paid", "released", "refunded"]).await?;
        self.walk.measures.took(Step::Order, meant);
        match end.as_str() {
            "paid" => {
                self.walk.measures.count(|counters| &counters.paid);
                Ok(End::Paid)
            }
            _ => Ok(End::Released),
        }
    }

    async fn refund(&mut self, order: Uuid) -> Result<End, Trouble> {
        let meant = Instant::now();
        let ask = Ask::post(
            self.at(&format!("/payment/orders/{order}/refund"))?,
            json!({"reason": "마음이 바뀌었어요"}),
        );
        let answer = self.insist(&ask).await?;
        // A repeated request finds the refund under way: that is not a refusal of the first.
        if answer.code() != "order_state" {
            self.expect(answer)?;
        }
        self.until_decided(order, &["refunded"]).await?;
        self.walk.measures.took(Step::Refund, meant);
        Ok(End::Refunded)
    }

    async fn abandon(&mut self, order: Uuid) -> Result<End, Trouble> {
        let ask = Ask { method: Method::DELETE, ..Ask::get(self.at(&format!("/shop/orders/{order}"))?) };
        let answer = self.insist(&ask).await?;
        if answer.code() != "order_state" {
            self.expect(answer)?;
        }
        self.leave().await?;
        Ok(End::LeftBehind)
    }

    async fn quit(&mut self, order: Uuid) -> Result<End, Trouble> {
        let page = self.announce(order).await?;
        let back = self.at_gateway(&page, Act::Quit).await?.location()?;
        self.insist(&Ask::get(back)).await?;
        self.abandon(order).await
    }

    async fn leave(&mut self) -> Result<(), Trouble> {
        self.insist(&Ask::post(self.at("/queue/leave")?, json!({}))).await.map(|_| ())
    }

    /// Does what the gateway's page is for: KakaoPay's own, or the window that our page opens.
    async fn at_gateway(&mut self, page: &Url, act: Act) -> Result<Answer, Trouble> {
        if page.origin() != self.walk.deal.origin.origin() {
            let call = match act {
                Act::Agree => "authenticate",
                Act::Quit => "quit",
            };
            return self.insist(&Ask::form(sibling(page, call)?, &[])).await;
        }
        let answer = self.insist(&Ask::get(page.clone())).await?;
        let html = String::from_utf8_lossy(&answer.body).into_owned();
        let window =
            Window::read(&html).ok_or_else(|| Trouble::Strange(format!("{} opens no window", answer.url)))?;
        let url = match act {
            Act::Agree => window.url.clone(),
            Act::Quit => sibling(&window.url, "window/quit")?,
        };
        self.insist(&Ask::form(url, &window.fields())).await
    }

    /// Announces the payment; the answer is the gateway's page on a phone.
    async fn announce(&mut self, order: Uuid) -> Result<Url, Trouble> {
        let meant = Instant::now();
        let answer =
            self.insist(&Ask::post(self.at(&format!("/payment/orders/{order}/ready"))?, json!({}))).await?;
        let payment: Payment = self.expect(answer)?.json()?;
        self.walk.measures.took(Step::Ready, meant);
        Ok(payment.mobile)
    }

    /// Looks at the order until it says one of `ends`.
    async fn until_decided(&mut self, order: Uuid, ends: &[&str]) -> Result<String, Trouble> {
        let until = Instant::now() + self.walk.patience;
        loop {
            let answer = self.insist(&Ask::get(self.at(&format!("/shop/orders/{order}"))?)).await?;
            let order: OrderView = self.expect(answer)?.json()?;
            if ends.contains(&order.state.as_str()) {
                return Ok(order.state);
            }
            if Instant::now() >= until {
                return Err(Trouble::Strange(format!("the order stayed {}", order.state)));
            }
            tokio::time::sleep(ORDER_LOOK_EVERY).await;
        }
    }

    /// Sends a request until it is answered by something that will not pass by itself.
    async fn insist(&mut self, ask: &Ask) -> Result<Answer, Trouble> {
        let until = Instant::now() + self.walk.patience;
        let mut pause = RETRY_FIRST;
        loop {
            let failure = match self.walk.web.ask(&mut self.jar, ask).await {
                Ok(answer) if !answer.is_passing() => return Ok(answer),
                Ok(answer) => Err(answer),
                Err(error) => Ok(error),
            };
            if Instant::now() >= until {
                return Err(failure.unwrap_or_else(|answer| answer.refusal()).into());
            }
            let asked = failure.as_ref().err().and_then(Answer::retry_after);
            self.pause(&mut pause, asked).await;
        }
    }

    async fn pause(&self, pause: &mut Duration, asked: Option<Duration>) {
        self.walk.measures.count(|counters| &counters.retries);
        tokio::time::sleep(asked.unwrap_or(*pause).min(RETRY_MAX)).await;
        *pause = (*pause * 2).min(RETRY_MAX);
    }

    /// Success, or why the walk ends here.
    fn expect(&self, answer: Answer) -> Result<Answer, Trouble> {
        if answer.status.is_success() {
            return Ok(answer);
        }
        match answer.code().as_str() {
            "closed" | "sealed" => Err(Trouble::Closed),
            "sold_out" => Err(Trouble::SoldOut),
            _ if answer.status == StatusCode::GONE => Err(Trouble::Closed),
            _ => Err(answer.refusal().into()),
        }
    }

    fn order_form(&self, product: Uuid, quantity: u32) -> serde_json::Value {
        json!({
            "product": product,
            "quantity": quantity,
            "delivery": {
                "recipient": "홍길동",
                "phone": "010-1234-5678",
                "postcode": "04524",
                "line1": "서울특별시 중구 세종대로 110",
                "line2": "3층",
                "note": self.plan.person,
            },
        })
    }

    fn at(&self, path: &str) -> Result<Url, Trouble> {
        let joined = self.walk.deal.origin.join(path);
        joined.map_err(|_| Trouble::Strange(format!("{path} is no path")))
    }
}

/// `/pay/<tid>/mobile` to `/pay/<tid>/<other>`.
fn sibling(page: &Url, other: &str) -> Result<Url, Trouble> {
    page.join(other).map_err(|_| Trouble::Strange(format!("{other} is no path")))
}
