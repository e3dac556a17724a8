//! Money back: once, all of it, and never twice, whatever the gateway says.

use axum::http::StatusCode;
use control_plane_core::ledger::OrderEvent;
use crds::Won;
use futures_util::future::join_all;
use serde_json::json;
use tenant_runtime::payment;

use crate::bank::Fault;
use crate::deal::{COFFEE, Deal, PRICE, Plan, until};

#[tokio::test]
async fn a_shopper_gets_the_money_back() {
    let deal = Deal::open(Plan::default()).await;
    let (order, cookie) = deal.paid(2).await;
    let answers = join_all((0..6).map(|_| deal.refund(&order, &cookie))).await;
    assert!(answers.iter().all(|answer| answer.status.is_success()));
    let again = deal.refund(&order, &cookie).await;
    assert_eq!((again.status, &again.body["state"]), (StatusCode::OK, &json!("refunded")));
    assert!(again.body["refundedAt"].is_string());
    assert_eq!(deal.bank.payment_of(&order).cancelled, 2 * PRICE);
    assert_eq!(deal.bank.calls("cancel"), 1);
    // The deal is open and puts refunded pieces back on sale.
    assert_eq!(deal.stock().await, (10, 0, 0));
    let figures = deal.figures().await;
    assert_eq!((figures.sold, figures.gross, figures.refunds), (0, Won(2 * PRICE), Won(2 * PRICE)));
    deal.export().await;
    let events = deal.ledger.events();
    assert!(matches!(
        events.as_slice(),
        [OrderEvent::Paid { .. }, OrderEvent::Refunded { amount: Won(25_800), .. }]
    ));
}

