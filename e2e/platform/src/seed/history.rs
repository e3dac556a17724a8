//! The deal that is over: its orders, its refunds, and the same payments in the simulator's books,
//! so that all books agree and a late refund finds its payment. Which orders there were is fixed: a
//! second run makes the same.

use std::collections::HashMap;

use anyhow::Context as _;
use control_plane::AppState;
use control_plane::ids::{CompanyId, ImageId};
use control_plane::ledger::history::{self, PastDeal};
use control_plane::products::wire::NewProduct;
use control_plane_core::categories::Category;
use control_plane_core::ledger::{Delivery, OrderEvent};
use control_plane_telemetry::clock::Clock;
use crds::{PaymentProvider, Window, Won};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

use super::data::{Company, DEULKKOT};
use super::payments::Payments;
use super::portal::{Approved, Portal};
use crate::client::{Ask, Jar, SignIn};
use crate::reach::Reach;
use crate::screen::korea;
use crate::state::Settings;

pub const TITLE: &str = "들꽃뷰티 첫 타임딜";
const ORDERS: u64 = 84;
/// How many were let in, for the figures.
const ADMITTED: u64 = 143;
/// Ready-made shoppers who find an order of theirs on My Page.
const SHOPPERS: [&str; 3] = ["1003", "1004", "1005"];
const RECIPIENTS: [&str; 12] = [
    "박지민",
    "최유나",
    "정하늘",
    "김도윤",
    "이서연",
    "박준서",
    "최지우",
    "정민재",
    "강수빈",
    "조은우",
    "윤채원",
    "임시우",
];
const ADDRESSES: [(&str, &str); 6] = [
    ("04524", "서울특별시 중구 세종대로 110"),
    ("06236", "서울특별시 강남구 테헤란로 152"),
    ("48058", "부산광역시 해운대구 센텀중앙로 79"),
    ("13529", "경기도 성남시 분당구 판교역로 166"),
    ("61945", "광주광역시 서구 상무중앙로 110"),
    ("63122", "제주특별자치도 제주시 문연로 6"),
];

/// One order that there was.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sale {
    order: Uuid,
    /// Which of the ready-made shoppers, or a stranger.
    shopper: Uuid,
    paid_at: Timestamp,
    /// The place among the company's products.
    product: usize,
    quantity: u32,
    refunded_at: Option<Timestamp>,
    delivery: Delivery,
}

impl Sale {
    fn amount(&self) -> Won {
        let price = DEULKKOT.products[self.product].price;
        Won(price).times(self.quantity).expect("a few pieces at a few thousand won")
    }
}

/// Puts the deal of the evening before `begun` into the books.
///
/// # Errors
/// Where a step is refused or fails.
pub async fn seed(
    settings: &Settings,
    state: &AppState,
    clock: &Clock,
    begun: Timestamp,
) -> anyhow::Result<()> {
    let reach = settings.reach()?;
    let portal = Portal::sign_in(&reach, DEULKKOT.owner).await?;
    let mut company = portal.company(&reach, &DEULKKOT).await?;
    let window = evening_before(begun)?;
    let past = PastDeal {
        company: CompanyId(company.id),
        title: TITLE.to_owned(),
        category: DEULKKOT.category.parse::<Category>().ok().context("the company's category")?,
        plan: "light".to_owned(),
        window,
        products: products(&mut company, &DEULKKOT).await?,
        admitted: ADMITTED,
    };
    let sales = sales(window, &ready_made(&reach).await?);
    let payments = Payments::of(settings, &DEULKKOT, clock).await?;
    let mut paid = HashMap::new();
    for sale in &sales {
        let product = &DEULKKOT.products[sale.product];
        let receipt = payments
            .make(
                sale.order,
                sale.shopper,
                product.name,
                sale.quantity,
                sale.amount(),
                sale.refunded_at.is_some(),
            )
            .await?;
        paid.insert(sale.order, receipt);
    }
    let events = |products: &[Uuid]| events(&sales, products, &paid);
    history::insert(state, &past, &events)
        .await
        .map_err(|error| anyhow::anyhow!("the past deal: {error}"))?;
    Ok(())
}

