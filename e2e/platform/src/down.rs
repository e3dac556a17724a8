//! `bidd down`: ends the platform of a state directory, and the children that a killed one left.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use crate::executor::{Processes, Programs};
use crate::process::{Identity, Process};
use crate::state::{self, Layout};

/// The platform drains its runtimes (20 s) and their Redis (10 s) before it ends.
const PLATFORM_GRACE: Duration = Duration::from_secs(45);

/// What there was to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// There is no platform in that directory.
    Nothing,
    Platform,
    /// No platform ran; whatever children were left have ended.
    Children,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ended::Nothing => "no platform was ever started there",
            Ended::Platform => "the platform has ended",
            Ended::Children => "no platform was running; whatever it had left running has ended",
        })
    }
}

/// # Errors
/// Where the directory or the process table cannot be read.
pub async fn run(root: &Path) -> anyhow::Result<Ended> {
    let Some(layout) = Layout::existing(root) else { return Ok(Ended::Nothing) };
    let mut ended = Ended::Children;
    if let Some(pid) = state::lock_holder(&layout)?
        && let Some(identity) = Identity::of(pid)?
        && let Some(platform) = Process::open(identity)?
    {
        platform.stop(PLATFORM_GRACE).await;
        ended = Ended::Platform;
    }
    // Whoever was killed, or had to be, could not end its children.
    let programs = Programs::find().context("to recognise the children, their programs are needed")?;
    let processes = Processes::new(layout, programs, crate::edge::Routes::default(), "");
    processes.stop_all().await?;
    Ok(ended)
}