#[tokio::test]
async fn whoever_gave_pieces_back_may_buy_others_in_their_place() {
    for restock_on_refund in [true, false] {
        let deal = Deal::open(Plan { restock_on_refund, per_shopper_max: 3, ..Plan::default() }).await;
        let (order, cookie) = deal.paid(3).await;
        let pass = deal.let_in(deal.shopper_of(&order).await).await;
        let more = deal.hold(&pass, "more", COFFEE, 1).await;
        assert_eq!((more.status, more.code()), (StatusCode::CONFLICT, "limit_reached"));
        deal.refund(&order, &cookie).await;
        assert_eq!(deal.state(&order).await, "refunded");
        assert_eq!(deal.hold(&pass, "again", COFFEE, 2).await.status, StatusCode::CREATED);
        let more = deal.hold(&pass, "more", COFFEE, 2).await;
        assert_eq!((more.status, more.code()), (StatusCode::CONFLICT, "limit_reached"));
        assert_eq!(deal.hold(&pass, "more", COFFEE, 1).await.status, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn pieces_stay_sold_where_the_deal_says_so() {
    let deal = Deal::open(Plan { restock_on_refund: false, ..Plan::default() }).await;
    let (order, cookie) = deal.paid(2).await;
    deal.refund(&order, &cookie).await;
    assert_eq!(deal.state(&order).await, "refunded");
    assert_eq!(deal.stock().await, (8, 0, 2));
    assert_eq!(deal.figures().await.sold, 0);
}

#[tokio::test]
async fn a_lost_answer_to_a_refund_is_looked_up() {
    let deal = Deal::open(Plan::default()).await;
    // The money is back, and the gateway can be asked.
    let (order, cookie) = deal.paid(1).await;
    deal.bank.fail("cancel", Fault::DropReply);
    assert_eq!(deal.refund(&order, &cookie).await.status, StatusCode::OK);
    assert_eq!(deal.state(&order).await, "refunded");
    // The money is back, and the gateway cannot be asked.
    let (order, cookie) = deal.paid(1).await;
    deal.bank.fail("cancel", Fault::DropReply);
    deal.bank.fail("order", Fault::DropRequest);
    let answer = deal.refund(&order, &cookie).await;
    assert_eq!((answer.status, &answer.body["state"]), (StatusCode::ACCEPTED, &json!("refunding")));
    assert_eq!(deal.figures().await.open_refunds, 1);
    deal.wait(21).await;
    deal.recover().await;
    assert_eq!(deal.state(&order).await, "refunded");
    // The money is not back, and nobody has heard anything: it is asked for again.
    let (order, cookie) = deal.paid(1).await;
    deal.bank.fail("cancel", Fault::DropRequest);
    deal.bank.fail("order", Fault::DropRequest);
    assert_eq!(deal.refund(&order, &cookie).await.status, StatusCode::ACCEPTED);
    deal.wait(21).await;
    deal.recover().await;
    assert_eq!(deal.state(&order).await, "refunded");
    assert!(deal.bank.payments().iter().all(|payment| payment.cancelled == payment.amount));
    assert_eq!(deal.figures().await.open_refunds, 0);
    deal.export().await;
    assert_eq!(deal.ledger.entries().len(), 6);
}

#[tokio::test]
async fn a_refund_that_the_gateway_declines_leaves_the_order_paid() {
    let deal = Deal::open(Plan::default()).await;
    let (order, cookie) = deal.paid(1).await;
    deal.bank.fail("cancel", Fault::Error(-731));
    let answer = deal.refund(&order, &cookie).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::CONFLICT, "refund_refused"));
    assert_eq!(deal.state(&order).await, "paid");
    assert_eq!(deal.figures().await.open_refunds, 0);
    assert_eq!(deal.refund(&order, &cookie).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refund_needs_a_paid_order_and_a_reason() {
    let deal = Deal::open(Plan::default()).await;
    let (held, cookie) = deal.held(1).await;
    assert_eq!(deal.refund(&held, &cookie).await.code(), "order_state");
    let (order, cookie) = deal.paid(1).await;
    let path = format!("/payment/orders/{order}/refund");
    for reason in [json!(""), json!("  "), json!("가".repeat(201)), json!("위\n아래"), json!(7), json!(null)]
    {
        let answer = deal.post(&path, &cookie, &json!({"reason": reason})).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::UNPROCESSABLE_ENTITY, "invalid_body"),
            "{reason}"
        );
    }
    let longest = deal.post(&path, &cookie, &json!({"reason": "가".repeat(200)})).await;
    assert_eq!(longest.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refund_asked_for_at_the_control_plane_is_carried_out_once() {
    let deal = Deal::open(Plan::default()).await;
    let (order, _) = deal.paid(1).await;
    deal.export().await;
    deal.ledger.ask_refund(&order);
    let running = tokio::spawn(payment::run(deal.runtime.clone()));
    until("the refund is in the ledger", || async { deal.ledger.entries().len() == 2 }).await;
    deal.runtime.shutdown.trigger();
    running.await.unwrap();
    assert_eq!(deal.state(&order).await, "refunded");
    assert_eq!(deal.bank.calls("cancel"), 1);
    assert_eq!(deal.ledger.head(&deal.runtime.config.deal), deal.figures().await.head);
}

#[tokio::test]
async fn after_the_seal_the_runtime_refunds_nothing() {
    let deal = Deal::open(Plan::default()).await;
    let (order, cookie) = deal.paid(1).await;
    let (held, _) = deal.held(1).await;
    assert!(!payment::seal(&deal.runtime).await.unwrap(), "a hold is open");
    deal.delete(&format!("/shop/orders/{held}"), &cookie).await;
    let open = tenant_runtime::orders::find(&deal.runtime, held.parse().unwrap()).await.unwrap().unwrap();
    let reason = tenant_runtime_core::orders::ReleaseReason::Abandoned;
    let _moved = tenant_runtime::orders::steps::release(&deal.runtime, &open, reason).await.unwrap();
    for _ in 0..2 {
        assert!(payment::seal(&deal.runtime).await.unwrap());
    }
    let answer = deal.refund(&order, &cookie).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::CONFLICT, "sealed"));
    assert_eq!(deal.state(&order).await, "paid");
    // What was sold before the seal still reaches the ledger.
    deal.export().await;
    assert_eq!(deal.ledger.entries().len(), 1);
}
