//! The same operations on the real Redis and on the model: they must agree at every step.

use std::time::Duration;

use control_plane_telemetry::clock::Clock;
use crds::{LinkRange, Prequeue};
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tenant_runtime::queue::steps;
use tenant_runtime::state::Runtime;
use tenant_runtime_core::config::Settings;
use tenant_runtime_core::invitation::Invitation;
use tenant_runtime_core::presence::Silent;
use tenant_runtime_core::room::{Claimant, Claimed, Entered, Limits, Policy, Room};
use tenant_runtime_core::ticket::Ticket;

use crate::support::deal::shopper_id;
use crate::support::{Deal, Pod};

const SHOPPERS: u32 = 12;
/// How many guests are invited.
const INVITATIONS: u32 = 20;
const OPERATIONS: usize = 1_000;
/// How many of the next numbers the pod speaks of.
const SPOKEN_OF: u64 = 64;

/// How wrong Redis' clock may be, forth and back.
const HOURS_WRONG_MAX: i64 = 2;

/// The two of them side by side, and what each shopper was given.
struct Both {
    pod: Pod,
    policy: Policy,
    model: Room,
    settings: Settings,
    /// The numbers whose bit is set, by their remainder, are silent.
    hushed: u16,
    indices: Vec<Option<u64>>,
    /// The deal's time at the last look.
    looked_ms: i64,
    trail: Vec<String>,
}

#[tokio::test]
async fn the_steps_follow_the_model() {
    let seeds: Vec<u64> = match std::env::var("DDIB_TEST_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => (1..=3).collect(),
    };
    let (mut admitted, mut absent) = (0, 0);
    for seed in &seeds {
        let room = replay(*seed, false).await;
        admitted += room.admitted;
        absent += room.absent;
    }
    assert!(
        admitted >= 30 && absent > 0,
        "seeds {seeds:?} tell little: {admitted} came in, {absent} did not"
    );
}

#[tokio::test]
async fn the_steps_follow_the_model_while_redis_clock_jumps() {
    let seed = std::env::var("DDIB_TEST_SEED").map_or(4, |seed| seed.parse().unwrap());
    let room = replay(seed, true).await;
    assert!(room.admitted >= 10, "seed {seed}: {} came in before the doors closed", room.admitted);
}

/// With `jumps`, Redis' clock is wrong by other hours every now and then.
async fn replay(seed: u64, jumps: bool) -> Room {
    let deal = Deal::new(SignedDuration::from_millis(1_000), |config| {
        config.prequeue = Prequeue::Fifo;
        config.claim_seconds = 1;
        config.pass_seconds = 1;
        config.closes_at = config.opens_at + SignedDuration::from_secs(5);
        config.settings.admissions_per_second = 9;
        config.settings.inside_max = 4;
    })
    .await;
    let pod = deal.quiet_pod().await;
    let policy = policy(&pod.runtime);
    let mut both = Both {
        pod,
        policy,
        model: Room::default(),
        settings: deal.config.settings.clone(),
        hushed: 0,
        indices: vec![None; SHOPPERS as usize],
        looked_ms: 0,
        trail: Vec::new(),
    };
    // On a slow machine the doors are open before the first operation.
    let first = both.pod.standing().await;
    for now in [first.opened_ms, first.now_ms] {
        both.model.admit(&both.policy, &both.limits(), now, true, &|_| false);
    }
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..OPERATIONS {
        if random.random_ratio(1, 8) {
            tokio::time::sleep(Duration::from_millis(random.random_range(1..40))).await;
        }
        if jumps && random.random_ratio(1, 20) {
            let hours = random.random_range(-HOURS_WRONG_MAX..=HOURS_WRONG_MAX);
            deal.redis.clock.is_wrong_by(SignedDuration::from_hours(hours));
        }
        both.operate(&mut random).await;
        both.compare(seed).await;
    }
    both.model
}

fn policy(runtime: &Runtime) -> Policy {
    let config = &runtime.config;
    Policy {
        opens: config.opens_at.as_millisecond(),
        closes: config.closes_at.as_millisecond(),
        claim: i64::from(config.claim_seconds) * 1000,
        pass: i64::from(config.pass_seconds) * 1000,
    }
}

impl Both {
    fn limits(&self) -> Limits {
        Limits {
            paused: self.settings.paused,
            closed: self.settings.closed,
            per_second: i64::from(self.settings.admissions_per_second),
            inside_max: i64::from(self.settings.inside_max),
        }
    }

