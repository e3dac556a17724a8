//! Ten million tickets: the real steps on a real Redis, from the first who enters to the last who is called,
//! with an auditor who knows only what each sampled shopper was given. Most never come when they are called,
//! so that the line moves by what no-shows give back as much as by time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use tenant_runtime::queue::steps::{self, Standing};
use tenant_runtime::state::Runtime;
use tenant_runtime_core::room::{Claimed, Entered};
use tenant_runtime_core::ticket::Ticket;
use uuid::Uuid;

use crate::server::{Deal, Durability};
use crate::table::{Goal, Row, median};

const SUITE: &str = "ten-million";
const MANY: u64 = 10_000_000;
const FEW: u64 = 10_000;
/// So many are called each second, at most.
const PER_SECOND: u32 = 500_000;
/// So many may be inside or on their way, at any instant.
const INSIDE_MAX: u32 = 2_000_000;
/// How long the called have to come; the sampled come at once, the others never.
const CLAIM_SECONDS: u32 = 3;
/// One in so many is followed all the way.
const SAMPLED: u64 = 2_000;
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// All of them are called in a third of this.
const PATIENCE: Duration = Duration::from_secs(120);
/// How many enter at once while the line is filled.
const TOGETHER: u64 = 20_000;

/// # Errors
/// Where the auditor finds the cap exceeded, the rate exceeded, somebody passed over or called twice.
pub async fn run() -> Result<Vec<Row>> {
    let few = simulate(FEW).await?;
    let many = simulate(MANY).await?;
    let pair = |value: fn(&Figures) -> f64| [(value(&many), value(&few))];
    Ok(vec![
        Row::from_pairs(SUITE, "Redis bytes a ticket : 40", &[(many.bytes_each, 40.0)], Goal::AtMost(1.0)),
        Row::from_pairs(
            SUITE,
            "a look when nobody is called, ms : ten thousand",
            &pair(|f| f.idle_look_ms),
            Goal::AtMost(2.0),
        ),
        Row::from_pairs(
            SUITE,
            "microseconds a call within a look : ten thousand",
            &pair(|f| f.call_micros),
            Goal::AtMost(2.0),
        ),
    ])
}

/// What one line came to.
struct Figures {
    bytes_each: f64,
    /// A look at the room while admission is paused, in the median.
    idle_look_ms: f64,
    /// What a look takes longer for each whom it calls, in the median.
    call_micros: f64,
}

