//! Guests by link: each link lets one shopper in ahead of the line, once, and under the same cap.

use axum::Router;
use control_plane_telemetry::clock::Clock;
use crds::{LinkRange, OnRefresh, Prequeue};
use jiff::SignedDuration;
use serde_json::json;
use tenant_runtime_core::config::DealConfig;

use crate::support::{Browser, Deal, Pod, eventually};

/// A deal with one place inside, which arrivals come to in order.
fn narrow(config: &mut DealConfig) {
    config.prequeue = Prequeue::Fifo;
    config.settings.inside_max = 1;
}

/// The n-th shopper with an invitation, in the line.
async fn guest(deal: &Deal, pod: &Pod, n: u32, number: u32) -> Browser {
    let mut shopper = deal.shopper(n);
    open(&mut shopper, &pod.router, &deal.invitation(number)).await;
    shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    shopper
}

async fn open(browser: &mut Browser, router: &Router, token: &str) {
    let answer = browser.get(router, &format!("/queue/guest/{token}")).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(answer.headers["location"], "/");
    assert_eq!(answer.headers["cache-control"], "no-store");
}

async fn claim(browser: &mut Browser, pod: &Pod) -> (u16, String) {
    let answer = browser.post(&pod.router, "/queue/pass", json!({})).await;
    (answer.status, answer.code().to_owned())
}

#[track_caller]
fn refused(answer: (u16, String), code: &str) {
    assert_eq!(answer, (409, code.to_owned()));
}