    async fn operate(&mut self, random: &mut StdRng) {
        let shopper = random.random_range(0..SHOPPERS);
        match random.random_range(0..100) {
            0..=24 => self.enter(shopper, random.random_ratio(1, 40)).await,
            25..=79 => {
                let invitation = random.random_ratio(1, 6).then(|| random.random_range(1..=INVITATIONS));
                self.claim(shopper, invitation, random.random_ratio(1, 3)).await;
            }
            80 => self.leave(shopper, random.random_ratio(1, 2)).await,
            81..=93 => {}
            94..=97 => self.hushed = random.random(),
            _ => {
                self.settings.generation += 1;
                self.settings.paused = random.random_ratio(1, 6);
                self.settings.inside_max = random.random_range(2..7);
                self.settings.admissions_per_second = random.random_range(1..20);
                let withdrawn = (1..=INVITATIONS).filter(|_| random.random_ratio(1, 4)).collect();
                self.settings.withdrawn_links = LinkRange::all_of(&withdrawn);
                tenant_runtime::queue::apply_settings(&self.pod.runtime, &self.settings).await.unwrap();
            }
        }
    }

    async fn enter(&mut self, shopper: u32, replace: bool) {
        let old = self.indices[shopper as usize].filter(|_| replace);
        let real = steps::enter(&self.pod.runtime, shopper_id(shopper), [7; 16], old).await.unwrap();
        let limits = self.limits();
        let replaced = old.map(|index| index.cast_signed());
        let model = self.model.enter(&self.policy, &limits, real.now_ms, shopper_id(shopper), replaced);
        self.trail.push(format!("{} enter {shopper} {old:?} -> {real:?} {model:?}", real.now_ms));
        assert_eq!(real.answer, model, "{:#?}", self.trail);
        if let Entered::Place { index, .. } = model {
            self.indices[shopper as usize] = Some(index.cast_unsigned());
        }
    }

    /// Comes in, and in one case of three pays at once and leaves.
    async fn claim(&mut self, shopper: u32, invitation: Option<u32>, pays: bool) {
        let index = self.indices[shopper as usize].unwrap_or(0);
        let ticket = Ticket { shopper: shopper_id(shopper), index, nonce: 0 };
        let shown = invitation.map(|number| Invitation { number });
        let real = steps::claim(&self.pod.runtime, &ticket, index, shown).await.unwrap();
        let limits = self.limits();
        let who = Claimant {
            shopper: shopper_id(shopper),
            index: index.cast_signed(),
            number: index.cast_signed(),
            invitation,
            is_withdrawn: shown.is_some_and(|shown| shown.is_withdrawn(&self.settings)),
        };
        let model = self.model.claim(&self.policy, &limits, real.now_ms, who, (false, true));
        self.trail.push(format!("{} claim {shopper} {invitation:?} -> {real:?} {model:?}", real.now_ms));
        assert_eq!(real.answer, model, "{:#?}", self.trail);
        if pays && matches!(model, Claimed::Inside { .. }) {
            self.leave(shopper, false).await;
        }
    }

    async fn leave(&mut self, shopper: u32, with_ticket: bool) {
        // Without the number only a shopper who is inside leaves: that is what paying does.
        let Some(index) = self.indices[shopper as usize] else { return };
        let ticket = Ticket { shopper: shopper_id(shopper), index, nonce: 0 };
        let number = with_ticket.then_some(index);
        let now = steps::leave_with(&self.pod.runtime, &ticket, number).await.unwrap();
        let place = Some((index.cast_signed(), number.map_or(i64::MAX, u64::cast_signed)));
        self.model.leave(&self.policy, now, shopper_id(shopper), place);
        self.trail.push(format!("{now} leave {shopper} {number:?}"));
        self.indices[shopper as usize] = None;
    }

    /// Looks at both, and finds them equal.
    async fn compare(&mut self, seed: u64) {
        let hushed = self.hushed;
        let is_silent = |number: u64| hushed >> (number % 16) & 1 == 1;
        let frontier = self.model.frontier.cast_unsigned();
        let silent = Silent::of(frontier, SPOKEN_OF, is_silent);
        let real = steps::admit(&self.pod.runtime, Some(("pod", &silent)), 0).await.unwrap();
        let now_ms = Clock::system().now().as_millisecond();
        assert!(
            (self.looked_ms..=now_ms).contains(&real.now_ms),
            "seed {seed}: it was {} and is {now_ms}, and {} in the deal",
            self.looked_ms,
            real.now_ms
        );
        self.looked_ms = real.now_ms;
        let limits = self.limits();
        self.model.admit(&self.policy, &limits, real.now_ms, true, &|number| {
            silent.contains(number.cast_unsigned())
        });
        let model = &self.model;
        let count = |value: i64| u64::try_from(value).unwrap();
        self.trail.push(format!("{} admit -> frontier {}", real.now_ms, real.frontier));
        assert_eq!(
            (real.opened_ms, real.entrants, real.next, real.frontier, real.inside, real.reserved),
            (
                model.opened.map_or(0, |opened| opened.at),
                model.opened.map_or(0, |opened| count(opened.entrants)),
                count(model.next),
                count(model.frontier),
                count(model.inside()),
                count(model.reserved)
            ),
            "seed {seed}: {:#?}",
            self.trail
        );
        assert_eq!((real.admitted, real.absent), (count(model.admitted), count(model.absent)), "seed {seed}");
    }
}
