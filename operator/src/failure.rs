//! What went wrong in one pass.

use std::error::Error;
use std::fmt::Write;

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
