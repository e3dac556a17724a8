//! Work that waits for its time, and work that goes on beside the router.
//!
//! Scheduled work is rows with a due time. A row is claimed with a lease, so that two replicas do not
//! do it at the same time, and deleted once it is done, so that a crash loses none. Everything that
//! is done here must therefore bear being done twice.

mod entity;
mod kind;
pub mod runner;
mod store;

use std::time::Duration;

pub use kind::{Done, JobError, Kind};
pub use store::{enqueue, ensure};
use tokio_util::sync::CancellationToken;

use crate::deals::mirror;
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

    /// Runs until told to stop; what has begun is finished.
    pub async fn run(self, stop: CancellationToken) {
        let state = self.state;
        tokio::join!(
            runner::run(state.clone(), stop.clone()),
            mirror::run(state.clone(), stop.clone()),
            tidy(&state, stop),
        );
    }
}

async fn tidy(state: &AppState, stop: CancellationToken) {
    let mut every = tokio::time::interval(HOUSEKEEPING_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = every.tick() => housekeeping::run(state).await,
        }
    }
}
