//! After whatever has died, recovery brings every order to the end that the gateway's books demand.

use futures_util::future::join_all;
use tenant_runtime::orders::{approval, steps};
use tenant_runtime::payment;
use tenant_runtime_core::orders::ReleaseReason;

use crate::bank::Fault;
use crate::deal::{Deal, Plan, until};

#[tokio::test]
async fn a_lost_answer_is_found_again_and_committed_once() {
    let deal = Deal::open(Plan::default()).await;
    let (order, _) = deal.ready(1).await;
    let token = deal.bank.agree(&order);
    // The money is taken; the answer is lost, and so is the first look-up.
    deal.bank.fail("approve", Fault::DropReply);
    deal.bank.fail("order", Fault::DropRequest);
    deal.approve(&order, &token).await;
    assert_eq!(deal.state(&order).await, "approving");
    assert_eq!(deal.recover().await, 0, "it may still be on its way");
    deal.wait(21).await;
    let others = join_all((0..4).map(|_| deal.process())).await;
    let found = join_all(others.iter().map(payment::recover::sweep)).await;
    let found: usize = found.into_iter().map(Result::unwrap).sum();
    assert_eq!(found, 1, "one process has it, the others leave it alone");
    assert_eq!(deal.state(&order).await, "paid");
    deal.export().await;
    assert_eq!(deal.ledger.entries().len(), 1);
    assert_eq!(deal.bank.payment_of(&order).times_taken, 1);
}

#[tokio::test]
async fn a_process_that_died_before_asking_costs_the_shopper_nothing() {
    let deal = Deal::open(Plan::default()).await;
    let (order, _) = deal.ready(1).await;
    let token = deal.bank.agree(&order);
    // The order was moved, and then the process died.
    assert!(approval::approving(&deal.runtime, order.parse().unwrap(), &token).await.unwrap().is_yes());
    deal.wait(21).await;
    deal.recover().await;
    assert_eq!(deal.state(&order).await, "paid");
    assert_eq!(deal.bank.payment_of(&order).times_taken, 1);
}

#[tokio::test]
async fn a_dead_gateway_keeps_every_order_where_it_is() {
    let deal = Deal::open(Plan::default()).await;
    let (order, _) = deal.ready(1).await;
    let token = deal.bank.agree(&order);
    deal.bank.fail("approve", Fault::DropRequest);
    for _ in 0..6 {
        deal.bank.fail("order", Fault::DropRequest);
    }
    deal.approve(&order, &token).await;
    for _ in 0..5 {
        deal.wait(60).await;
        assert_eq!(deal.recover().await, 1);
        assert_eq!(deal.state(&order).await, "approving");
        assert_eq!(deal.stock().await, (9, 1, 0));
        assert_eq!(deal.figures().await.open_holds, 1);
    }
    deal.wait(60).await;
    deal.recover().await;
    assert_eq!(deal.state(&order).await, "paid");
}

#[tokio::test]
async fn nobody_pays_and_the_pieces_go_back() {
    let deal = Deal::open(Plan { hold_seconds: 1, ..Plan::default() }).await;
    let (held, _) = deal.held(2).await;
    let (ready, _) = deal.ready(3).await;
    assert_eq!(deal.stock().await, (5, 5, 0));
    deal.hand.advance(jiff::SignedDuration::from_secs(2));
    until("both are released", || async {
        deal.recover().await;
        deal.stock().await == (10, 0, 0)
    })
    .await;
    assert_eq!((deal.state(&held).await, deal.state(&ready).await), ("released".into(), "released".into()));
    assert_eq!(deal.bank.calls("order"), 1, "what has no payment needs no look-up");
    assert_eq!(deal.figures().await.open_holds, 0);
}

#[tokio::test]
async fn money_for_a_released_order_goes_back() {
    let deal = Deal::open(Plan::default()).await;
    let (order, _) = deal.ready(1).await;
    let token = deal.bank.agree(&order);
    deal.bank.fail("approve", Fault::Hold);
    let approval = deal.approve(&order, &token);
    let meanwhile = async {
        until("the gateway is being asked", || async { deal.bank.calls("approve") == 1 }).await;
        // What the rules rule out, as if by hand: the order is released under the approval's feet.
        let approving = tenant_runtime::orders::find(&deal.runtime, order.parse().unwrap()).await.unwrap();
        let approving = approving.unwrap();
        let released = steps::release(&deal.runtime, &approving, ReleaseReason::PaymentFailed).await;
        assert!(released.unwrap().is_yes());
        deal.bank.let_go();
    };
    tokio::join!(approval, meanwhile);
    until("the money is back", || async {
        deal.recover().await;
        deal.bank.payment_of(&order).status == "CANCEL_PAYMENT"
    })
    .await;
    assert_eq!(deal.state(&order).await, "released");
    let figures = deal.figures().await;
    assert_eq!((figures.open_holds, figures.open_refunds, figures.head.count), (0, 0, 0));
    assert_eq!(deal.stock().await, (10, 0, 0));
}

#[tokio::test]
async fn redis_forgets_nothing_that_it_has_acknowledged() {
    let deal = Deal::open(Plan::default()).await;
    let (held, _) = deal.held(1).await;
    let (paid, _) = deal.paid(2).await;
    let (open, _) = deal.ready(1).await;
    let token = deal.bank.agree(&open);
    let before = deal.figures().await;
    deal.redis.kill_and_restart().await;
    until("the connection is back", || async { payment::figures(&deal.runtime).await.is_ok() }).await;
    assert_eq!(deal.figures().await, before);
    assert_eq!((deal.state(&held).await, deal.state(&paid).await), ("held".into(), "paid".into()));
    deal.approve(&open, &token).await;
    assert_eq!(deal.state(&open).await, "paid");
    deal.export().await;
    assert_eq!(deal.ledger.entries().len(), 2);
}
