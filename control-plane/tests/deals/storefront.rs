//! What shoppers browse, and deals of the past.

use axum::http::StatusCode;
use control_plane::http::site::Site;
use control_plane::ledger::history::{self, PastDeal};
use control_plane::products::wire::NewProduct;
use control_plane_core::categories::Category;
use control_plane_core::ledger::OrderEvent;
use crds::Window;
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ledger::{paid, refunded};
use crate::support::{Owner, Person, Platform, platform};

async fn titles(platform: &Platform, query: &str) -> Vec<String> {
    let (status, page) = platform.open(Site::Ddib, &format!("/api/v1/deals{query}")).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let names = page["items"].as_array().unwrap().iter().map(|card| card["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn deals_are_found_by_time_category_and_text() {
    let platform = platform().await;
    for (slug, after) in [("soon", 7_200), ("tonight", 36_000), ("later", 3 * 86_400), ("far", 20 * 86_400)] {
        let owner = platform.seller(slug).await;
        platform.deal(&owner, after).await;
    }
    let names = ["soon-20261123-1200", "tonight-20261123-2000", "later-20261126-1000", "far-20261213-1000"];
    assert_eq!(titles(&platform, "").await, names);
    assert_eq!(titles(&platform, "?when=today").await, names[..2]);
    assert_eq!(titles(&platform, "?when=week").await, names[..3]);
    assert!(titles(&platform, "?when=open").await.is_empty());
    assert_eq!(titles(&platform, "?category=food").await.len(), 4);
    assert!(titles(&platform, "?category=pet").await.is_empty());
    assert_eq!(titles(&platform, "?q=tonight").await, names[1..2], "by the company's name");
    assert_eq!(titles(&platform, "?q=%EC%9B%90%EB%91%90").await.len(), 4, "by title and product");
    assert!(titles(&platform, "?q=%25").await.is_empty(), "a percent sign is a percent sign");
    assert!(titles(&platform, "?q=_").await.is_empty());

    platform.advance_seconds(7_200);
    assert_eq!(titles(&platform, "?when=open").await, names[..1]);
    platform.advance_seconds(3_600);
    assert_eq!(titles(&platform, "?when=ended").await, names[..1]);
    for bad in ["?when=never", "?category=weapons", "?limit=0", "?cursor=x", "?page=2"] {
        assert_eq!(platform.open(Site::Ddib, &format!("/api/v1/deals{bad}")).await.0.as_u16(), 400, "{bad}");
    }
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended() {
    let platform = platform().await;
    for index in 0..5 {
        let owner = platform.seller(&format!("shop{index}")).await;
        platform.deal(&owner, 7_200).await;
    }
    let mut seen = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let (_, page) = platform.open(Site::Ddib, &format!("/api/v1/deals{query}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|card| card["name"].to_string()));
        match page["nextCursor"].as_str() {
            Some(cursor) => query = format!("?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 5);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5, "each once");
}

#[tokio::test]
async fn a_deal_and_its_company_can_be_looked_at() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let (_, name) = platform.deal(&owner, 7_200).await;
    let (_, deal) = platform.open(Site::Ddib, &format!("/api/v1/deals/{name}")).await;
    assert_eq!((&deal["phase"], &deal["discountPercent"]), (&json!("before"), &json!(33)), "{deal}");
    assert_eq!(deal["products"][0]["name"], "원두 1kg");
    let (_, company) = platform.open(Site::Ddib, "/api/v1/storefront/companies/hanbit").await;
    assert_eq!(company["deals"][0]["name"], name.as_str(), "{company}");
    for path in
        ["/api/v1/deals/nobody-20261123-1000", "/api/v1/deals/..", "/api/v1/storefront/companies/nobody"]
    {
        assert_eq!(platform.open(Site::Ddib, path).await.0.as_u16(), 404, "{path}");
    }
}

fn past(platform: &Platform, owner: &Owner) -> PastDeal {
    let opens_at = platform.now() - SignedDuration::from_hours(48);
    PastDeal {
        company: owner.company,
        title: "지난 원두".to_owned(),
        category: Category::Food,
        plan: "light".to_owned(),
        window: Window { opens_at, closes_at: opens_at + SignedDuration::from_hours(1) },
        products: vec![NewProduct {
            name: "원두 1kg".to_owned(),
            description: String::new(),
            list_price: 2_000,
            price: 1_000,
            stock: 2_000,
            per_shopper_max: 1,
            image: None,
        }],
        admitted: 900,
    }
}

fn events(shopper: &Person, opens_at: jiff::Timestamp, products: &[Uuid]) -> Vec<OrderEvent> {
    let mut events: Vec<_> = (1..=700)
        .map(|order| {
            let mut event = paid(order, shopper, opens_at, 1_000);
            if let OrderEvent::Paid { product, .. } = &mut event {
                *product = products[0];
            }
            event
        })
        .collect();
    events.push(refunded(5, opens_at, 1_000));
    events
}

#[tokio::test]
async fn a_past_deal_is_put_into_the_books_once() {
    let platform = platform().await;
    let owner = platform.seller("hanbit").await;
    let shopper = platform.shopper("박지민").await;
    let past = past(&platform, &owner);
    let opens_at = past.window.opens_at;
    let history = |products: &[Uuid]| events(&shopper, opens_at, products);
    let rental = history::insert(&platform.state, &past, &history).await.unwrap();
    assert_eq!(history::insert(&platform.state, &past, &history).await.unwrap(), rental);
    let path = format!("/companies/{}/rentals/{rental}", owner.company);
    let (_, shown) = platform.get(&owner.person, &path).await;
    assert_eq!((&shown["state"], &shown["deal"]["figures"]["sold"]), (&json!("completed"), &json!(699)));
    let (_, report) = platform.get(&owner.person, &format!("{path}/settlement")).await;
    assert_eq!((&report["agrees"], &report["net"]), (&json!(true), &json!(699_000)), "{report}");
    assert_eq!(titles(&platform, "?when=ended").await, ["hanbit-20261121-1000"]);
    let (_, orders) = platform.get(&shopper, "/me/orders?limit=1").await;
    let first: &Value = &orders["items"][0];
    assert_eq!(first["title"], "지난 원두");
}
