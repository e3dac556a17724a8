//! Thousands of random lives of a deal. Each is disturbed for a while (clock jumps, crashes between
//! any two steps, observations that are late or missing, failing Redis and pods, people who pause,
//! change, delete, break the glass) and then left in peace; it must end, with nothing lost.
//!
//! A failure prints its seed; `BIDD_SEED=<seed>` tells that life alone.

mod auditor;
mod random;
mod runtime;
#[path = "../support/mod.rs"]
mod support;
mod world;

use std::collections::BTreeMap;

use crds::Phase;
use support::{LENGTH_SECONDS, RETENTION_SECONDS};
use world::{TICK_SECONDS, World};

const LIVES: u64 = 2_000;

/// From before the start until well after the close.
const DISTURBED_SECONDS_MAX: i64 = 150 + LENGTH_SECONDS + 600;

/// The rest of a window that was moved, the longest drain, the retention, and then some.
const QUIET_SECONDS_MAX: i64 = 4 * LENGTH_SECONDS + RETENTION_SECONDS + 3_600;

struct SayTheSeed(u64);

impl Drop for SayTheSeed {
    #[expect(clippy::print_stderr, reason = "whoever reads the failure needs the seed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the life with BIDD_SEED={} failed", self.0);
        }
    }
}

/// How a life ended.
fn live(seed: u64) -> (Phase, bool) {
    let _seed = SayTheSeed(seed);
    let mut world = World::new(seed);
    let disturbed_seconds = world.random.within(0, DISTURBED_SECONDS_MAX);
    for _ in 0..disturbed_seconds / TICK_SECONDS {
        world.disturbed_tick();
    }
    world.calm_down();
    for _ in 0..QUIET_SECONDS_MAX / TICK_SECONDS {
        if world.released {
            break;
        }
        world.quiet_tick();
    }
    assert!(world.released, "a life that is left in peace ends: {:?}", world.deal.status);
    assert!(world.runtime.is_none(), "nothing is left");
    let status = world.deal.status.expect("a life leaves a record");
    let forced = status.forced_teardown.is_some();
    if let Some(settlement) = status.settlement {
        assert_eq!((settlement.events, settlement.digest), (world.ledger.count, world.ledger.digest));
    } else {
        assert!(forced || world.ledger.count == 0, "what was sold is settled");
    }
    (status.phase, forced)
}

/// How many lives ended in which way.
fn lives(seeds: impl Iterator<Item = u64>) -> BTreeMap<String, u64> {
    let mut ends = BTreeMap::new();
    for seed in seeds {
        let (phase, forced) = live(seed);
        *ends.entry(format!("{phase}{}", if forced { ", forced" } else { "" })).or_default() += 1;
    }
    ends
}

#[test]
fn every_life_ends_and_nothing_is_lost() {
    if let Ok(seed) = std::env::var("BIDD_SEED") {
        live(seed.parse().expect("BIDD_SEED is a number"));
        return;
    }
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let shares: Vec<_> = (0..threads)
            .map(|share| scope.spawn(move || lives((0..LIVES).skip(share).step_by(threads))))
            .collect();
        for share in shares {
            for (end, count) in share.join().expect("every life of the share is well") {
                *ends.entry(end).or_default() += count;
            }
        }
    });
    println!("{ends:?}");
    for end in ["Completed", "Cancelled", "Missed", "Completed, forced"] {
        assert!(ends.contains_key(end), "no life ended {end}: {ends:?}");
    }
}
