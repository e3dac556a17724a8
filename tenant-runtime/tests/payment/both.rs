//! What holds whoever the payment provider is: the same stories at each of them.

use axum::http::StatusCode;
use control_plane_core::ledger::OrderEvent;
use crds::{PaymentProvider, Won};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::bank::Fault;
use crate::deal::{Deal, PRICE, Plan, until};

const PROVIDERS: [PaymentProvider; 2] = [PaymentProvider::KakaoPay, PaymentProvider::Toss];

#[tokio::test]
async fn a_shopper_pays_and_the_ledger_knows_where() {
    for provider in PROVIDERS {
        let deal = Deal::open(Plan::at(provider)).await;
        let (order, cookie) = deal.ready(2).await;
        let token = deal.agree(&order).await;
        let back = deal.approve(&order, &token).await;
        let page = format!("/orders/{order}");
        assert_eq!((back.status, &back.location), (StatusCode::SEE_OTHER, &page), "{provider:?}");
        let shown = deal.get(&format!("/shop/orders/{order}"), &cookie).await;
        assert_eq!(shown.body["state"], "paid", "{provider:?}");
        assert_eq!(deal.stock().await, (8, 0, 2), "{provider:?}");
        deal.export().await;
        let events = deal.ledger.events();
        let [OrderEvent::Paid { order: paid, amount, provider: at, .. }] = events.as_slice() else {
            panic!("{provider:?}: {events:?}")
        };
        assert_eq!((paid.to_string(), *amount, *at), (order, Won(2 * PRICE), provider));
    }
}

#[tokio::test]
async fn callbacks_that_come_twice_or_together_take_the_money_once() {
    for provider in PROVIDERS {
        let deal = Deal::open(Plan::at(provider)).await;
        let (order, _) = deal.ready(1).await;
        let token = deal.agree(&order).await;
        let answers = join_all((0..16).map(|_| deal.approve(&order, &token))).await;
        assert!(answers.iter().all(|answer| answer.status == StatusCode::SEE_OTHER), "{provider:?}");
        assert_eq!(deal.state(&order).await, "paid", "{provider:?}");
        assert_eq!(deal.approve(&order, &token).await.location, format!("/orders/{order}"));
        assert_eq!(deal.bank.calls("approve"), 1, "{provider:?}: only who moved the order asks for money");
        assert_eq!(deal.bank.payment_of(&order).times_taken, 1, "{provider:?}");
        deal.export().await;
        assert_eq!(deal.ledger.entries().len(), 1, "{provider:?}");
    }
}

#[tokio::test]
async fn a_reply_that_is_lost_after_approving_is_looked_up() {
    for provider in PROVIDERS {
        let deal = Deal::open(Plan::at(provider)).await;
        // At once, where the gateway can be asked.
        let (order, _) = deal.ready(1).await;
        let token = deal.agree(&order).await;
        deal.bank.fail("approve", Fault::DropReply);
        deal.approve(&order, &token).await;
        assert_eq!(deal.state(&order).await, "paid", "{provider:?}");
        // While the look-up fails, too, nothing is decided.
        let (order, _) = deal.ready(1).await;
        let token = deal.agree(&order).await;
        deal.bank.fail("approve", Fault::DropReply);
        for _ in 0..4 {
            deal.bank.fail("order", Fault::DropRequest);
        }
        deal.approve(&order, &token).await;
        for _ in 0..3 {
            deal.wait(60).await;
            assert_eq!(deal.recover().await, 1, "{provider:?}");
            assert_eq!(deal.state(&order).await, "approving", "{provider:?}");
            assert_eq!(deal.stock().await, (8, 1, 1), "{provider:?}");
        }
        deal.wait(60).await;
        deal.recover().await;
        assert_eq!(deal.state(&order).await, "paid", "{provider:?}");
        assert!(deal.bank.payments().iter().all(|payment| payment.times_taken == 1), "{provider:?}");
        deal.export().await;
        assert_eq!(deal.ledger.entries().len(), 2, "{provider:?}");
    }
}

