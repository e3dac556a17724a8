//! Who comes when and what each will do: fixed before anybody moves, by one seed. Load that reacts to
//! the server's answers would wait politely exactly when the server is slow.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// Seeds are 1 to this, exclusive: each seed has its own hundred thousand people.
pub const SEEDS: u32 = 1_000;
const PEOPLE_PER_SEED: u32 = 100_000;

/// What somebody does once inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Buys,
    /// Sends the hold twice with one key, as a browser does after a lost reply.
    BuysWithRetries,
    /// Holds, then leaves without a word: the hold must run out.
    WalksAway,
    /// Holds, then gives the order up.
    Abandons,
    /// Gets as far as the payment page and presses cancel there, then gives the order up.
    QuitsPaying,
    /// Buys and gives it back at once.
    Refunds,
}

#[derive(Debug, Clone)]
pub struct Plan {
    /// The simulator's hint for this person.
    pub person: String,
    pub arrives_after: Duration,
    pub behaviour: Behaviour,
    /// Which product is preferred: taken modulo the number of products.
    pub taste: usize,
    pub quantity: u32,
    /// How long between being inside and pressing buy.
    pub thinks: Duration,
}

/// What a crowd is made of.
#[derive(Debug, Clone, Copy)]
pub struct Mix {
    pub shoppers: u32,
    /// They all arrive within this time.
    pub within: Duration,
    /// How many buy and give it back at once, in percent.
    pub refund_percent: u32,
    /// How many hold and leave without a word, in percent. Such a hold keeps its pieces, and its
    /// deal from settling, until it runs out.
    pub walk_away_percent: u32,
}

#[derive(Debug, Clone)]
pub struct Schedule {
    /// In the order of arrival.
    pub shoppers: Vec<Plan>,
}

impl Schedule {
    /// Arrivals are uniform over `mix.within`: a Poisson process of which the number is known.
    #[must_use]
    pub fn make(seed: u32, mix: Mix) -> Schedule {
        let mut rng = StdRng::seed_from_u64(u64::from(seed));
        let span = u64::try_from(mix.within.as_micros()).unwrap_or(u64::MAX).max(1);
        let mut arrivals: Vec<u64> = (0..mix.shoppers).map(|_| rng.random_range(0..span)).collect();
        arrivals.sort_unstable();
        let plan = |(index, micros): (u32, u64)| Plan {
            person: format!("crowd-{}", seed % SEEDS * PEOPLE_PER_SEED + index),
            arrives_after: Duration::from_micros(micros),
            behaviour: behaviour(&mut rng, mix),
            taste: rng.random_range(0..1_000),
            quantity: if rng.random_range(0..100) < 15 { 2 } else { 1 },
            thinks: Duration::from_millis(rng.random_range(50..1_500)),
        };
        Schedule { shoppers: (0..).zip(arrivals).map(plan).collect() }
    }
}

fn behaviour(rng: &mut StdRng, mix: Mix) -> Behaviour {
    let chance = rng.random_range(0..100);
    if chance < mix.refund_percent {
        return Behaviour::Refunds;
    }
    if chance < mix.refund_percent.saturating_add(mix.walk_away_percent) {
        return Behaviour::WalksAway;
    }
    match rng.random_range(0..100) {
        0..3 => Behaviour::Abandons,
        3..6 => Behaviour::QuitsPaying,
        6..17 => Behaviour::BuysWithRetries,
        _ => Behaviour::Buys,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_sends_the_same_crowd_and_another_seed_other_people() {
        let within = Duration::from_secs(30);
        let mix = Mix { shoppers: 500, within, refund_percent: 5, walk_away_percent: 1 };
        let make = |seed| Schedule::make(seed, mix).shoppers;
        let (one, again, other) = (make(7), make(7), make(8));
        let key = |plan: &Plan| (plan.person.clone(), plan.arrives_after, plan.behaviour, plan.quantity);
        assert_eq!(one.iter().map(key).collect::<Vec<_>>(), again.iter().map(key).collect::<Vec<_>>());
        assert!(one.iter().all(|plan| other.iter().all(|stranger| stranger.person != plan.person)));
        assert!(one.is_sorted_by_key(|plan| plan.arrives_after));
        assert!(one.iter().all(|plan| plan.arrives_after < Duration::from_secs(30)));
        assert!(one.iter().any(|plan| plan.behaviour == Behaviour::Refunds));
    }
}
