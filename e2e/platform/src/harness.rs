//! For tests: the platform as a process of its own, on a directory of its own and free ports, so that
//! it can be killed like the real one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::Url;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::client::{Ask, Jar, Web};
use crate::process::Identity;
use crate::state::{Layout, Settings};
use crate::{crowd, down, files};

const START_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// A running `bidd up`. Dropping it kills the platform's process; [`Harness::close`] ends everything.
pub struct Harness {
    program: PathBuf,
    state: PathBuf,
    seed: bool,
    child: Option<Child>,
}

impl Harness {
    /// Starts the program `bidd` on `state`, with free ports, and waits until its edge answers.
    ///
    /// # Errors
    /// Where it does not start; what it said is part of the error.
    pub async fn start(program: &Path, state: &Path, seed: bool) -> anyhow::Result<Harness> {
        let mut harness =
            Harness { program: program.to_path_buf(), state: state.to_path_buf(), seed, child: None };
        harness.resume().await?;
        Ok(harness)
    }

    /// Starts it again after [`Harness::kill`] or [`Harness::interrupt`].
    ///
    /// # Errors
    /// As [`Harness::start`].
    pub async fn resume(&mut self) -> anyhow::Result<()> {
        fs::create_dir_all(&self.state)?;
        let said = fs::OpenOptions::new().create(true).append(true).open(self.said())?;
        let mut command = Command::new(&self.program);
        command.args(["up", "--port", "0", "--state"]).arg(&self.state);
        if !self.seed {
            command.arg("--no-seed");
        }
        command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said).kill_on_drop(true);
        self.child = Some(command.spawn().with_context(|| self.program.display().to_string())?);
        self.wait_until_up().await
    }

    async fn wait_until_up(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + START_WITHIN;
        while Instant::now() < until {
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                bail!("the platform ended with {status}: {}", self.spoken());
            }
            if let Ok(settings) = self.settings() {
                let web = Web::new(std::net::Ipv4Addr::LOCALHOST.into(), 4);
                let url: Url = format!("{}/readyz", settings.public_url("ddib")).parse()?;
                if web
                    .ask(&mut Jar::default(), &Ask::get(url))
                    .await
                    .is_ok_and(|answer| answer.status.is_success())
                {
                    return Ok(());
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the platform was not up within {START_WITHIN:?}: {}", self.spoken())
    }

    /// The ports and addresses of this platform.
    ///
    /// # Errors
    /// Before its first start.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        files::read_json(&self.state.join("platform.json"))?.context("no platform has started there")
    }

    /// A crowd for this platform, to be changed before it is sent.
    ///
    /// # Errors
    /// Before the first start.
    pub fn crowd(&self, deal: &str, shoppers: u32) -> anyhow::Result<crowd::Options> {
        Ok(crowd::Options::new(deal, shoppers, self.settings()?.ports.edge))
    }

    /// `kill -9` of the platform alone; its deals go on without it.
    ///
    /// # Errors
    /// Where it does not run.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        let mut child = self.child.take().context("the platform does not run")?;
        child.kill().await?;
        Ok(())
    }

    /// Ctrl-C; returns when the platform and all that it started have ended.
    ///
    /// # Errors
    /// Where it does not end in time, or not well.
    pub async fn interrupt(&mut self) -> anyhow::Result<()> {
        let mut child = self.child.take().context("the platform does not run")?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        kill_process(pid.context("the platform does not run")?, Signal::INT)?;
        let status = tokio::time::timeout(STOP_WITHIN, child.wait()).await.context("it does not end")??;
        if !status.success() {
            bail!("the platform ended with {status}: {}", self.spoken());
        }
        Ok(())
    }

    /// The processes of a deal, by name: `redis` and `runtime`.
    ///
    /// # Errors
    /// Where the deal has no directory.
    pub fn processes(&self, deal: &str) -> anyhow::Result<std::collections::BTreeMap<String, Identity>> {
        let layout = Layout::existing(&self.state).context("no platform has started there")?;
        files::read_json(&layout.deals().join(deal).join("processes.json"))?.context("the deal runs nothing")
    }

    /// `kill -9` of one of a deal's processes.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn kill_process(&self, deal: &str, name: &str) -> anyhow::Result<()> {
        let processes = self.processes(deal)?;
        let identity = processes.get(name).context("no such process")?;
        if !identity.is_alive()? {
            bail!("{name} of {deal} does not run");
        }
        kill_process(Pid::from_raw(identity.pid).context("no such process")?, Signal::KILL)?;
        Ok(())
    }

    /// Ends everything, whatever state it is in.
    ///
    /// # Errors
    /// Where something cannot be ended.
    pub async fn close(mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
            if let Some(pid) = pid {
                kill_process(pid, Signal::TERM)?;
            }
            if tokio::time::timeout(STOP_WITHIN, child.wait()).await.is_err() {
                child.kill().await?;
            }
        }
        down::run(&self.state).await?;
        Ok(())
    }

    fn said(&self) -> PathBuf {
        self.state.join("said.txt")
    }

    /// What the platform has said so far.
    #[must_use]
    pub fn spoken(&self) -> String {
        fs::read_to_string(self.said()).unwrap_or_default()
    }
}
