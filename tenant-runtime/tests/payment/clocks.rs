//! The clock of a process jumps by an hour, as one does that was wrong and is corrected. Redis has a clock
//! of its own, and that one decides what is due and until when money may be asked for.

use control_plane_telemetry::clock::Clock;
use jiff::SignedDuration;
use tenant_runtime::payment;

use crate::deal::{Deal, Plan, until};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn a_jump_forward_releases_nothing_and_takes_no_money_twice() {
    // The hold lasts for longer than the jump: who comes back after it is still in time.
    let deal = Deal::open(Plan { hold_seconds: 2 * 3_600, ..Plan::default() }).await;
    let (paying, _) = deal.ready(2).await;
    let token = deal.bank.agree(&paying);
    deal.hand.advance(HOUR);
    deal.recover().await;
    assert_eq!(deal.stock().await, (8, 2, 0), "nothing is due by the clock that counts");
    deal.approve(&paying, &token).await;
    assert_eq!(deal.state(&paying).await, "paid");

    // Here it seems to be over. The shopper is told so, nothing is taken, and the pieces wait for the
    // time at which they are really free.
    let deal = Deal::open(Plan { hold_seconds: 600, ..Plan::default() }).await;
    let (paying, _) = deal.ready(2).await;
    let token = deal.bank.agree(&paying);
    deal.hand.advance(HOUR);
    deal.approve(&paying, &token).await;
    deal.recover().await;
    assert_eq!((deal.state(&paying).await.as_str(), deal.stock().await), ("ready", (8, 2, 0)));
    assert_eq!(deal.bank.payment_of(&paying).times_taken, 0);
    deal.hand.advance(-HOUR);
    deal.approve(&paying, &token).await;
    assert_eq!(deal.state(&paying).await, "paid", "once the clock is right again, so is the answer");
    assert_eq!(deal.bank.payment_of(&paying).times_taken, 1);
}

#[tokio::test]
async fn behind_a_jump_back_the_others_do_what_is_due() {
    let deal = Deal::open(Plan { hold_seconds: 1, ..Plan::default() }).await;
    let (held, _) = deal.held(3).await;
    let (agreed, _) = deal.ready(1).await;
    let token = deal.bank.agree(&agreed);
    deal.hand.advance(-HOUR);
    let right = deal.process_with(Clock::system()).await;
    until("the hold is due", || async { deal.recover().await > 0 }).await;
    assert_eq!(deal.state(&held).await, "held", "one that believes to have time leaves it to others");
    until("the hold is over", || async {
        payment::recover::sweep(&right).await.unwrap();
        deal.state(&held).await == "released"
    })
    .await;
    // It believes the same of this one, but Redis lets nobody ask for money too late.
    deal.approve(&agreed, &token).await;
    until("the other is released", || async {
        payment::recover::sweep(&right).await.unwrap();
        deal.state(&agreed).await == "released"
    })
    .await;
    assert_eq!((deal.bank.payment_of(&agreed).times_taken, deal.stock().await), (0, (10, 0, 0)));
}