#[tokio::test]
async fn a_guest_passes_the_line_and_waits_for_no_place_but_the_next() {
    let deal = Deal::new(SignedDuration::from_secs(-1), narrow).await;
    let pod = deal.quiet_pod().await;
    let (mut first, mut second) = (deal.shopper(1), deal.shopper(2));
    for shopper in [&mut first, &mut second] {
        shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    pod.look().await;
    assert_eq!(claim(&mut first, &pod).await.0, 200);
    let mut invited = guest(&deal, &pod, 3, 1).await;
    pod.look().await;
    refused(claim(&mut second, &pod).await, "not_called");
    let seen = invited.get(&pod.router, "/queue/position").await.ok();
    assert_eq!((&seen["state"], &seen["number"]), (&json!("called"), &json!(3)));
    assert!(seen["announcement"].as_str().unwrap().contains("초대"), "{seen}");
    assert_eq!(seen["guest"], true);
    refused(claim(&mut invited, &pod).await, "invitation_waits");

    first.post(&pod.router, "/queue/leave", json!({})).await;
    pod.look().await;
    refused(claim(&mut second, &pod).await, "not_called");
    assert_eq!(claim(&mut invited, &pod).await.0, 200);
    assert_eq!(pod.standing().await.inside, 1, "the cap holds");
    assert_eq!(invited.get(&pod.router, "/queue/position").await.ok()["state"], "inside");
}

#[tokio::test]
async fn the_line_keeps_no_place_for_a_guest_who_had_one() {
    let deal = Deal::new(SignedDuration::from_secs(-1), narrow).await;
    let pod = deal.quiet_pod().await;
    let (mut first, mut last) = (deal.shopper(1), deal.shopper(3));
    first.post(&pod.router, "/queue/enter", json!({})).await.ok();
    pod.look().await;
    assert_eq!(claim(&mut first, &pod).await.0, 200);
    let mut invited = guest(&deal, &pod, 2, 1).await;
    last.post(&pod.router, "/queue/enter", json!({})).await.ok();
    first.post(&pod.router, "/queue/leave", json!({})).await;
    assert_eq!(claim(&mut invited, &pod).await.0, 200);
    invited.post(&pod.router, "/queue/leave", json!({})).await;
    pod.look().await;
    let standing = pod.standing().await;
    assert_eq!((standing.frontier, standing.reserved, standing.absent), (3, 1, 0));
    assert_eq!(claim(&mut last, &pod).await.0, 200, "nobody waits for who was inside");
    let ahead = redis::cmd("EXISTS").arg(pod.runtime.keys.ahead()).to_owned();
    assert_eq!(pod.runtime.store.read::<u64>(&ahead).await.unwrap(), 0, "and nothing is remembered of it");
}

#[tokio::test]
async fn an_invitation_opens_no_door_without_signing_in() {
    let deal = Deal::new(SignedDuration::from_secs(-1), narrow).await;
    let pod = deal.quiet_pod().await;
    let mut nobody = Browser::new(&deal.config.origin, None);
    open(&mut nobody, &pod.router, &deal.invitation(1)).await;
    let entered = nobody.post(&pod.router, "/queue/enter", json!({})).await;
    assert_eq!((entered.status, entered.code()), (401, "not_signed_in"));
    let claimed = nobody.post(&pod.router, "/queue/pass", json!({})).await;
    assert_eq!((claimed.status, claimed.code()), (401, "ticket_missing"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_link_lets_in_one_of_forty_who_come_at_once() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.prequeue = Prequeue::Fifo;
        config.settings.inside_max = 50;
    })
    .await;
    let (pod, other) = (deal.quiet_pod().await, deal.quiet_pod().await);
    let mut guests = Vec::new();
    for n in 0..40 {
        guests.push(guest(&deal, &pod, n, 1).await);
    }
    let mut claims = tokio::task::JoinSet::new();
    for (n, mut guest) in guests.into_iter().enumerate() {
        let router = if n % 2 == 0 { pod.router.clone() } else { other.router.clone() };
        claims.spawn(async move {
            let answer = guest.post(&router, "/queue/pass", json!({})).await;
            (answer.status, answer.code().to_owned(), guest.cookies.contains_key("invitation"))
        });
    }
    let answers = claims.join_all().await;
    let let_in = answers.iter().filter(|(status, _, _)| *status == 200).count();
    let spent = answers.iter().filter(|(_, code, kept)| code == "invitation_spent" && !kept).count();
    assert_eq!((let_in, spent), (1, 39), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_guests_at_once_are_no_more_than_the_cap() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.prequeue = Prequeue::Fifo;
        config.settings.inside_max = 10;
    })
    .await;
    let pod = deal.quiet_pod().await;
    let mut guests = Vec::new();
    for n in 0..200 {
        guests.push(guest(&deal, &pod, n, n + 1).await);
    }
    let mut claims = tokio::task::JoinSet::new();
    for mut guest in guests {
        let router = pod.router.clone();
        claims.spawn(async move { guest.post(&router, "/queue/pass", json!({})).await.status });
    }
    let inside = claims.join_all().await.into_iter().filter(|status| *status == 200).count();
    assert_eq!(inside, 10, "all places are used, and no more");
    assert_eq!(pod.standing().await.inside, 10);
    let spent = redis::cmd("SCARD").arg(pod.runtime.keys.guests()).to_owned();
    let spent: usize = pod.runtime.store.read(&spent).await.unwrap();
    assert_eq!(spent, inside, "whoever found no place has spent nothing");
}

#[tokio::test]
async fn a_reload_neither_loses_the_place_nor_spends_another_invitation() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        config.prequeue = Prequeue::Fifo;
        config.on_refresh = OnRefresh::Requeue;
        config.settings.inside_max = 2;
    })
    .await;
    let pod = deal.quiet_pod().await;
    let mut waiting: Vec<Browser> = (1..=4).map(|n| deal.shopper(n)).collect();
    for shopper in &mut waiting {
        shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    pod.look().await;
    assert_eq!(claim(&mut waiting[0], &pod).await.0, 200);
    assert_eq!(claim(&mut waiting[1], &pod).await.0, 200);
    waiting[0].post(&pod.router, "/queue/leave", json!({})).await;
    let mut invited = guest(&deal, &pod, 9, 1).await;
    assert_eq!(claim(&mut invited, &pod).await.0, 200);
    open(&mut invited, &pod.router, &deal.invitation(2)).await;
    let again = invited.post(&pod.router, "/queue/enter", json!({})).await.ok();
    assert_eq!((&again["entrant"], &again["state"]), (&json!(5), &json!("inside")));
    assert_eq!(claim(&mut invited, &pod).await.0, 200);
    assert_eq!(pod.standing().await.inside, 2);
    let spent = redis::cmd("SMEMBERS").arg(pod.runtime.keys.guests()).to_owned();
    assert_eq!(pod.runtime.store.read::<Vec<u32>>(&spent).await.unwrap(), [1]);

    // Another shopper with the first link waits like everyone.
    let mut copy = guest(&deal, &pod, 10, 1).await;
    refused(claim(&mut copy, &pod).await, "invitation_spent");
    assert_eq!(copy.get(&pod.router, "/queue/position").await.ok()["state"], "waiting");
    refused(claim(&mut copy, &pod).await, "not_called");
}