async fn products(approved: &mut Approved<'_>, company: &Company) -> anyhow::Result<Vec<NewProduct>> {
    let mut products = Vec::new();
    for product in &company.products {
        let image = approved.picture(product.picture).await?;
        products.push(NewProduct {
            name: product.name.to_owned(),
            description: product.description.to_owned(),
            list_price: product.list_price,
            price: product.price,
            stock: product.stock,
            per_shopper_max: product.per_shopper_max,
            image: Some(ImageId(image)),
        });
    }
    Ok(products)
}

/// From eight to nine in the evening of the day before, Korea's time.
fn evening_before(now: Timestamp) -> anyhow::Result<Window> {
    let day = now.to_zoned(korea()).date().yesterday()?;
    let opens_at = day.at(20, 0, 0, 0).to_zoned(korea())?.timestamp();
    Ok(Window { opens_at, closes_at: opens_at + SignedDuration::from_hours(1) })
}

/// The ids of the ready-made shoppers at the storefront.
async fn ready_made(reach: &Reach) -> anyhow::Result<Vec<Uuid>> {
    #[derive(Deserialize)]
    struct Me {
        id: Uuid,
    }
    let web = reach.web(4);
    let storefront = reach.origin("ddib")?;
    let mut ids = Vec::new();
    for person in SHOPPERS {
        let mut jar = Jar::default();
        SignIn { portal: &storefront, person }.walk(&web, &mut jar).await?;
        let me: Me = web.json(&mut jar, &Ask::get(storefront.join("/api/v1/me")?)).await?;
        ids.push(me.id);
    }
    Ok(ids)
}

/// The orders of that evening, by the time they were paid: most come in the first minutes.
fn sales(window: Window, ready_made: &[Uuid]) -> Vec<Sale> {
    let mut sales: Vec<Sale> = (0..ORDERS).map(|index| sale(index, window, ready_made)).collect();
    sales.sort_by_key(|sale| (sale.paid_at, sale.order));
    sales
}

fn sale(index: u64, window: Window, ready_made: &[Uuid]) -> Sale {
    let place = usize::try_from(index).unwrap_or(usize::MAX);
    let early = roll(index, "early", 3_400).min(roll(index, "earlier", 3_400));
    let paid_at = window.opens_at + seconds(60 + early);
    let recipient = RECIPIENTS[place % RECIPIENTS.len()];
    let (postcode, line1) = ADDRESSES[dice(index, "address", ADDRESSES.len())];
    // The second of the ready-made shoppers has changed her mind, and a few strangers.
    let refunds = index == 1 || index > 5 && roll(index, "refund", 100) < 6;
    Sale {
        order: uuid(index, "order"),
        shopper: ready_made.get(place).copied().unwrap_or_else(|| uuid(index, "shopper")),
        paid_at,
        product: dice(index, "product", DEULKKOT.products.len()),
        quantity: if roll(index, "two", 100) < 18 { 2 } else { 1 },
        refunded_at: refunds.then(|| paid_at + seconds(40 + roll(index, "later", 900))),
        delivery: Delivery {
            recipient: recipient.to_owned(),
            phone: format!("+8210{:08}", 20_000_000 + roll(index, "phone", 70_000_000)),
            postcode: postcode.to_owned(),
            line1: line1.to_owned(),
            line2: format!("{}동 {}호", 101 + roll(index, "house", 12), 201 + roll(index, "door", 9) * 100),
            note: String::new(),
        },
    }
}

