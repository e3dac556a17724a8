//! Redis' clock is wrong by an hour, or is put right, while pieces are held and money is on its way. What
//! is promised is promised by the deal's clock, which takes a jump for no time.

use axum::http::StatusCode;
use jiff::SignedDuration;
use tenant_runtime::payment;

use crate::bank::Fault;
use crate::chaos::audit;
use crate::deal::{Deal, Plan, until};

const RIGHT: SignedDuration = SignedDuration::ZERO;
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const BACK: SignedDuration = SignedDuration::from_hours(-1);
const STOCK: u32 = 20;

/// A deal whose holds, and whose doors, are over by a clock that is an hour ahead.
async fn deal(hold_seconds: u32) -> Deal {
    Deal::open(Plan { stock: STOCK, hold_seconds, ..Plan::default() }).await
}

/// Ends it: nothing is open, and bank, Redis and ledger agree.
async fn close(deal: &Deal, paid: usize) {
    deal.export().await;
    assert!(payment::seal(&deal.runtime).await.unwrap(), "nothing is open");
    assert_eq!(audit(deal, &deal.figures().await, STOCK).await, paid);
}

#[tokio::test]
async fn a_jump_ends_no_hold_and_forgets_none() {
    for wrong_by in [HOUR, BACK] {
        let deal = deal(600).await;
        let (held, shopper) = deal.held(2).await;
        let (paying, _) = deal.ready(1).await;
        let token = deal.bank.agree(&paying);
        deal.redis.clock.is_wrong_by(wrong_by);
        assert_eq!(deal.recover().await, 0, "nothing is due");
        assert_eq!(deal.stock().await, (17, 3, 0), "{wrong_by:#}");
        deal.approve(&paying, &token).await;
        assert_eq!(deal.state(&paying).await, "paid", "{wrong_by:#}");
        deal.paid(1).await;
        deal.redis.clock.is_wrong_by(RIGHT);
        assert_eq!((deal.recover().await, deal.state(&held).await.as_str()), (0, "held"));
        deal.paid(1).await;
        deal.delete(&format!("/shop/orders/{held}"), &shopper).await;
        assert_eq!(deal.stock().await, (17, 0, 3), "{wrong_by:#}");
        close(&deal, 3).await;
    }
}

#[tokio::test]
async fn a_hold_ends_in_time_behind_a_jump_back() {
    let deal = deal(2).await;
    let (held, _) = deal.held(2).await;
    let (agreed, _) = deal.ready(1).await;
    let token = deal.bank.agree(&agreed);
    deal.redis.clock.is_wrong_by(BACK);
    deal.hand.advance(SignedDuration::from_secs(3));
    until("both are released", || async {
        deal.recover().await;
        deal.stock().await == (20, 0, 0)
    })
    .await;
    assert_eq!((deal.state(&held).await, deal.state(&agreed).await), ("released".into(), "released".into()));
    deal.approve(&agreed, &token).await;
    assert_eq!(deal.bank.payment_of(&agreed).times_taken, 0, "nobody asks for money too late");
    close(&deal, 0).await;
}

#[tokio::test]
async fn money_on_its_way_is_taken_once_and_given_back_once() {
    for (wrong_by, then) in [(HOUR, RIGHT), (BACK, HOUR), (HOUR, BACK)] {
        let deal = deal(600).await;
        let (slow, slow_one) = deal.ready(1).await;
        let (lost, lost_one) = deal.ready(2).await;
        let tokens = [&slow, &lost].map(|order| deal.bank.agree(order));
        deal.bank.fail("approve", Fault::Hold);
        let approval = deal.approve(&slow, &tokens[0]);
        let meanwhile = async {
            until("the gateway is being asked", || async { deal.bank.calls("approve") == 1 }).await;
            deal.redis.clock.is_wrong_by(wrong_by);
            assert_eq!(deal.recover().await, 0, "it may still be on its way");
            deal.bank.let_go();
        };
        tokio::join!(approval, meanwhile);
        assert_eq!(deal.state(&slow).await, "paid");

        // The answer is lost, and so is the first look-up.
        deal.bank.fail("approve", Fault::DropReply);
        deal.bank.fail("order", Fault::DropRequest);
        deal.approve(&lost, &tokens[1]).await;
        deal.redis.clock.is_wrong_by(then);
        assert_eq!((deal.recover().await, deal.state(&lost).await.as_str()), (0, "approving"));
        deal.wait(21).await;
        assert_eq!((deal.recover().await, deal.state(&lost).await.as_str()), (1, "paid"));

        deal.bank.fail("cancel", Fault::DropReply);
        deal.bank.fail("order", Fault::DropRequest);
        assert_eq!(deal.refund(&slow, &slow_one).await.status, StatusCode::ACCEPTED);
        deal.redis.clock.is_wrong_by(wrong_by);
        assert_eq!((deal.recover().await, deal.state(&slow).await.as_str()), (0, "refunding"));
        deal.wait(21).await;
        assert_eq!((deal.recover().await, deal.state(&slow).await.as_str()), (1, "refunded"));
        deal.redis.clock.is_wrong_by(then);
        assert_eq!(deal.refund(&lost, &lost_one).await.status, StatusCode::OK);
        assert_eq!(deal.stock().await, (20, 0, 0), "what came back is for sale: the doors are open");
        close(&deal, 2).await;
    }
}

#[tokio::test]
async fn several_processes_find_nothing_due_twice() {
    let deal = deal(600).await;
    let (order, _) = deal.ready(1).await;
    let token = deal.bank.agree(&order);
    deal.bank.fail("approve", Fault::DropReply);
    deal.bank.fail("order", Fault::DropRequest);
    deal.approve(&order, &token).await;
    deal.wait(21).await;
    // The gateway does not answer yet: the order is put off, and leased meanwhile.
    deal.bank.fail("order", Fault::DropRequest);
    let other = deal.process().await;
    assert_eq!(deal.recover().await, 1);
    for wrong_by in [HOUR, BACK, RIGHT] {
        deal.redis.clock.is_wrong_by(wrong_by);
        assert_eq!(payment::recover::sweep(&other).await.unwrap(), 0, "put off is put off: {wrong_by:#}");
    }
    deal.wait(31).await;
    assert_eq!(payment::recover::sweep(&other).await.unwrap(), 1);
    assert_eq!((deal.state(&order).await.as_str(), deal.bank.payment_of(&order).times_taken), ("paid", 1));
    close(&deal, 1).await;
}
