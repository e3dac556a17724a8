//! What is Toss' alone: the page that opens its window, a browser that names another amount, and
//! payments of another amount than their order's, which no order ever stands for.

use axum::http::StatusCode;
use crds::PaymentProvider;
use serde_json::json;
use uuid::Uuid;

use crate::bank::Fault;
use crate::deal::{CLIENT_KEY, Deal, PRICE, Plan, SCRIPT, until};

async fn deal() -> Deal {
    Deal::open(Plan::at(PaymentProvider::Toss)).await
}

fn brought(key: &str, order: &str, amount: i64) -> String {
    format!("paymentType=NORMAL&paymentKey={key}&orderId={order}&amount={amount}")
}

#[tokio::test]
async fn the_page_opens_the_window_with_the_orders_own_figures() {
    let deal = deal().await;
    let shopper = Uuid::new_v4();
    let pass = deal.let_in(shopper).await;
    let order = deal.hold(&pass, "a", crate::deal::COFFEE, 2).await.id();
    let path = format!("/payment/orders/{order}/window");
    assert_eq!(deal.get(&path, &pass).await.location, format!("/orders/{order}"), "nothing is announced");
    let ready = deal.post(&format!("/payment/orders/{order}/ready"), &pass, &json!({})).await;
    for device in ["pc", "mobile", "app"] {
        assert!(ready.body[device].as_str().unwrap().ends_with(&path), "{}", ready.body);
    }
    assert_eq!(deal.bank.calls("order"), 0, "the window announces the payment, not we");

    let page = deal.get(&path, &pass).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        format!("data-amount=\"{}\"", 2 * PRICE),
        format!("data-order=\"{order}\""),
        format!("data-client-key=\"{CLIENT_KEY}\""),
        format!("<script src=\"{SCRIPT}\" defer>"),
        format!("/payment/orders/{order}/approve\""),
        "예가체프 200g".to_owned(),
        "25,800원".to_owned(),
    ] {
        assert!(page.text.contains(&part), "{part} is missing in {}", page.text);
    }
    assert!(!page.text.contains(crate::toss_bank::KEY), "the secret key is nobody's to see");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    let scripts = policy.split(';').map(str::trim).find(|part| part.starts_with("script-src")).unwrap();
    assert_eq!(scripts, "script-src 'self' http://127.0.0.1:1", "that origin and no other: {policy}");
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    for file in ["window.js", "window.css"] {
        assert_eq!(deal.get(&format!("/payment/{file}"), "").await.status, StatusCode::OK, "{file}");
    }

    // Nobody else's, and nobody's who is unknown.
    let stranger = deal.signed_in(Uuid::new_v4());
    for cookie in [stranger.as_str(), ""] {
        let answer = deal.get(&path, cookie).await;
        assert_eq!((answer.status, answer.location), (StatusCode::SEE_OTHER, format!("/orders/{order}")));
    }
    let kakaopay = Deal::open(Plan::default()).await;
    let (other, cookie) = kakaopay.ready(1).await;
    let none = kakaopay.get(&format!("/payment/orders/{other}/window"), &cookie).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "KakaoPay has pages of its own");
}

#[tokio::test]
async fn an_amount_that_the_browser_made_up_is_refused_before_the_gateway_is_asked() {
    let deal = deal().await;
    let (order, _) = deal.ready(1).await;
    let (other, _) = deal.ready(1).await;
    let cheap = deal.bank.agree_in_window(&order, 100);
    let differs = format!("/orders/{order}?result=amount_differs");
    for amount in ["100", "12901", "-12900", "12900.5", "012900x", ""] {
        let query = format!("paymentKey={cheap}&orderId={order}&amount={amount}");
        assert_eq!(deal.come_back(&order, &query).await.location, differs, "{amount:?}");
    }
    // Of another order, or of none.
    let failed = format!("/orders/{order}?result=failed");
    for id in [other.as_str(), "", "x"] {
        let answer = deal.come_back(&order, &brought(&cheap, id, PRICE)).await;
        assert_eq!(answer.location, failed, "{id:?}");
    }
    assert_eq!(deal.bank.calls("approve") + deal.bank.calls("order"), 0, "the gateway was not asked");
    assert_eq!(deal.state(&order).await, "ready");
    assert_eq!(deal.stock().await, (8, 2, 0));
    // The shopper pays as it should be, under the same order.
    let token = deal.agree(&order).await;
    deal.approve(&order, &token).await;
    assert_eq!(deal.state(&order).await, "paid");
    assert_eq!(deal.bank.payments().iter().map(|p| p.times_taken).sum::<u32>(), 1);
}