#[tokio::test]
async fn an_answer_in_doubt_is_asked_for_again_and_never_guessed() {
    for provider in PROVIDERS {
        let deal = Deal::open(Plan::at(provider)).await;
        let (open, _) = deal.ready(1).await;
        let token = deal.agree(&open).await;
        deal.bank.fail("approve", Fault::Error(-500));
        deal.approve(&open, &token).await;
        assert_eq!(deal.state(&open).await, "approving", "{provider:?}");
        deal.wait(61).await;
        deal.recover().await;
        assert_eq!(deal.state(&open).await, "paid", "{provider:?}");
        // It failed for good: the pieces go back.
        let (failed, _) = deal.ready(1).await;
        let token = deal.agree(&failed).await;
        deal.bank.fail("approve", Fault::Error(-500));
        deal.bank.set_status(&failed, "FAIL_PAYMENT");
        deal.approve(&failed, &token).await;
        assert_eq!(deal.state(&failed).await, "released", "{provider:?}");
        assert_eq!(deal.stock().await, (9, 0, 1), "{provider:?}");
    }
}

#[tokio::test]
async fn proofs_that_are_made_up_or_of_others_take_nothing_and_spoil_nothing() {
    for provider in PROVIDERS {
        let deal = Deal::open(Plan::at(provider)).await;
        let (order, _) = deal.ready(1).await;
        let (other, _) = deal.ready(1).await;
        let (token, foreign) = (deal.agree(&order).await, deal.agree(&other).await);
        let failed = format!("/orders/{order}?result=failed");
        assert_eq!(deal.approve(&order, "made-up").await.location, failed, "{provider:?}");
        let long = "k".repeat(201);
        for none in ["", "nothing=known", &format!("pg_token={long}&paymentKey={long}")] {
            assert_eq!(deal.come_back(&order, none).await.location, failed, "{provider:?}: {none}");
        }
        assert_eq!(deal.state(&order).await, "ready", "{provider:?}");
        // The payment of another order.
        deal.approve(&order, &foreign).await;
        // A gateway that does not say what is wrong leaves it to recovery.
        deal.wait(21).await;
        deal.recover().await;
        assert_eq!(deal.state(&order).await, "ready", "{provider:?}");
        assert_eq!(deal.bank.payment_of(&other).times_taken, 0, "{provider:?}");
        deal.approve(&other, &foreign).await;
        assert_eq!(deal.state(&other).await, "paid", "{provider:?}");
        let unknown = Uuid::new_v4().to_string();
        let nowhere = deal.come_back(&unknown, &format!("pg_token={token}&paymentKey={token}")).await;
        assert_eq!(nowhere.location, format!("/orders/{unknown}?result=failed"), "{provider:?}");
    }
}

#[tokio::test]
async fn coming_back_after_the_hold_takes_no_money() {
    for provider in PROVIDERS {
        let deal = Deal::open(Plan { hold_seconds: 1, ..Plan::at(provider) }).await;
        let (late, _) = deal.ready(2).await;
        let token = deal.agree(&late).await;
        deal.hand.advance(jiff::SignedDuration::from_secs(2));
        until("recovery releases it", || async {
            deal.recover().await;
            deal.state(&late).await == "released"
        })
        .await;
        let back = deal.approve(&late, &token).await;
        assert_eq!(back.location, format!("/orders/{late}?result=failed"), "{provider:?}");
        assert_eq!(deal.bank.payment_of(&late).times_taken, 0, "{provider:?}");
        assert_eq!(deal.stock().await, (10, 0, 0), "{provider:?}");
    }
}

