//! Does what is due, a few at a time, until the process ends.

use std::time::Duration;

use control_plane_core::calendar::later;
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::entity::Model;
use super::{Done, JobError, Kind, store};
use crate::state::AppState;
use crate::{deals, error, refunds, rentals};

/// How long a job belongs to whoever claimed it, in seconds. Longer than any job may take.
const LEASE_SECONDS: i64 = 90;
const JOB_TIMEOUT: Duration = Duration::from_secs(60);
/// How often to look where nobody says that there is work.
const PERIOD: Duration = Duration::from_millis(500);
const BATCH: u64 = 32;
const AT_ONCE: usize = 8;
const BACKOFF_SECONDS_MAX: i64 = 60;

/// Works until `stop`. A job that has begun is finished.
pub async fn run(state: AppState, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match run_due(&state).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::error!(error = %error::chain(&error), "jobs cannot be read"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = state.work.notified() => {}
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

/// Does what is due now and says how many jobs that were.
///
/// # Errors
/// Where the due jobs cannot be read.
pub async fn run_due(state: &AppState) -> Result<usize, DbErr> {
    let due = store::due(state.db.read(), state.clock.now(), BATCH).await?;
    let count = stream::iter(due)
        .map(|job| async move { run_one(state, &job).await })
        .buffer_unordered(AT_ONCE)
        .filter(|ran| std::future::ready(*ran))
        .count()
        .await;
    Ok(count)
}

/// Claims and does one job; false where another has it, or where nothing can be written.
async fn run_one(state: &AppState, job: &Model) -> bool {
    let now = state.clock.now();
    let lease: Uuid = state.entropy.id(now);
    match store::claim(state.db.write(), job, lease, now, later(now, LEASE_SECONDS)).await {
        Ok(true) => {}
        Ok(false) => return false,
        Err(error) => {
            tracing::error!(kind = job.kind, subject = %job.subject, error = %error::chain(&error), "a job cannot be claimed");
            return false;
        }
    }
    let ended = match tokio::time::timeout(JOB_TIMEOUT, perform(state, job)).await {
        Ok(ended) => ended,
        Err(_elapsed) => Err("the job took too long".into()),
    };
    let written = match ended {
        Ok(Done::Finished) => store::finish(state.db.write(), job, lease).await,
        Ok(Done::Again(at)) => store::put_off(state.db.write(), job, lease, at, None).await,
        Err(cause) => {
            let failure = error::chain(cause.as_ref());
            tracing::warn!(kind = job.kind, subject = %job.subject, attempts = job.attempts, error = failure, "a job failed and will be tried again");
            let at = backoff(state.clock.now(), job.attempts);
            store::put_off(state.db.write(), job, lease, at, Some(failure)).await
        }
    };
    if let Err(error) = written {
        // The lease runs out by itself, and the job is done again.
        tracing::error!(kind = job.kind, subject = %job.subject, error = %error::chain(&error), "a job's end cannot be written");
    }
    true
}

async fn perform(state: &AppState, job: &Model) -> Result<Done, JobError> {
    match Kind::parse(&job.kind) {
        Some(Kind::Deal) => deals::schedule::write(state, job.subject.into()).await,
        Some(Kind::Opening) => deals::schedule::opening(state, job.subject.into()).await,
        Some(Kind::Expiry) => rentals::expiry::expire(state, job.subject.into()).await,
        Some(Kind::Fee) => rentals::fee::recovery::recover(state, job.subject.into()).await,
        Some(Kind::Refund) => refunds::execute::execute(state, job.subject.into()).await,
        Some(Kind::Adoption) => deals::adoption::adopt(state, job.subject).await,
        None => Err(format!("there is no job of the kind {:?}", job.kind).into()),
    }
}

/// 1, 2, 4 … seconds, at most a minute.
fn backoff(now: Timestamp, attempts: i32) -> Timestamp {
    let exponent = u32::try_from(attempts.clamp(0, 6)).unwrap_or(0);
    later(now, (1_i64 << exponent).min(BACKOFF_SECONDS_MAX))
}
