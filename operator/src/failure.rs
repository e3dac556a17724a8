//! What went wrong in one pass.

use std::error::Error;
use std::fmt::Write;
use std::future::Future;
use std::time::Duration;

/// How long one step may take before it counts as failed.
pub const STEP_SECONDS_MAX: u64 = 60;

/// A step of a pass that failed. The pass is tried again.
#[derive(Debug, thiserror::Error)]
#[error("could not {step}")]
pub struct Failure {
    pub step: &'static str,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl Failure {
    pub fn new(step: &'static str, source: impl Error + Send + Sync + 'static) -> Failure {
        Failure { step, source: Box::new(source) }
    }

    /// The whole chain, for the log.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut next = self.source();
        while let Some(cause) = next {
            write!(text, ": {cause}").expect("a string can always be written to");
            next = cause.source();
        }
        text
    }
}

/// The step, which counts as failed when it takes too long.
pub async fn bounded<T, E>(step: &'static str, work: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
where
    E: Error + Send + Sync + 'static,
{
    match tokio::time::timeout(Duration::from_secs(STEP_SECONDS_MAX), work).await {
        Ok(result) => result.map_err(|source| Failure::new(step, source)),
        Err(elapsed) => Err(Failure::new(step, elapsed)),
    }
}
