//! Keeps wanted children alive: adopts the one that already runs, starts one where none does, and
//! starts it again when it ends, at once at first and then ever more slowly.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Identity, Liveness, Process, Records};
use crate::files;

/// A first restart comes after this long, the next after twice as long, and so on.
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// A child that lived this long is healthy: its next end counts as a first one.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);

/// A child as it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Unique within the records.
    pub name: String,
    /// An absolute path.
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// The whole environment: nothing is inherited, as in a pod.
    pub environment: BTreeMap<String, String>,
    /// The working directory, links resolved; it belongs to this child alone and identifies it.
    pub directory: PathBuf,
    /// Where standard output and standard error go.
    pub log: PathBuf,
    /// How long it may take to end when asked.
    pub grace: Duration,
    /// How to tell that it hangs; then it is killed and started again.
    pub liveness: Liveness,
}

/// The children of one owner (a deal), by name.
pub struct Supervisor {
    records: Arc<Records>,
    wards: Mutex<HashMap<String, Ward>>,
}

struct Ward {
    service: Service,
    stop: CancellationToken,
    state: watch::Receiver<State>,
    task: JoinHandle<()>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Starting,
    Running(Identity),
    Failing(String),
}

impl Supervisor {
    #[must_use]
    pub fn new(records: Records) -> Supervisor {
        Supervisor { records: Arc::new(records), wards: Mutex::default() }
    }

    /// Wants this child from now on. A child of that name that is already looked after stays as it
    /// is: what runs is never changed under its users.
    pub fn want(&self, service: Service) {
        let mut wards = self.wards();
        if wards.contains_key(&service.name) {
            return;
        }
        let stop = CancellationToken::new();
        let (sender, state) = watch::channel(State::Starting);
        let keeper = Keeper {
            service: service.clone(),
            records: Arc::clone(&self.records),
            stop: stop.clone(),
            state: sender,
        };
        let task = tokio::spawn(keeper.keep());
        wards.insert(service.name.clone(), Ward { service, stop, state, task });
    }

    /// Stops wanting it: returns when it has ended. A child that runs but is not looked after (left
    /// by a parent that was killed) is ended as well.
    ///
    /// # Errors
    /// Where the process table or the records cannot be read or written.
    pub async fn stop(&self, name: &str, program: &Path, directory: &Path) -> io::Result<()> {
        let ward = self.wards().remove(name);
        if let Some(ward) = ward {
            ward.stop.cancel();
            // The task ends by itself; a panic in it has been logged, the child is looked for below.
            let _ = ward.task.await;
        }
        if let Some(process) = find(&self.records, name, program, directory)? {
            process.stop(Duration::from_secs(5)).await;
        }
        self.records.remove(name)
    }

    /// Whether the child runs, as far as the kernel says; whether it is ready is for its own
    /// interface to say.
    #[must_use]
    pub fn running(&self, name: &str) -> Option<Identity> {
        match &*self.wards().get(name)?.state.borrow() {
            State::Running(identity) => Some(identity.clone()),
            State::Starting | State::Failing(_) => None,
        }
    }

    /// Why the child does not run, where it was tried.
    #[must_use]
    pub fn failure(&self, name: &str) -> Option<String> {
        match &*self.wards().get(name)?.state.borrow() {
            State::Failing(reason) => Some(reason.clone()),
            State::Starting | State::Running(_) => None,
        }
    }

    /// The service as it was first wanted.
    #[must_use]
    pub fn wanted(&self, name: &str) -> Option<Service> {
        self.wards().get(name).map(|ward| ward.service.clone())
    }

    fn wards(&self) -> std::sync::MutexGuard<'_, HashMap<String, Ward>> {
        self.wards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever stops looking after children leaves them running, as a killed parent does.
impl Drop for Supervisor {
    fn drop(&mut self) {
        for ward in self.wards().values() {
            ward.task.abort();
        }
    }
}

/// The process behind a name: the one written down, or one that was started but not yet written
/// down.
fn find(records: &Records, name: &str, program: &Path, directory: &Path) -> io::Result<Option<Process>> {
    if let Some(identity) = records.get(name)
        && let Some(process) = Process::open(identity)?
    {
        return Ok(Some(process));
    }
    match Identity::running_in(directory, program)? {
        Some(identity) => Process::open(identity),
        None => Ok(None),
    }
}

struct Keeper {
    service: Service,
    records: Arc<Records>,
    stop: CancellationToken,
    state: watch::Sender<State>,
}

impl Keeper {
    async fn keep(self) {
        let mut pause = BACKOFF_FIRST;
        loop {
            let begun = tokio::time::Instant::now();
            match self.take_hold() {
                Ok(process) => {
                    self.state.send_replace(State::Running(process.identity().clone()));
                    tokio::select! {
                        () = process.ended() => {}
                        () = self.service.liveness.lost() => {
                            tracing::error!(name = %self.service.name, "a child hangs, killing it");
                            process.kill();
                            process.ended().await;
                        }
                        () = self.stop.cancelled() => {
                            process.stop(self.service.grace).await;
                            self.forget();
                            return;
                        }
                    }
                    let reason = format!("{} ended; see {}", self.service.name, self.service.log.display());
                    tracing::warn!(name = %self.service.name, "a child ended, starting it again");
                    self.state.send_replace(State::Failing(reason));
                }
                Err(error) => {
                    let reason = format!("{} cannot be started: {error}", self.service.program.display());
                    tracing::error!(name = %self.service.name, %error, "a child cannot be started");
                    self.state.send_replace(State::Failing(reason));
                }
            }
            if begun.elapsed() >= HEALTHY_AFTER {
                pause = BACKOFF_FIRST;
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.cancelled() => {
                    self.forget();
                    return;
                }
            }
            pause = (pause * 2).min(BACKOFF_MAX);
        }
    }