#[tokio::test]
async fn the_money_goes_back_whole_and_once() {
    for provider in PROVIDERS {
        let deal = Deal::open(Plan::at(provider)).await;
        let (order, cookie) = deal.paid(2).await;
        let answers = join_all((0..6).map(|_| deal.refund(&order, &cookie))).await;
        assert!(answers.iter().all(|answer| answer.status.is_success()), "{provider:?}");
        assert_eq!(deal.state(&order).await, "refunded", "{provider:?}");
        assert_eq!(deal.bank.payment_of(&order).cancelled, 2 * PRICE, "{provider:?}");
        assert_eq!(deal.bank.calls("cancel"), 1, "{provider:?}");
        assert_eq!(deal.stock().await, (10, 0, 0), "{provider:?}");
        // The answer is lost: the look-up says that the money is back.
        let (order, cookie) = deal.paid(1).await;
        deal.bank.fail("cancel", Fault::DropReply);
        assert_eq!(deal.refund(&order, &cookie).await.status, StatusCode::OK, "{provider:?}");
        assert_eq!(deal.bank.payment_of(&order).cancelled, PRICE, "{provider:?}");
        // Neither the call nor the look-up gets through: recovery asks again.
        let (order, cookie) = deal.paid(1).await;
        for _ in 0..2 {
            deal.bank.fail("cancel", Fault::DropRequest);
            deal.bank.fail("order", Fault::DropRequest);
        }
        assert_eq!(deal.refund(&order, &cookie).await.status, StatusCode::ACCEPTED, "{provider:?}");
        deal.bank.heal();
        deal.wait(21).await;
        deal.recover().await;
        assert_eq!(deal.state(&order).await, "refunded", "{provider:?}");
        let figures = deal.figures().await;
        assert_eq!((figures.open_refunds, figures.gross), (0, figures.refunds), "{provider:?}");
    }
}

#[tokio::test]
async fn a_part_that_the_company_gave_back_by_hand_is_not_given_back_again() {
    for provider in PROVIDERS {
        let deal = Deal::open(Plan::at(provider)).await;
        let (order, cookie) = deal.paid(2).await;
        deal.bank.give_back_by_hand(&order, 800);
        // The whole is not there any more; the look-up says how much is.
        deal.refund(&order, &cookie).await;
        until("the rest is back", || async {
            deal.wait(21).await;
            deal.recover().await;
            deal.state(&order).await == "refunded"
        })
        .await;
        assert_eq!(deal.bank.payment_of(&order).cancelled, 2 * PRICE, "{provider:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_rests_is_come_back_to_with_what_was_brought() {
    for provider in PROVIDERS {
        let deal = Deal::open(Plan { stock: 50, per_shopper_max: 50, ..Plan::at(provider) }).await;
        let mut waiting = Vec::new();
        for _ in 0..30 {
            let (order, _) = deal.ready(1).await;
            let token = deal.agree(&order).await;
            waiting.push((order, token));
        }
        // They find the gateway dead, until this process leaves it alone.
        let mut came_back = None;
        for (order, token) in waiting {
            deal.bank.fail("approve", Fault::DropRequest);
            deal.bank.fail("order", Fault::DropRequest);
            let back = deal.approve(&order, &token).await.location;
            if back.contains("result=busy") {
                came_back = Some((order, back));
                break;
            }
        }
        let (order, back) = came_back.unwrap_or_else(|| panic!("{provider:?}: the gateway never rests"));
        let busy = format!("/orders/{order}?result=busy&");
        let brought = back.strip_prefix(&busy).unwrap_or_else(|| panic!("{provider:?}: {back}"));
        assert_eq!(deal.state(&order).await, "ready", "{provider:?}");
        deal.bank.heal();
        deal.hand.advance(jiff::SignedDuration::from_secs(120));
        // Exactly what the page kept is enough.
        let done = deal.come_back(&order, brought).await;
        assert_eq!(done.location, format!("/orders/{order}"), "{provider:?}");
        assert_eq!(deal.state(&order).await, "paid", "{provider:?}");
    }
}