#[tokio::test]
async fn before_the_doors_while_paused_or_sold_out_nothing_is_spent() {
    let deal = Deal::new(SignedDuration::from_secs(3), narrow).await;
    let pod = deal.pod().await;
    let mut ahead = deal.shopper(1);
    ahead.post(&pod.router, "/queue/enter", json!({})).await.ok();
    let mut invited = guest(&deal, &pod, 2, 1).await;
    refused(claim(&mut invited, &pod).await, "not_open");
    eventually("the first comes in", async || claim(&mut ahead, &pod).await.0 == 200).await;

    let mut settings = deal.config.settings.clone();
    settings.generation = 2;
    settings.paused = true;
    settings.inside_max = 2;
    tenant_runtime::queue::apply_settings(&pod.runtime, &settings).await.unwrap();
    refused(claim(&mut invited, &pod).await, "paused");

    // All pieces are held: they may come back, so the guest is told to wait.
    settings.generation = 3;
    settings.paused = false;
    settings.inside_max = 1;
    tenant_runtime::queue::apply_settings(&pod.runtime, &settings).await.unwrap();
    let stock = pod.runtime.keys.stock(crate::support::product(1));
    let set = redis::cmd("HSET").arg(&stock).arg("left").arg(0).arg("held").arg(50).to_owned();
    pod.runtime.store.read::<i64>(&set).await.unwrap();
    ahead.post(&pod.router, "/queue/leave", json!({})).await;
    eventually("the guest is told to wait", async || claim(&mut invited, &pod).await.1 == "invitation_waits")
        .await;
    let spent = redis::cmd("EXISTS").arg(pod.runtime.keys.guests()).to_owned();
    assert_eq!(pod.runtime.store.read::<u64>(&spent).await.unwrap(), 0);

    let back = redis::cmd("HSET").arg(&stock).arg("left").arg(50).arg("held").arg(0).to_owned();
    pod.runtime.store.read::<i64>(&back).await.unwrap();
    eventually("the guest comes in", async || claim(&mut invited, &pod).await.0 == 200).await;

    settings.generation = 4;
    settings.closed = true;
    tenant_runtime::queue::apply_settings(&pod.runtime, &settings).await.unwrap();
    let mut late = deal.shopper(3);
    open(&mut late, &pod.router, &deal.invitation(2)).await;
    refused((409, late.post(&pod.router, "/queue/enter", json!({})).await.code().to_owned()), "closed");
}

