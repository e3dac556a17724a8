//! The append-only file behind the simulator: one JSON event a line.
//!
//! A line counts once it is on disk. One thread writes; whatever arrived while it was syncing goes out together with
//! the next sync, so that many waiting requests share one `fsync`. It knows nothing of what the events mean.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::sync::watch;

/// Why a journal could not be opened.
#[derive(Debug, Error)]
pub enum JournalError {
    #[error("cannot use the journal {path}")]
    Io { path: PathBuf, source: io::Error },
    #[error("line {line} of the journal {path} is damaged; move the file away to start afresh")]
    Damaged { path: PathBuf, line: usize, source: serde_json::Error },
}

/// The journal stopped taking writes (a full disk, usually); nothing after that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the journal takes no more writes")]
pub struct JournalFailed;

/// How far the writing has come. Positions count the lines appended since the opening.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    durable: u64,
    failed: bool,
}

#[derive(Default)]
struct Queue {
    pending: Vec<u8>,
    appended: u64,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    progress: watch::Sender<Progress>,
}

/// An open journal. Dropping it writes what is pending and ends the thread.
pub struct Journal {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

impl Journal {
    /// Reads every whole event of the file, cuts off a torn last line, and starts the writer behind it.
    pub fn open<E: DeserializeOwned>(path: &Path) -> Result<(Journal, Vec<E>), JournalError> {
        let io = |source| JournalError::Io { path: path.to_owned(), source };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(io)?;
        let (events, length) = read_events(path, &file)?;
        file.set_len(length).map_err(io)?;
        file.seek(SeekFrom::Start(length)).map_err(io)?;
        sync_parent(path).map_err(io)?;
        Ok((Journal::start(file, path.to_owned()).map_err(io)?, events))
    }

    /// Replaces the file by one that holds only `event`, atomically. Call it before [`Journal::open`].
    pub fn rewrite<E: Serialize>(path: &Path, event: &E) -> Result<(), JournalError> {
        let io = |source| JournalError::Io { path: path.to_owned(), source };
        let next = path.with_extension("next");
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next).map_err(io)?;
        file.write_all(&line(event)).map_err(io)?;
        file.sync_all().map_err(io)?;
        std::fs::rename(&next, path).map_err(io)?;
        sync_parent(path).map_err(io)
    }

    fn start(file: File, path: PathBuf) -> io::Result<Journal> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            wake: Condvar::new(),
            progress: watch::Sender::new(Progress::default()),
        });
        let writer = {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name("kakao-journal".into())
                .spawn(move || write(&shared, file, &path))?
        };
        Ok(Journal { shared, writer: Some(writer) })
    }

    /// Queues an event behind all earlier ones; it is durable once [`Journal::durable`] says so.
    pub fn append<E: Serialize>(&self, event: &E) {
        let bytes = line(event);
        let mut queue = self.shared.queue.lock().expect("the journal's queue is never left half done");
        queue.pending.extend_from_slice(&bytes);
        queue.appended += 1;
        drop(queue);
        self.shared.wake.notify_one();
    }

    /// The position behind the last appended event.
    pub fn head(&self) -> u64 {
        self.shared.queue.lock().expect("the journal's queue is never left half done").appended
    }

    /// Waits until everything before `position` is on disk.
    pub async fn durable(&self, position: u64) -> Result<(), JournalFailed> {
        let mut progress = self.shared.progress.subscribe();
        let reached = progress.wait_for(|p| p.durable >= position || p.failed).await;
        match reached {
            Ok(progress) if progress.durable >= position => Ok(()),
            Ok(_) | Err(_) => Err(JournalFailed),
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.queue.lock().expect("the journal's queue is never left half done").closed = true;
        self.shared.wake.notify_one();
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the journal's writer panicked");
        }
    }
}

/// The writer's loop: take everything pending, write, sync, say so; ends when closed and empty, or on an error.
fn write(shared: &Shared, mut file: File, path: &Path) {
    loop {
        let (bytes, position) = {
            let queue = shared.queue.lock().expect("the journal's queue is never left half done");
            let mut queue = shared
                .wake
                .wait_while(queue, |q| q.pending.is_empty() && !q.closed)
                .expect("the journal's queue is never left half done");
            if queue.pending.is_empty() {
                return;
            }
            (std::mem::take(&mut queue.pending), queue.appended)
        };
        if let Err(error) = file.write_all(&bytes).and_then(|()| file.sync_data()) {
            tracing::error!(%error, path = %path.display(), "cannot write the journal; every request fails from now on");
            shared.progress.send_modify(|p| p.failed = true);
            return;
        }
        shared.progress.send_modify(|p| p.durable = position);
    }
}

fn line<E: Serialize>(event: &E) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(event).expect("events are plain data");
    bytes.push(b'\n');
    bytes
}

/// The whole events of the file and the length that they take. A last line without its end was never acknowledged.
fn read_events<E: DeserializeOwned>(path: &Path, file: &File) -> Result<(Vec<E>, u64), JournalError> {
    let mut reader = BufReader::new(file);
    let (mut events, mut length, mut bytes) = (Vec::new(), 0_u64, Vec::new());
    loop {
        bytes.clear();
        reader
            .read_until(b'\n', &mut bytes)
            .map_err(|source| JournalError::Io { path: path.to_owned(), source })?;
        if bytes.last() != Some(&b'\n') {
            return Ok((events, length));
        }
        let event = serde_json::from_slice(&bytes).map_err(|source| JournalError::Damaged {
            path: path.to_owned(),
            line: events.len() + 1,
            source,
        })?;
        events.push(event);
        length += bytes.len() as u64;
    }
}

/// Makes the directory's entry of `path` durable.
fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_journal_cut_anywhere_gives_its_whole_lines_and_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let (journal, events) = Journal::open::<String>(&path).unwrap();
        assert!(events.is_empty());
        for text in ["하나", "둘", "셋"] {
            journal.append(&text);
        }
        journal.durable(journal.head()).await.unwrap();
        drop(journal);

        let whole = std::fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let lines = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
            let (journal, events) = Journal::open::<String>(&path).unwrap();
            assert_eq!(events.len(), lines, "cut at {cut}");
            journal.append(&"넷");
            drop(journal);
            let (_journal, events) = Journal::open::<String>(&path).unwrap();
            assert_eq!(events.len(), lines + 1, "cut at {cut}");
            assert_eq!(events.last().map(String::as_str), Some("넷"));
        }
    }

    #[test]
    fn a_damaged_line_in_the_middle_is_refused_by_number() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        std::fs::write(&path, "\"하나\"\nnot json\n\"셋\"\n").unwrap();
        let error = Journal::open::<String>(&path).err().unwrap();
        assert!(matches!(error, JournalError::Damaged { line: 2, .. }), "{error}");
    }

    #[tokio::test]
    async fn a_rewritten_journal_holds_the_one_event() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        std::fs::write(&path, "\"하나\"\n\"둘\"\n").unwrap();
        Journal::rewrite(&path, &"전부").unwrap();
        let (_journal, events) = Journal::open::<String>(&path).unwrap();
        assert_eq!(events, ["전부"]);
    }

    #[tokio::test]
    async fn a_full_disk_fails_the_waiting_and_everyone_after() {
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let journal = Journal::start(file, "/dev/full".into()).unwrap();
        journal.append(&"하나");
        assert_eq!(journal.durable(1).await, Err(JournalFailed));
        journal.append(&"둘");
        assert_eq!(journal.durable(2).await, Err(JournalFailed));
    }
}