/// The ledger's events in the order in which they happened.
fn events(sales: &[Sale], products: &[Uuid], receipts: &HashMap<Uuid, Receipt>) -> Vec<OrderEvent> {
    let mut events = Vec::new();
    for sale in sales {
        let Receipt { payment_ref, method } = receipts[&sale.order].clone();
        let paid = OrderEvent::Paid {
            order: sale.order,
            at: sale.paid_at,
            shopper: sale.shopper,
            product: products[sale.product],
            product_name: DEULKKOT.products[sale.product].name.to_owned(),
            quantity: sale.quantity,
            amount: sale.amount(),
            payment_ref,
            provider: PaymentProvider::KakaoPay,
            method,
            delivery: sale.delivery.clone(),
        };
        events.push((sale.paid_at, paid));
        if let Some(at) = sale.refunded_at {
            let reason = "마음이 바뀌었어요".to_owned();
            events.push((at, OrderEvent::Refunded { order: sale.order, at, amount: sale.amount(), reason }));
        }
    }
    events.sort_by_key(|&(at, _)| at);
    events.into_iter().map(|(_, event)| event).collect()
}

/// What the gateway said to a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub payment_ref: String,
    pub method: String,
}

/// A number below `bound` that looks random and is the same every time.
fn roll(index: u64, what: &str, bound: u64) -> u64 {
    let hash = blake3::Hasher::new_derive_key("bidd demo history v1")
        .update(what.as_bytes())
        .update(&index.to_be_bytes())
        .finalize();
    let (first, _) = hash.as_bytes().split_at(8);
    let bytes = first.try_into().expect("the first eight of 32 bytes");
    u64::from_be_bytes(bytes) % bound
}

fn dice(index: u64, what: &str, sides: usize) -> usize {
    let sides = u64::try_from(sides).unwrap_or(u64::MAX);
    usize::try_from(roll(index, what, sides)).unwrap_or(0)
}

fn uuid(index: u64, what: &str) -> Uuid {
    let high = u128::from(roll(index, what, u64::MAX));
    let low = u128::from(roll(index, &format!("{what} low"), u64::MAX));
    uuid::Builder::from_random_bytes((high << 64 | low).to_be_bytes()).into_uuid()
}

fn seconds(count: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo() -> (Window, Vec<Sale>) {
        let window = evening_before("2026-11-23T03:00:00Z".parse().unwrap()).unwrap();
        (window, sales(window, &[Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3)]))
    }

    #[test]
    fn the_history_is_the_same_every_time_and_possible() {
        let (window, sales) = demo();
        assert_eq!(demo().1, sales);
        assert_eq!(window.opens_at, "2026-11-22T11:00:00Z".parse().unwrap());
        for (place, product) in DEULKKOT.products.iter().enumerate() {
            let sold =
                sales.iter().filter(|sale| sale.product == place).map(|sale| sale.quantity).sum::<u32>();
            assert!(sold > 0 && sold <= product.stock, "{}: {sold}", product.name);
        }
        for sale in &sales {
            assert!(sale.paid_at >= window.opens_at && sale.paid_at < window.closes_at);
            assert!(sale.quantity <= DEULKKOT.products[sale.product].per_shopper_max);
        }
        assert!((3..12).contains(&sales.iter().filter(|sale| sale.refunded_at.is_some()).count()));
    }

    #[test]
    fn a_refund_follows_its_payment() {
        let (_, sales) = demo();
        let receipt = Receipt { payment_ref: "T1".to_owned(), method: "MONEY".to_owned() };
        let receipts = sales.iter().map(|sale| (sale.order, receipt.clone())).collect();
        let products: Vec<Uuid> = (0..4).map(Uuid::from_u128).collect();
        let mut paid = std::collections::HashSet::new();
        for event in events(&sales, &products, &receipts) {
            match event {
                OrderEvent::Paid { order, .. } => assert!(paid.insert(order), "paid twice"),
                OrderEvent::Refunded { order, .. } => {
                    assert!(paid.remove(&order), "refunded before it was paid")
                }
            }
        }
    }
}
