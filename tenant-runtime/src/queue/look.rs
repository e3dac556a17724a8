//! A look at the room: taken a few times a second by every process, and kept in memory. Whoever asks
//! for a position is answered from it, also while Redis is away.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use tenant_runtime_core::config::DealConfig;
use tenant_runtime_core::draw::{self, Draw};
use tenant_runtime_core::frontier;

use super::steps::Standing;

/// A look older than this says that Redis is away: nobody is being admitted.
const STALE_MS: i64 = 2_000;

/// The room as it stood a moment ago.
#[derive(Debug, Clone)]
pub struct Look {
    pub standing: Standing,
    /// Set once the doors have opened, where there is a draw.
    pub draw: Option<Draw>,
    /// Which line of the company's is in force, where there is one.
    pub notice: Option<u32>,
    /// What was admitted of late, in thousandths a second, where that is known.
    pub measured_milli: Option<u64>,
    /// By this process's clock.
    taken_at: Timestamp,
    /// The same by a clock that never jumps.
    seen_at: Instant,
}

/// Whether the doors are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    Before,
    Open,
    Closed,
}

impl Look {
    /// `draw_secret` makes the seed, where there is a draw.
    #[must_use]
    pub fn new(
        standing: Standing,
        draw_secret: Option<&[u8; 32]>,
        notice: Option<u32>,
        measured_milli: Option<u64>,
        taken_at: Timestamp,
    ) -> Look {
        let draw = draw_secret.filter(|_| standing.opened_ms > 0).map(|secret| {
            Draw::new(draw::seed(secret, standing.entrants, &standing.accumulator), standing.entrants)
        });
        Look { standing, draw, notice, measured_milli, taken_at, seen_at: Instant::now() }
    }

    /// The deal's time now, in milliseconds, whatever became of this process's clock since; `None` before
    /// the first look.
    #[must_use]
    pub fn reckoned_ms(&self) -> Option<i64> {
        let elapsed_ms = i64::try_from(self.seen_at.elapsed().as_millis()).ok()?;
        (self.standing.now_ms > 0).then(|| self.standing.now_ms + elapsed_ms)
    }

    /// The deal's time now by this process's clock, in milliseconds.
    #[must_use]
    pub fn deal_now_ms(&self, now: Timestamp) -> i64 {
        self.standing.now_ms + self.age_ms(now)
    }

    fn age_ms(&self, now: Timestamp) -> i64 {
        i64::try_from(now.duration_since(self.taken_at).as_millis()).unwrap_or(i64::MAX).max(0)
    }

    /// Whether Redis has been away for a while.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.age_ms(now) > STALE_MS
    }

    /// The doors, by the deal's clock. They count as open once the room says so: numbers are drawn then.
    #[must_use]
    pub fn phase(&self, config: &DealConfig, closed_early: bool, now: Timestamp) -> Phase {
        let standing = &self.standing;
        if closed_early || standing.sealed || standing.closed_ms > 0 {
            return Phase::Closed;
        }
        if self.deal_now_ms(now) >= config.closes_at.as_millisecond() {
            return Phase::Closed;
        }
        if standing.opened_ms > 0 { Phase::Open } else { Phase::Before }
    }

    /// What an order of arrival comes to; `None` before the draw.
    #[must_use]
    pub fn number(&self, index: u64) -> Option<u64> {
        if self.standing.opened_ms == 0 {
            return None;
        }
        match &self.draw {
            Some(draw) if index < draw.entrants() => Some(draw.number(index)),
            _ => Some(index),
        }
    }

    /// The order of arrival that came to a number, once the doors have opened: [`Look::number`]
    /// backwards.
    #[must_use]
    pub fn index(&self, number: u64) -> u64 {
        match &self.draw {
            Some(draw) if number < draw.entrants() => draw.index(number),
            _ => number,
        }
    }

    /// How many wait to be called.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.standing.next.saturating_sub(self.standing.frontier)
    }

    #[must_use]
    pub fn stock_left(&self) -> u64 {
        self.standing.stock.iter().map(|product| product.left).sum()
    }

    #[must_use]
    pub fn stock_held(&self) -> u64 {
        self.standing.stock.iter().map(|product| product.held).sum()
    }

    /// Nothing is left, and nobody can give anything back by not paying.
    #[must_use]
    pub fn is_sold_out(&self) -> bool {
        !self.standing.stock.is_empty() && self.stock_left() == 0 && self.stock_held() == 0
    }
}

/// How fast the frontier moved of late.
#[derive(Debug, Default)]
pub struct Pace {
    seen: std::collections::VecDeque<(i64, u64)>,
}

impl Pace {
    const WINDOW_MS: i64 = 30_000;
    const SEEN_MAX: usize = 1_000;

    /// Notes a look, and says what was admitted of late in thousandths a second.
    pub fn note(&mut self, standing: &Standing) -> Option<u64> {
        if standing.opened_ms == 0 {
            return None;
        }
        let now = (standing.now_ms, standing.frontier);
        self.seen.push_back(now);
        while self.seen.len() > Self::SEEN_MAX
            || self.seen.front().is_some_and(|(at, _)| now.0 - at > Self::WINDOW_MS)
        {
            self.seen.pop_front();
        }
        // Until the frontier has moved, nothing was measured: the first calls may take a moment.
        let first = self.seen.iter().find(|(_, frontier)| *frontier > 0)?;
        frontier::measured_milli(*first, now)
    }
}

/// An instant of the deal's, as a timestamp.
#[must_use]
pub fn instant(ms: i64) -> Option<Timestamp> {
    if ms == 0 { None } else { Timestamp::from_millisecond(ms).ok() }
}

/// How long until `at`, by the deal's clock; zero where it has come.
#[must_use]
pub fn until(at: Timestamp, deal_now_ms: i64) -> SignedDuration {
    SignedDuration::from_millis((at.as_millisecond() - deal_now_ms).max(0))
}