    fn forget(&self) {
        if let Err(error) = self.records.remove(&self.service.name) {
            tracing::warn!(name = %self.service.name, %error, "a stopped child stays in the records");
        }
    }

    /// Adopts the child that runs, or starts one.
    fn take_hold(&self) -> io::Result<Process> {
        let service = &self.service;
        if let Some(process) = find(&self.records, &service.name, &service.program, &service.directory)? {
            tracing::info!(name = %service.name, pid = process.identity().pid, "adopted");
            self.records.put(&service.name, process.identity())?;
            return Ok(process);
        }
        let identity = spawn(service)?;
        self.records.put(&service.name, &identity)?;
        tracing::info!(name = %service.name, pid = identity.pid, "started");
        Process::open(identity)?
            .ok_or_else(|| io::Error::other(format!("it ended at once; see {}", service.log.display())))
    }
}

fn spawn(service: &Service) -> io::Result<Identity> {
    let log = files::open_log(&service.log)?;
    let mut child = tokio::process::Command::new(&service.program)
        .args(&service.arguments)
        .env_clear()
        .envs(&service.environment)
        .current_dir(&service.directory)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        // A group of its own: Ctrl-C in the terminal reaches the parent alone, which then stops its
        // children in order.
        .process_group(0)
        .kill_on_drop(false)
        .spawn()?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    let identity = pid.map(Identity::of).transpose()?.flatten();
    // Reaps it, whenever it ends.
    tokio::spawn(async move {
        let _ = child.wait().await;
    });
    identity.ok_or_else(|| io::Error::other(format!("it ended at once; see {}", service.log.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nest {
        directory: tempfile::TempDir,
    }

    impl Nest {
        fn new() -> Nest {
            Nest { directory: tempfile::tempdir().unwrap() }
        }

        fn path(&self) -> PathBuf {
            self.directory.path().canonicalize().unwrap()
        }

        fn supervisor(&self) -> Supervisor {
            Supervisor::new(Records::open(self.path().join("processes.json")).unwrap())
        }

        fn sleeper(&self) -> Service {
            Service {
                name: "sleeper".to_owned(),
                program: PathBuf::from("/usr/bin/sleep"),
                arguments: vec!["600".to_owned()],
                environment: BTreeMap::new(),
                directory: self.path(),
                log: self.path().join("sleeper.log"),
                grace: Duration::from_secs(5),
                liveness: Liveness::Exists,
            }
        }

        async fn stop(&self, supervisor: &Supervisor) {
            let service = self.sleeper();
            supervisor.stop("sleeper", &service.program, &service.directory).await.unwrap();
        }
    }

    async fn until_running(supervisor: &Supervisor) -> Identity {
        until_other(supervisor, None).await
    }

    async fn until_other(supervisor: &Supervisor, not: Option<&Identity>) -> Identity {
        for _ in 0..500 {
            if let Some(identity) = supervisor.running("sleeper")
                && Some(&identity) != not
            {
                return identity;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no child within 5 seconds: {:?}", supervisor.failure("sleeper"));
    }

    #[tokio::test]
    async fn a_child_is_started_once_restarted_when_killed_and_ended_when_stopped() {
        let nest = Nest::new();
        let supervisor = nest.supervisor();
        supervisor.want(nest.sleeper());
        supervisor.want(nest.sleeper());
        let first = until_running(&supervisor).await;
        Process::open(first.clone()).unwrap().unwrap().kill();
        let second = until_other(&supervisor, Some(&first)).await;
        assert!(!first.is_alive().unwrap());
        nest.stop(&supervisor).await;
        assert!(!second.is_alive().unwrap());
        assert_eq!(supervisor.running("sleeper"), None);
    }

    #[tokio::test]
    async fn the_next_parent_adopts_what_runs_with_and_without_a_record() {
        let nest = Nest::new();
        let parent = nest.supervisor();
        parent.want(nest.sleeper());
        let child = until_running(&parent).await;
        // A killed parent stops nothing.
        drop(parent);

        let next = nest.supervisor();
        next.want(nest.sleeper());
        assert_eq!(until_running(&next).await, child);
        drop(next);

        std::fs::remove_file(nest.path().join("processes.json")).unwrap();
        let third = nest.supervisor();
        third.want(nest.sleeper());
        assert_eq!(until_running(&third).await, child);
        nest.stop(&third).await;
        assert!(!child.is_alive().unwrap());
    }

    #[tokio::test]
    async fn stopping_ends_a_child_that_nobody_looks_after() {
        let nest = Nest::new();
        let parent = nest.supervisor();
        parent.want(nest.sleeper());
        let child = until_running(&parent).await;
        drop(parent);
        let next = nest.supervisor();
        nest.stop(&next).await;
        assert!(!child.is_alive().unwrap());
    }

    #[tokio::test]
    async fn a_program_that_is_missing_is_said_so() {
        let nest = Nest::new();
        let supervisor = nest.supervisor();
        supervisor.want(Service { program: PathBuf::from("/nowhere/sleep"), ..nest.sleeper() });
        for _ in 0..500 {
            if let Some(reason) = supervisor.failure("sleeper") {
                assert!(reason.contains("/nowhere/sleep"), "{reason}");
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no failure was reported");
    }
}
