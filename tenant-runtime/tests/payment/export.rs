//! Every event reaches the ledger exactly once and in order, and both sides compute the same chain.

use control_plane_core::ledger::Head;
use futures_util::future::join_all;
use tenant_runtime::payment::{self, ExportError};

use crate::books::Trouble;
use crate::deal::{Deal, Plan, until};

#[tokio::test]
async fn the_chain_is_the_same_before_during_and_after_export() {
    let deal = Deal::open(Plan { stock: 100, ..Plan::default() }).await;
    let name = deal.runtime.config.deal.clone();
    assert_eq!(deal.figures().await.head, Head::genesis(&name));
    for n in 1..=6_u64 {
        deal.paid(1).await;
        // A fresh process, which has to find its way from what is written down.
        let fresh = payment::figures(&deal.process().await).await.unwrap();
        assert_eq!(fresh.head, deal.figures().await.head);
        assert_eq!(fresh.head.count, n);
        if n.is_multiple_of(2) {
            deal.export().await;
            assert_eq!(deal.ledger.head(&name), fresh.head);
            let left: usize = deal.read(&["XLEN", &deal.runtime.keys.events()]).await;
            assert_eq!(left, 0, "what the ledger has is dropped");
            assert_eq!(payment::figures(&deal.process().await).await.unwrap().head, fresh.head);
        } else {
            assert_eq!(fresh.unexported, 1);
        }
    }
}

#[tokio::test]
async fn a_lost_answer_or_a_ledger_that_is_down_loses_nothing() {
    let deal = Deal::open(Plan { stock: 100, ..Plan::default() }).await;
    for trouble in [Trouble::ForgetsToAnswer, Trouble::Down, Trouble::ForgetsToAnswer] {
        deal.paid(1).await;
        deal.ledger.trouble(trouble);
        let failed = payment::export_once(&deal.runtime).await;
        assert!(matches!(failed, Err(ExportError::Refused { .. })), "{failed:?}");
        let kept: usize = deal.read(&["XLEN", &deal.runtime.keys.events()]).await;
        assert_eq!(kept, 1, "nothing is dropped that was not acknowledged");
        deal.paid(1).await;
        deal.export().await;
    }
    assert_eq!(deal.ledger.entries().len(), 6);
    assert_eq!(deal.ledger.head(&deal.runtime.config.deal), deal.figures().await.head);
}

#[tokio::test]
async fn a_ledger_that_is_down_for_the_whole_deal_gets_everything_afterwards() {
    let deal = Deal::open(Plan { stock: 100, ..Plan::default() }).await;
    (0..100).for_each(|_| deal.ledger.trouble(Trouble::Down));
    for n in 0..20 {
        let (order, cookie) = deal.paid(1).await;
        if n % 4 == 0 {
            deal.refund(&order, &cookie).await;
        }
        assert!(payment::export_once(&deal.runtime).await.is_err());
    }
    let before = deal.figures().await;
    assert_eq!((before.head.count, before.unexported), (25, 25));
    assert!(payment::seal(&deal.runtime).await.unwrap(), "nothing is open");
    assert_eq!(deal.ledger.entries().len(), 0);

    deal.ledger.recover();
    deal.export().await;
    let after = deal.figures().await;
    assert_eq!((after.head, after.unexported), (before.head, 0));
    assert_eq!(deal.ledger.head(&deal.runtime.config.deal), deal.figures().await.head);
}

#[tokio::test]
async fn several_processes_export_side_by_side() {
    let deal = Deal::open(Plan { stock: 100, ..Plan::default() }).await;
    let others = join_all((0..3).map(|_| deal.process())).await;
    let exporting = others.iter().map(|process| async {
        for _ in 0..60 {
            payment::export_once(process).await.unwrap();
        }
    });
    let selling = async {
        for _ in 0..20 {
            deal.paid(1).await;
        }
    };
    tokio::join!(join_all(exporting), selling);
    deal.export().await;
    assert_eq!(deal.ledger.entries().len(), 20);
    let figures = deal.figures().await;
    assert_eq!((figures.unexported, figures.head), (0, deal.ledger.head(&deal.runtime.config.deal)));
}

#[tokio::test]
async fn a_process_that_dies_while_exporting_is_replaced() {
    let deal = Deal::open(Plan { stock: 100, ..Plan::default() }).await;
    for _ in 0..8 {
        deal.paid(1).await;
        let process = deal.process().await;
        let dying = tokio::spawn(async move { payment::export_once(&process).await });
        tokio::task::yield_now().await;
        dying.abort();
        let _gone = dying.await;
    }
    let running = tokio::spawn(payment::run(deal.process().await));
    until("the ledger has everything", || async { deal.figures().await.unexported == 0 }).await;
    running.abort();
    assert_eq!(deal.ledger.entries().len(), 8);
    assert_eq!(deal.ledger.head(&deal.runtime.config.deal), deal.figures().await.head);
}

#[tokio::test]
async fn a_ledger_that_disagrees_is_not_believed() {
    let deal = Deal::open(Plan::default()).await;
    deal.paid(1).await;
    deal.export().await;
    deal.paid(1).await;
    // Somebody changed the link that was written down.
    let books = deal.runtime.keys.books();
    let link: String = deal.read(&["HGET", &books, "digest"]).await;
    let _: i64 = deal.read(&["HSET", &books, "digest", &"0".repeat(64)]).await;
    let refused = payment::export_once(&deal.runtime).await;
    assert!(matches!(refused, Err(ExportError::Disagrees { count: 2 })), "{refused:?}");
    let kept: usize = deal.read(&["XLEN", &deal.runtime.keys.events()]).await;
    assert_eq!(kept, 1);
    let _: i64 = deal.read(&["HSET", &books, "digest", &link]).await;
    deal.export().await;
}

#[tokio::test]
async fn an_idle_deal_asks_for_news() {
    let deal = Deal::open(Plan::default()).await;
    let running = tokio::spawn(payment::run(deal.runtime.clone()));
    until("the ledger is asked twice", || async { deal.ledger.batches() >= 2 }).await;
    deal.runtime.shutdown.trigger();
    running.await.unwrap();
}