#[tokio::test]
async fn a_payment_of_another_amount_that_was_not_taken_blocks_nobody() {
    let deal = deal().await;
    let (order, _) = deal.ready(1).await;
    // Both lie: the window was opened with 100 won, and the browser names the right amount.
    let cheap = deal.bank.agree_in_window(&order, 100);
    deal.come_back(&order, &brought(&cheap, &order, PRICE)).await;
    assert_eq!(deal.state(&order).await, "approving", "Toss does not say what is wrong");
    deal.recover().await;
    assert_eq!(deal.state(&order).await, "approving", "the call may still be on its way");
    assert_eq!(deal.stock().await, (9, 1, 0));
    deal.wait(21).await;
    deal.recover().await;
    assert_eq!(deal.state(&order).await, "ready", "the hold lives on, and that proof is worthless");
    let token = deal.agree(&order).await;
    deal.approve(&order, &token).await;
    assert_eq!(deal.state(&order).await, "paid");
    let taken: Vec<i64> =
        deal.bank.payments().iter().filter(|p| p.times_taken > 0).map(|p| p.amount).collect();
    assert_eq!(taken, [PRICE]);
}

#[tokio::test]
async fn a_payment_of_another_amount_that_was_taken_goes_back_before_anything_is_released() {
    let deal = deal().await;
    let (order, cookie) = deal.ready(1).await;
    let cheap = deal.bank.agree_in_window(&order, 100);
    // The gateway takes it all the same, and its answer is lost.
    deal.bank.fail("approve", Fault::Error(-500));
    deal.bank.fail("order", Fault::DropRequest);
    deal.come_back(&order, &brought(&cheap, &order, PRICE)).await;
    deal.bank.take(&cheap);
    // It cannot be given back yet: nothing is released, nothing is committed.
    deal.bank.fail("cancel", Fault::DropRequest);
    deal.wait(61).await;
    deal.recover().await;
    assert_eq!(deal.state(&order).await, "approving");
    assert_eq!((deal.stock().await, deal.bank.payment_of(&order).cancelled), ((9, 1, 0), 0));
    until("it has gone back and the order is released", || async {
        deal.wait(61).await;
        deal.recover().await;
        deal.state(&order).await == "released"
    })
    .await;
    assert_eq!(deal.bank.payment_of(&order).cancelled, 100);
    assert_eq!(deal.stock().await, (10, 0, 0));
    let shown = deal.get(&format!("/shop/orders/{order}"), &cookie).await;
    assert_eq!(shown.body["releasedReason"], "amountDiffered", "the shopper is told");
    assert_eq!(deal.figures().await.head.count, 0, "no such payment is ever in the books");
}

#[tokio::test]
async fn a_second_payment_of_the_same_order_hides_nothing_of_the_first() {
    let deal = deal().await;
    let (order, _) = deal.ready(1).await;
    let token = deal.agree(&order).await;
    deal.bank.fail("approve", Fault::DropReply);
    deal.bank.fail("order", Fault::DropRequest);
    deal.approve(&order, &token).await;
    assert_eq!(deal.state(&order).await, "approving");
    // Meanwhile somebody opens the window again, with another amount.
    deal.bank.agree_in_window(&order, 100);
    deal.wait(21).await;
    deal.recover().await;
    assert_eq!(deal.state(&order).await, "paid");
}

#[tokio::test]
async fn whoever_closes_the_window_keeps_the_hold() {
    let deal = deal().await;
    let (order, cookie) = deal.ready(1).await;
    for (query, result) in [
        ("?code=PAY_PROCESS_CANCELED&message=%EC%B7%A8%EC%86%8C&orderId=x", "cancelled"),
        ("?code=USER_CANCEL", "cancelled"),
        ("?code=REJECT_CARD_COMPANY", "failed"),
        ("", "failed"),
    ] {
        let back = deal.get(&format!("/payment/orders/{order}/fail{query}"), "").await;
        assert_eq!(back.location, format!("/orders/{order}?result={result}"), "{query}");
    }
    assert_eq!(deal.state(&order).await, "ready");
    let path = format!("/payment/orders/{order}/ready");
    let (one, two) =
        (deal.post(&path, &cookie, &json!({})).await, deal.post(&path, &cookie, &json!({})).await);
    assert_eq!(one.body, two.body);
    assert_eq!(deal.bank.calls("order"), 0);
}