#[tokio::test]
async fn links_that_are_not_good_get_a_page_and_cost_redis_nothing() {
    let deal = Deal::new(SignedDuration::from_secs(-1), narrow).await;
    let stranger = Deal::new(SignedDuration::from_secs(-1), narrow).await;
    let pod = deal.quiet_pod().await;
    let good = deal.invitation(1);
    let now = Clock::system().now();
    let cases = [
        (403, deal.invitation_to("shop-20261124-1100", 1, now + SignedDuration::from_secs(60))),
        (410, deal.invitation_to(&deal.config.deal, 1, now - SignedDuration::from_secs(1))),
        (403, stranger.invitation(1)),
        (403, deal.token(crate::support::deal::shopper_id(1), now)),
        (403, good[..good.len() - 1].to_owned()),
        (403, format!("{good}A")),
        (403, "a".repeat(6_000)),
        (403, "x".to_owned()),
    ];
    // Reading the counter is itself a connection and a command or two.
    let start = deal.redis.commands().await;
    let own = deal.redis.commands().await - start;
    let mut shopper = deal.shopper(1);
    for (status, token) in cases {
        let answer = shopper.get(&pod.router, &format!("/queue/guest/{token}")).await;
        assert_eq!(answer.status, status, "{token}: {}", answer.text);
        assert!(answer.text.contains("초대 링크를 쓸 수 없어요"), "{}", answer.text);
        assert!(answer.headers.contains_key("content-security-policy"));
        assert!(!shopper.cookies.contains_key("invitation"));
    }
    open(&mut shopper, &pod.router, &good).await;
    assert_eq!(deal.redis.commands().await - start, 2 * own);
}

/// Makes the settings of the deal those with links withdrawn, as the lifecycle does.
async fn withdraw(deal: &Deal, pod: &Pod, generation: i64, ranges: &[(u32, u32)]) {
    let mut settings = deal.config.settings.clone();
    settings.generation = generation;
    settings.withdrawn_links = ranges.iter().map(|&(first, last)| LinkRange { first, last }).collect();
    tenant_runtime::queue::apply_settings(&pod.runtime, &settings).await.unwrap();
}

#[tokio::test]
async fn a_withdrawn_link_lets_nobody_in_and_its_holder_waits_like_everyone() {
    let deal = Deal::new(SignedDuration::from_secs(-1), narrow).await;
    let pod = deal.quiet_pod().await;
    let mut first = deal.shopper(1);
    first.post(&pod.router, "/queue/enter", json!({})).await.ok();
    pod.look().await;
    assert_eq!(claim(&mut first, &pod).await.0, 200);
    let (mut invited, mut by_form) = (guest(&deal, &pod, 2, 7).await, guest(&deal, &pod, 3, 8).await);
    refused(claim(&mut invited, &pod).await, "invitation_waits");
    withdraw(&deal, &pod, 2, &[(1, 1), (6, 8)]).await;

    // Who has opened it already is told, and told once more at the door, where the browser forgets it.
    let seen = invited.get(&pod.router, "/queue/position").await.ok();
    assert_eq!((&seen["state"], &seen["ahead"]), (&json!("waiting"), &json!(0)));
    let said = "판매자가 초대 링크를 거뒀어요. 대기 순서대로 들어갈 수 있어요.";
    assert_eq!(seen["announcement"], said);
    assert!(by_form.get(&pod.router, "/queue/plain").await.text.contains(said));
    let answer = invited.post(&pod.router, "/queue/pass", json!({})).await;
    assert_eq!((answer.status, answer.code()), (410, "invitation_withdrawn"));
    assert!(!invited.cookies.contains_key("invitation"));
    let answer = by_form.submit(&pod.router, "/queue/plain/pass").await;
    assert_eq!(answer.status, 410);
    assert!(answer.text.contains("판매자가 이 초대 링크를 거뒀어요"), "{}", answer.text);
    assert!(!by_form.cookies.contains_key("invitation"));
    let seen = invited.get(&pod.router, "/queue/position").await.ok();
    assert_eq!((&seen["state"], &seen["announcement"]), (&json!("waiting"), &json!(null)));

    // Those beside it are good.
    first.post(&pod.router, "/queue/leave", json!({})).await;
    assert_eq!(claim(&mut guest(&deal, &pod, 5, 9).await, &pod).await.0, 200);

    // Who opens it now finds a page, and every other pod says the same a moment later.
    let start = deal.redis.commands().await;
    let own = deal.redis.commands().await - start;
    let answer = deal.shopper(4).get(&pod.router, &format!("/queue/guest/{}", deal.invitation(6))).await;
    assert_eq!(deal.redis.commands().await - start, 2 * own, "known without asking");
    assert_eq!(answer.status, 410);
    assert!(answer.text.contains("판매자가 이 초대 링크를 거뒀어요"), "{}", answer.text);
    assert!(!answer.headers.contains_key("set-cookie"));
    let other = deal.pod().await;
    withdraw(&deal, &pod, 3, &[(6, 8), (10, 10)]).await;
    let path = format!("/queue/guest/{}", deal.invitation(10));
    eventually("the other pod refuses it", async || {
        deal.shopper(4).get(&other.router, &path).await.status == 410
    })
    .await;
}

