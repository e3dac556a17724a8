//! How fast the lifecycle goes about its work.

use std::time::Duration;

/// All of it in real time, whatever the clock says.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long to sleep without a look at the clock, which may jump.
    pub nap_max: Duration,
    /// The pause after the first failure; each further one doubles it.
    pub backoff_min: Duration,
    pub backoff_max: Duration,
    /// How often the deals are listed though nothing is said to have changed.
    pub relist: Duration,
    /// How soon after a failed listing the next one is tried.
    pub relist_after_failure: Duration,
    /// How long the passes under way at the shutdown may take to finish.
    pub grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            nap_max: Duration::from_secs(5),
            backoff_min: Duration::from_secs(1),
            backoff_max: Duration::from_secs(30),
            relist: Duration::from_secs(30),
            relist_after_failure: Duration::from_secs(2),
            grace: Duration::from_secs(10),
        }
    }
}

impl Pace {
    pub fn backoff(&self, failures_before: u32) -> Duration {
        let factor = 1_u32.checked_shl(failures_before).unwrap_or(u32::MAX);
        self.backoff_min.saturating_mul(factor).min(self.backoff_max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_half_a_minute() {
        let pace = Pace::default();
        let pauses: Vec<u64> = (0..8).map(|failures| pace.backoff(failures).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(pace.backoff(u32::MAX).as_secs(), 30);
    }
}
