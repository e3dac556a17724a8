//! The simulator itself: state, journal, key and clock behind one door.
//!
//! [`Sim::with`] is the only way to the state. A step looks and decides under the lock, records events, and its answer
//! leaves only after everything that the step saw is on disk, so that a crash never takes back what was answered.

use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use thiserror::Error;
use url::Url;

use crate::faults::Faults;
use crate::journal::{Journal, JournalError, JournalFailed};
use crate::keys::{KeyError, SigningKey};
use crate::state::{Event, Misfit, State};

/// A journal with more lines than this is rewritten as one snapshot when it is opened.
const JOURNAL_LINES_MAX: usize = 20_000;
/// After so many events the expired codes and tokens are dropped from memory.
const EVENTS_BETWEEN_SWEEPS: u32 = 4_096;

/// Why a simulator could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error("cannot use the directory {path}")]
    Dir { path: PathBuf, source: io::Error },
    #[error("another simulator uses the directory {path}; stop it or choose another directory")]
    InUse { path: PathBuf },
    #[error("the base url {0:?} is not of the form http://host:port")]
    BaseUrl(String),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(
        "event {line} of the journal does not follow from those before it; move the journal away to start afresh"
    )]
    Replay { line: usize, source: Misfit },
    #[error(transparent)]
    Key(#[from] KeyError),
}

pub type Now = Box<dyn Fn() -> Timestamp + Send + Sync>;

pub struct Sim {
    pub base_url: String,
    pub key: SigningKey,
    pub faults: Faults,
    now: Now,
    inner: Mutex<Inner>,
    journal: Journal,
    /// Held for as long as the directory is ours.
    _lock: File,
}

struct Inner {
    state: State,
    in_flight: Arc<InFlight>,
    events_since_sweep: u32,
}

impl Sim {
    pub fn open(dir: &Path, base_url: &str, now: Now) -> Result<Sim, OpenError> {
        let base_url = parse_base_url(base_url)?;
        let lock = lock(dir)?;
        let path = dir.join("journal.jsonl");
        let (mut journal, events) = Journal::open::<Event>(&path)?;
        let lines = events.len();
        let mut state = State::first();
        for (at, event) in events.into_iter().enumerate() {
            state.apply(event).map_err(|source| OpenError::Replay { line: at + 1, source })?;
        }
        state.forget_expired(now());
        if lines > JOURNAL_LINES_MAX {
            drop(journal);
            Journal::rewrite(&path, &Event::Snapshot { state: Box::new(state.clone()) })?;
            journal = Journal::open::<Event>(&path)?.0;
        }
        Ok(Sim {
            base_url,
            key: SigningKey::open(&dir.join("login-key.der"))?,
            faults: Faults::default(),
            now,
            inner: Mutex::new(Inner { state, in_flight: Arc::default(), events_since_sweep: 0 }),
            journal,
            _lock: lock,
        })
    }

    /// Runs one step on the state and answers once what it saw and wrote is durable.
    pub async fn with<T, E: From<JournalFailed>>(
        &self,
        step: impl FnOnce(&mut Step<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (outcome, position) = {
            let mut inner = self.inner.lock().expect("a step that panicked leaves no state to go on with");
            let mut step_on = Step { inner: &mut inner, journal: &self.journal, now: (self.now)() };
            (step(&mut step_on), self.journal.head())
        };
        self.journal.durable(position).await?;
        outcome
    }
}

/// One look at the state, with the right to change it.
pub struct Step<'a> {
    inner: &'a mut Inner,
    journal: &'a Journal,
    pub now: Timestamp,
}

impl Step<'_> {
    pub fn state(&self) -> &State {
        &self.inner.state
    }

    /// Applies an event and queues it for the journal.
    pub fn record(&mut self, event: Event) {
        self.journal.append(&event);
        self.inner.state.apply(event).expect("an event is made from the state that it changes");
        self.inner.events_since_sweep += 1;
        if self.inner.events_since_sweep >= EVENTS_BETWEEN_SWEEPS {
            self.inner.events_since_sweep = 0;
            self.inner.state.forget_expired(self.now);
        }
    }

    /// Takes the payment for an approve or a cancel; `None` while another one has it.
    pub fn claim(&self, tid: &str) -> Option<Claim> {
        let mut taken = self.inner.in_flight.0.lock().expect("a set is never left half changed");
        taken
            .insert(tid.to_owned())
            .then(|| Claim { in_flight: Arc::clone(&self.inner.in_flight), tid: tid.to_owned() })
    }

    /// Whether an approve or a cancel of the payment is under way.
    pub fn is_claimed(&self, tid: &str) -> bool {
        self.inner.in_flight.0.lock().expect("a set is never left half changed").contains(tid)
    }
}

#[derive(Default)]
struct InFlight(Mutex<HashSet<String>>);

/// The right to be the only one who approves or cancels a payment; given back when dropped.
pub struct Claim {
    in_flight: Arc<InFlight>,
    tid: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.in_flight.0.lock().expect("a set is never left half changed").remove(&self.tid);
    }
}

fn parse_base_url(text: &str) -> Result<String, OpenError> {
    let refused = || OpenError::BaseUrl(text.to_owned());
    let url = Url::parse(text).map_err(|_| refused())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !bare {
        return Err(refused());
    }
    Ok(url.origin().ascii_serialization())
}

fn lock(dir: &Path) -> Result<File, OpenError> {
    let io = |source| OpenError::Dir { path: dir.to_owned(), source };
    std::fs::create_dir_all(dir).map_err(io)?;
    let file = File::create(dir.join("lock")).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Merchant;

    fn open(dir: &Path) -> Result<Sim, OpenError> {
        Sim::open(dir, "http://127.0.0.1:9", Box::new(|| Timestamp::UNIX_EPOCH))
    }

    #[test]
    fn a_directory_belongs_to_one() {
        let dir = tempfile::tempdir().unwrap();
        let first = open(dir.path()).unwrap();
        assert!(matches!(open(dir.path()), Err(OpenError::InUse { .. })));
        drop(first);
        assert!(open(dir.path()).is_ok());
    }

    #[test]
    fn a_base_url_is_an_origin() {
        for (text, expected) in [
            ("http://127.0.0.1:8081", Some("http://127.0.0.1:8081")),
            ("http://127.0.0.1:8081/", Some("http://127.0.0.1:8081")),
            ("http://kakao.localhost:80/x", None),
            ("127.0.0.1:8081", None),
            ("", None),
        ] {
            assert_eq!(parse_base_url(text).ok().as_deref(), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn a_long_journal_becomes_one_line_and_says_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let sim = open(dir.path()).unwrap();
        sim.with::<_, JournalFailed>(|step| {
            for number in 0..=JOURNAL_LINES_MAX {
                let merchant = Merchant { key: format!("sim-{number}"), name: "가게".into() };
                step.record(Event::MerchantRegistered { cid: format!("SIM{:07}", number % 100), merchant });
            }
            Ok(())
        })
        .await
        .unwrap();
        let before = sim.inner.lock().unwrap().state.clone();
        drop(sim);
        let sim = open(dir.path()).unwrap();
        assert_eq!(sim.inner.lock().unwrap().state, before);
        drop(sim);
        let lines = std::fs::read_to_string(dir.path().join("journal.jsonl")).unwrap().lines().count();
        assert_eq!(lines, 1);
        assert_eq!(open(dir.path()).unwrap().inner.lock().unwrap().state, before);
    }
}