#[tokio::test]
async fn who_came_in_before_the_link_was_withdrawn_stays_and_another_hears_that_it_was_used() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        narrow(config);
        config.settings.inside_max = 4;
        config.pass_seconds = 1;
    })
    .await;
    let pod = deal.quiet_pod().await;
    deal.shopper(1).post(&pod.router, "/queue/enter", json!({})).await.ok();
    let (mut invited, mut copy) = (guest(&deal, &pod, 2, 7).await, guest(&deal, &pod, 3, 7).await);
    assert_eq!(claim(&mut invited, &pod).await.0, 200);
    let used = tenant_runtime::queue::used_links(&pod.runtime).await.unwrap();
    assert_eq!(used, [LinkRange { first: 7, last: 7 }], "the portal learns of it");
    withdraw(&deal, &pod, 2, &[(1, 9)]).await;
    assert_eq!(claim(&mut invited, &pod).await.0, 200, "who is inside stays");
    refused(claim(&mut copy, &pod).await, "invitation_spent");
    eventually("the pass is over", async || pod.standing().await.inside == 0).await;
    assert_eq!(claim(&mut invited, &pod).await.0, 200, "and comes back as before");
}

#[tokio::test]
async fn an_invitation_of_another_deal_is_worth_nothing() {
    let deal = Deal::new(SignedDuration::from_secs(-1), narrow).await;
    let other = Deal::new(SignedDuration::from_secs(-1), |config| {
        narrow(config);
        "shop-20261124-1100".clone_into(&mut config.deal);
    })
    .await;
    let (pod, elsewhere) = (deal.quiet_pod().await, other.quiet_pod().await);
    let foreign = guest(&other, &elsewhere, 2, 1).await.cookies["invitation"].clone();
    for n in 0..2 {
        deal.shopper(n).post(&pod.router, "/queue/enter", json!({})).await.ok();
    }
    let mut shopper = deal.shopper(2);
    shopper.cookies.insert("invitation".to_owned(), foreign);
    shopper.post(&pod.router, "/queue/enter", json!({})).await.ok();
    pod.look().await;
    refused(claim(&mut shopper, &pod).await, "not_called");
    assert_eq!(shopper.get(&pod.router, "/queue/position").await.ok()["state"], "waiting");
}

#[tokio::test]
async fn a_guest_comes_in_by_forms_and_a_spent_link_is_forgotten() {
    let deal = Deal::new(SignedDuration::from_secs(-1), |config| {
        narrow(config);
        config.settings.inside_max = 2;
    })
    .await;
    let pod = deal.quiet_pod().await;
    let (mut first, mut copy) = (guest(&deal, &pod, 1, 1).await, guest(&deal, &pod, 2, 1).await);
    let came_in = first.submit(&pod.router, "/queue/plain/pass").await;
    assert_eq!((came_in.status, &came_in.headers["location"]), (303, &"/shop/plain".parse().unwrap()));
    assert!(copy.get(&pod.router, "/queue/plain").await.text.contains("바로 들어갈 수 있어요"));
    let refused = copy.submit(&pod.router, "/queue/plain/pass").await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("이미 쓴 초대 링크예요") && refused.text.contains("대기 순서"));
    assert!(!copy.cookies.contains_key("invitation"));
    assert!(!copy.get(&pod.router, "/queue/plain").await.text.contains("바로 들어갈 수 있어요"));
}
