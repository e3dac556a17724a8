//! The cluster's components as processes of the node. They outlive whoever started them; whoever
//! comes next finds them written down, or by their working directory, which belongs to each alone.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use e2e_platform::process::{Identity, Process, Records};
use tokio::time::Instant;

use crate::command::tail;
use crate::layout::Layout;

const LOOK_EVERY: Duration = Duration::from_millis(200);
/// So much of a log is shown with a failure.
const LOG_BYTES_SHOWN: u64 = 6_000;

/// A component as it is run.
#[derive(Debug, Clone)]
pub struct Program {
    pub name: &'static str,
    /// Absolute.
    pub path: PathBuf,
    pub arguments: Vec<String>,
    pub environment: BTreeMap<&'static str, String>,
    /// How long it may take to end when asked.
    pub grace: Duration,
}

/// The process of a component, where it runs.
///
/// # Errors
/// Where the records or the process table cannot be read.
pub fn running(layout: &Layout, program: &Program) -> anyhow::Result<Option<Process>> {
    let found = || -> io::Result<Option<Process>> {
        if let Some(identity) = Records::open(layout.records())?.get(program.name)
            && let Some(process) = Process::open(identity)?
        {
            return Ok(Some(process));
        }
        let Ok(home) = layout.home(program.name).canonicalize() else { return Ok(None) };
        Identity::running_in(&home, &program.path)?.map_or(Ok(None), Process::open)
    };
    found().with_context(|| format!("whether {} runs", program.name))
}

/// Starts a component unless it runs. Returns whether it was started.
///
/// # Errors
/// Where the program cannot be started.
pub fn start(layout: &Layout, program: &Program) -> anyhow::Result<bool> {
    if running(layout, program)?.is_some() {
        return Ok(false);
    }
    let home = layout.home(program.name);
    fs::create_dir_all(&home).with_context(|| home.display().to_string())?;
    fs::create_dir_all(layout.logs()).with_context(|| layout.logs().display().to_string())?;
    let path = layout.log(program.name);
    let log = OpenOptions::new().create(true).append(true).open(&path);
    let log = log.with_context(|| path.display().to_string())?;
    let child = tokio::process::Command::new(&program.path)
        .args(&program.arguments)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .envs(&program.environment)
        .current_dir(&home)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        // What stops whoever started it does not stop the cluster.
        .process_group(0)
        .spawn()
        .with_context(|| format!("{} cannot be started", program.path.display()))?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).context("a child without a pid")?;
    let Some(identity) = Identity::of(pid)? else { return Err(ended(layout, program)) };
    Records::open(layout.records())?.put(program.name, &identity)?;
    Ok(true)
}

/// Asks a component to end, and ends it after its grace.
///
/// # Errors
/// Where the records or the process table cannot be read or written.
pub async fn stop(layout: &Layout, program: &Program) -> anyhow::Result<()> {
    if let Some(process) = running(layout, program)? {
        process.stop(program.grace).await;
    }
    Ok(Records::open(layout.records())?.remove(program.name)?)
}

/// Ends a component at once.
///
/// # Errors
/// As [`stop`].
pub async fn kill(layout: &Layout, program: &Program) -> anyhow::Result<()> {
    if let Some(process) = running(layout, program)? {
        process.kill();
        process.ended().await;
    }
    Ok(Records::open(layout.records())?.remove(program.name)?)
}

/// Waits until `check` is content. A component that ends meanwhile is not waited for.
///
/// # Errors
/// What was seen last, and the end of the component's log.
pub async fn answering(
    layout: &Layout,
    program: &Program,
    within: Duration,
    check: impl AsyncFn() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let until = Instant::now() + within;
    loop {
        let Err(seen) = check().await else { return Ok(()) };
        if running(layout, program)?.is_none() {
            return Err(ended(layout, program));
        }
        if Instant::now() >= until {
            bail!(
                "{} does not answer within {within:?}: {seen:#}\n{}",
                program.name,
                log_end(&layout.log(program.name))
            );
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn ended(layout: &Layout, program: &Program) -> anyhow::Error {
    anyhow!("{} has ended\n{}", program.name, log_end(&layout.log(program.name)))
}

/// The last lines of a log, with its name above them.
#[must_use]
pub fn log_end(path: &Path) -> String {
    let read = || -> io::Result<String> {
        let mut file = fs::File::open(path)?;
        let from = file.metadata()?.len().saturating_sub(LOG_BYTES_SHOWN);
        file.seek(SeekFrom::Start(from))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end)?;
        Ok(String::from_utf8_lossy(&end).into_owned())
    };
    match read() {
        Ok(text) => {
            format!("--- {} ---\n{}", path.display(), tail(text.trim_end(), LOG_BYTES_SHOWN as usize))
        }
        Err(error) => format!("--- {}: {error}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(script: &str) -> Program {
        Program {
            name: "sleeper",
            path: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
            environment: BTreeMap::new(),
            grace: Duration::from_secs(5),
        }
    }

    fn nest() -> (tempfile::TempDir, Layout) {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(directory.path().to_path_buf());
        (directory, layout)
    }

    #[tokio::test]
    async fn a_component_is_started_once_found_again_and_stopped() {
        let (_directory, layout) = nest();
        let program = sleeper("exec sleep 600");
        assert!(start(&layout, &program).unwrap());
        assert!(!start(&layout, &program).unwrap());
        let first = running(&layout, &program).unwrap().unwrap().identity().clone();
        stop(&layout, &program).await.unwrap();
        assert!(!first.is_alive().unwrap());
        assert!(running(&layout, &program).unwrap().is_none());
    }

    #[tokio::test]
    async fn whoever_waits_for_a_component_that_died_is_shown_its_log() {
        let (_directory, layout) = nest();
        let program = sleeper("echo the port is taken >&2; exit 1");
        let failed = match start(&layout, &program) {
            Err(ended_at_once) => ended_at_once,
            Ok(_) => answering(&layout, &program, Duration::from_secs(60), async || bail!("not yet"))
                .await
                .unwrap_err(),
        };
        // It may have died before its words reached the file, but not before they were written.
        assert!(failed.to_string().contains("the port is taken"), "{failed}");
    }
}
