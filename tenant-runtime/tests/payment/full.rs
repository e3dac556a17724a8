//! A Redis that can take no more: because its memory is used up, and because its disk is full.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use axum::http::StatusCode;
use tenant_runtime::payment;
use uuid::Uuid;

use crate::bank::Fault;
use crate::deal::{COFFEE, Deal, Plan, until};
use crate::redis::Redis;

#[tokio::test]
async fn without_memory_nothing_begins_and_whatever_began_is_finished() {
    let deal = Deal::open(Plan::default()).await;
    let (paid, paid_by) = deal.paid(1).await;
    let (paying, _) = deal.ready(2).await;
    let (approving, _) = deal.ready(1).await;
    let (held, held_by) = deal.held(3).await;
    let late = deal.let_in(Uuid::new_v4()).await;
    let [agreed, lost] = [&paying, &approving].map(|order| deal.bank.agree(order));
    deal.bank.fail("approve", Fault::DropReply);
    deal.bank.fail("order", Fault::DropRequest);
    deal.approve(&approving, &lost).await;
    assert_eq!(deal.stock().await, (3, 6, 1));
    let books = deal.figures().await;

    limit_memory(&deal, "1mb").await;
    let refused = deal.hold(&late, "late", COFFEE, 1).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::SERVICE_UNAVAILABLE, "store_full"));
    assert_eq!((deal.stock().await, deal.figures().await), ((3, 6, 1), books), "nothing of it happened");

    deal.approve(&paying, &agreed).await;
    assert_eq!(deal.state(&paying).await, "paid");
    limit_memory(&deal, "0").await;
    deal.wait(21).await;
    limit_memory(&deal, "1mb").await;
    deal.recover().await;
    assert_eq!(deal.state(&approving).await, "paid", "recovery writes down what the gateway has");
    deal.delete(&format!("/shop/orders/{held}"), &held_by).await;
    assert_eq!(deal.state(&held).await, "released");
    assert_eq!(deal.refund(&paid, &paid_by).await.status, StatusCode::OK);
    assert_eq!(deal.stock().await, (7, 0, 3));
    deal.export().await;
    let figures = deal.figures().await;
    assert_eq!((figures.open_holds, figures.open_refunds, figures.head.count), (0, 0, 4));
    assert_eq!(figures.head, deal.ledger.head(&deal.runtime.config.deal));

    limit_memory(&deal, "0").await;
    assert_eq!(deal.hold(&late, "late", COFFEE, 1).await.status, StatusCode::CREATED);
}

async fn limit_memory(deal: &Deal, bytes: &str) {
    let done: String = deal.read(&["CONFIG", "SET", "maxmemory", bytes]).await;
    assert_eq!(done, "OK");
}

/// Redis syncs every write before it answers; where it cannot, it ends, and is started again and again.
#[tokio::test]
async fn a_full_disk_stops_orders_and_loses_nothing_that_was_paid() {
    let Some(disk) = Disk::mount() else {
        println!("skipped: a file system of its own size is only for root to mount");
        return;
    };
    let deal = Deal::open_on(Redis::start_in(disk.path()).await, Plan::default()).await;
    let (paid, _) = deal.paid(1).await;
    let (paying, _) = deal.ready(2).await;
    let (unpaid, _) = deal.ready(1).await;
    let [agreed, early] = [&paying, &unpaid].map(|order| deal.bank.agree(order));
    let late = deal.let_in(Uuid::new_v4()).await;

    // The gateway takes the money while the disk fills up.
    deal.bank.fail("approve", Fault::Hold);
    let approval = tokio::spawn({
        let (shoppers, paying) = (deal.shoppers(), paying.clone());
        async move { shoppers.approve(&paying, &agreed).await }
    });
    until("the gateway is being asked", || async { deal.bank.calls("approve") == 2 }).await;
    disk.fill();
    write_to_the_end(&deal).await;
    deal.redis.kill_and_restart().await;
    until("redis has ended once more", || async {
        let refused = deal.hold(&late, "late", COFFEE, 1).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"));
        deal.redis.has_ended()
    })
    .await;
    deal.bank.let_go();
    let (_, approved) = tokio::join!(deal.approve(&unpaid, &early), approval);
    approved.unwrap();
    assert_eq!(deal.bank.payment_of(&unpaid).times_taken, 0, "no money for what cannot be written down");
    assert_eq!(deal.bank.payment_of(&paying).times_taken, 1);

    disk.free();
    deal.redis.kill_and_restart().await;
    until("the connection is back", || async { payment::figures(&deal.runtime).await.is_ok() }).await;
    assert_eq!(deal.state(&paid).await, "paid");
    until("recovery has found the money", || async {
        deal.wait(21).await;
        deal.recover().await;
        deal.state(&paying).await == "paid"
    })
    .await;
    assert_eq!(deal.bank.payment_of(&paying).times_taken, 1);
    deal.approve(&unpaid, &early).await;
    assert_eq!(deal.state(&unpaid).await, "paid", "whoever could not pay then may pay now");
    assert_eq!(deal.hold(&late, "late", COFFEE, 1).await.status, StatusCode::CREATED);
    deal.export().await;
    let figures = deal.figures().await;
    assert_eq!((figures.head.count, figures.open_holds), (3, 1));
    assert_eq!(figures.head, deal.ledger.head(&deal.runtime.config.deal));
    assert_eq!(deal.stock().await, (5, 1, 4));
}

/// The last page of a file may take more than the disk does: what is written here uses that up too.
async fn write_to_the_end(deal: &Deal) {
    for n in 0.. {
        let mut ballast = ::redis::cmd("SET");
        ballast.arg(format!("ballast:{n}")).arg([b'0'; 64].as_slice());
        if deal.runtime.store.read::<String>(&ballast).await.is_err() {
            break;
        }
    }
    until("redis has ended", || async { deal.redis.has_ended() }).await;
}

/// A small file system in memory, unmounted when dropped.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount() -> Option<Disk> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "none"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then_some(Disk(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn fill(&self) {
        let mut ballast = File::create(self.0.path().join("ballast")).unwrap();
        while ballast.write(&[0; 4096]).is_ok_and(|written| written > 0) {}
    }

    fn free(&self) {
        fs::remove_file(self.0.path().join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "{} stays mounted", self.0.path().display());
    }
}