#[expect(clippy::float_arithmetic, reason = "sizes and times of a measurement, not money")]
async fn simulate(tickets: u64) -> Result<Figures> {
    let mut deal = Deal::start_changed(Durability::Off, |config| {
        config.claim_seconds = CLAIM_SECONDS;
        config.settings.paused = true;
        config.settings.inside_max = INSIDE_MAX;
        config.settings.admissions_per_second = PER_SECOND;
    })
    .await?;
    // Nobody asks for their positions: a process that is asked for none calls everybody silent.
    deal.end_process();
    let runtime = deal.runtime().await?;
    let empty = deal.redis.used_memory().await?;
    let sampled = fill(&runtime, tickets).await?;
    let bytes_each = (deal.redis.used_memory().await? - empty) as f64 / tickets as f64;
    let mut looks = Vec::new();
    for _ in 0..21 {
        let begun = Instant::now();
        steps::admit(&runtime, None, 0).await?;
        looks.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let idle_look_ms = median(&looks);

    let mut settings = runtime.settings.load().as_ref().clone();
    settings.generation += 1;
    settings.paused = false;
    tenant_runtime::queue::apply_settings(&runtime, &settings).await?;
    let mut auditor = Auditor { sampled, begun: Instant::now(), frontier: 0, inside: 0, calls: Vec::new() };
    while auditor.frontier < tickets {
        ensure!(auditor.begun.elapsed() < PATIENCE, "only {} of {tickets} were called", auditor.frontier);
        auditor.look(&runtime, tickets, idle_look_ms).await?;
        tokio::time::sleep(LOOK_EVERY).await;
    }
    auditor.end(&runtime, tickets).await?;
    Ok(Figures { bytes_each, idle_look_ms, call_micros: median(&auditor.calls) })
}

/// Everybody enters; returns the sampled by order of arrival.
async fn fill(runtime: &Runtime, tickets: u64) -> Result<BTreeMap<u64, Uuid>> {
    let mut sampled = BTreeMap::new();
    for first in (0..tickets).step_by(usize::try_from(TOGETHER)?) {
        let mut entering = tokio::task::JoinSet::new();
        for n in first..(first + TOGETHER).min(tickets) {
            let runtime = runtime.clone();
            let shopper = Uuid::from_u128(u128::from(n) << 64 | u128::from(n));
            entering.spawn(async move { (shopper, steps::enter(&runtime, shopper, [0; 16], None).await) });
        }
        for (shopper, entered) in entering.join_all().await {
            let Entered::Place { index, new: true } = entered?.answer else { bail!("{shopper} had a place") };
            let index = u64::try_from(index)?;
            if index.is_multiple_of(SAMPLED) {
                ensure!(sampled.insert(index, shopper).is_none(), "two shoppers have place {index}");
            }
        }
    }
    Ok(sampled)
}

struct Auditor {
    /// Whoever is followed and was not called yet.
    sampled: BTreeMap<u64, Uuid>,
    begun: Instant,
    frontier: u64,
    inside: u64,
    calls: Vec<f64>,
}

impl Auditor {
    /// Looks at the room once, and lets in whoever of the sampled is called; nobody else is let in.
    #[expect(clippy::float_arithmetic, reason = "times of a measurement, not money")]
    async fn look(&mut self, runtime: &Runtime, tickets: u64, idle_look_ms: f64) -> Result<()> {
        if let Some((&index, &shopper)) =
            self.sampled.range(self.frontier + u64::from(PER_SECOND) * 2..).next()
        {
            let early = claim(runtime, shopper, index).await?;
            ensure!(
                early == Claimed::NotCalled,
                "{index} came in, and the frontier was {}: {early:?}",
                self.frontier
            );
        }
        let begun = Instant::now();
        let seen = steps::admit(runtime, None, 0).await?;
        let took = begun.elapsed().as_secs_f64() * 1e3;
        let called = seen.frontier.saturating_sub(self.frontier);
        if called > 0 {
            self.calls.push((took - idle_look_ms).max(0.0) * 1e3 / called as f64);
        }
        self.check(&seen, tickets)?;
        let waiting = self.sampled.split_off(&seen.frontier);
        for (index, shopper) in std::mem::replace(&mut self.sampled, waiting) {
            let claimed = claim(runtime, shopper, index).await?;
            ensure!(
                matches!(claimed, Claimed::Inside { renewed: false, .. }),
                "{index} was called and is {claimed:?}"
            );
            self.inside += 1;
        }
        Ok(())
    }

    #[expect(clippy::float_arithmetic, reason = "times of a measurement, not money")]
    fn check(&mut self, seen: &Standing, tickets: u64) -> Result<()> {
        ensure!(
            seen.frontier >= self.frontier,
            "the frontier fell from {} to {}",
            self.frontier,
            seen.frontier
        );
        ensure!(
            seen.inside + seen.reserved <= u64::from(INSIDE_MAX),
            "{} inside, {} called",
            seen.inside,
            seen.reserved
        );
        ensure!(
            seen.next == tickets && seen.inside == self.inside,
            "{} tickets, {} inside",
            seen.next,
            seen.inside
        );
        // A second's worth in hand, and what no-shows gave back: never more than another second's worth.
        let allowed = (self.begun.elapsed().as_secs_f64() + 1.0) * f64::from(PER_SECOND);
        let paid = seen.frontier.saturating_sub(seen.absent) as f64;
        ensure!(paid <= allowed, "{paid} were let in or are awaited, and {allowed} may be");
        self.frontier = seen.frontier;
        Ok(())
    }

    /// After the last call has run out, everybody was called once: let in, or written down as absent.
    async fn end(&self, runtime: &Runtime, tickets: u64) -> Result<()> {
        ensure!(self.sampled.is_empty(), "{} were never called", self.sampled.len());
        loop {
            let seen = steps::admit(runtime, None, 0).await?;
            if seen.reserved == 0 {
                let (came, absent) = (seen.admitted, seen.absent);
                ensure!(came == self.inside && came + absent == tickets, "{came} came and {absent} did not");
                return Ok(());
            }
            ensure!(self.begun.elapsed() < PATIENCE, "{} are still awaited", seen.reserved);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

async fn claim(runtime: &Runtime, shopper: Uuid, index: u64) -> Result<Claimed> {
    Ok(steps::claim(runtime, &Ticket { shopper, index, nonce: 0 }, index, None).await?.answer)
}
