//! A Redis whose memory is used up: nobody new gets a place, and nobody loses one.

use crds::Prequeue;
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{Browser, Deal};

const WAITING: u32 = 6;

#[tokio::test]
async fn without_memory_nobody_new_comes_and_whoever_waits_is_let_in() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.prequeue = Prequeue::Fifo;
        config.settings.inside_max = 2;
    })
    .await;
    let pod = deal.quiet_pod().await;
    let mut waiting: Vec<Browser> = (0..WAITING).map(|n| deal.shopper(n)).collect();
    for shopper in &mut waiting {
        shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    pod.look().await;
    let before = pod.standing().await;
    assert_eq!((before.next, before.reserved, before.inside), (u64::from(WAITING), 2, 0));

    deal.redis.limit_memory("1mb").await;
    let refused = deal.shopper(99).post(&pod.router, "/queue/enter", json!({})).await;
    assert_eq!((refused.status, refused.code()), (503, "store_full"));
    assert!(refused.headers.contains_key("retry-after"));
    // Two by two they come in and leave again, to the last.
    for pair in waiting.chunks_mut(2) {
        pod.look().await;
        for shopper in &mut *pair {
            assert_eq!(shopper.post(&pod.router, "/queue/pass", json!({})).await.status, 200);
        }
        let full = pod.standing().await;
        assert_eq!((full.reserved, full.inside), (0, 2));
        for shopper in pair {
            assert_eq!(shopper.post(&pod.router, "/queue/leave", json!({})).await.status, 204);
        }
    }
    let after = pod.standing().await;
    let counts = (after.next, after.frontier, after.admitted, after.absent, after.inside, after.reserved);
    assert_eq!(counts, (u64::from(WAITING), u64::from(WAITING), u64::from(WAITING), 0, 0, 0));

    deal.redis.limit_memory("0").await;
    assert_eq!(deal.shopper(99).post(&pod.router, "/queue/enter", json!({})).await.status, 200);
}
