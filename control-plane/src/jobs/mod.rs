//! Work that waits for its time.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::housekeeping;
use crate::state::AppState;

const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(3_600);

/// Everything that runs beside the router.
pub struct Jobs {
    state: AppState,
}

impl Jobs {
    #[must_use]
    pub fn new(state: AppState) -> Jobs {
        Jobs { state }
    }

    /// Runs until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut every = tokio::time::interval(HOUSEKEEPING_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = every.tick() => housekeeping::run(&self.state).await,
            }
        }
    }
}
