//! The platform's directory: where everything lies, who may use it, and the ports and keys that were
//! chosen at the first start and are kept for good, because deals in flight have them written into
//! their configuration.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use control_plane_token::{KeyError, Keys};
use serde::{Deserialize, Serialize};

use crate::reach::Reach;
use crate::{files, ports, random};

/// The domain of the local platform; browsers resolve everything below it to this machine.
pub const DOMAIN: &str = "localhost";
/// The port of the edge where none was asked for.
pub const EDGE_PORT: u16 = 8080;

#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("{} is in use by another `bidd up`{}: stop that one (Ctrl-C, or `bidd down --state {}`) or choose another --state", .0.display(), holder(*.1), .0.display())]
    InUse(PathBuf, Option<i32>),
    #[error(
        "deals in flight have their addresses on port {kept}: start with `--port {kept}`, or wait until they have completed before moving to port {asked}"
    )]
    PortMoved { kept: u16, asked: u16 },
    #[error(transparent)]
    Port(#[from] ports::PortError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

fn holder(pid: Option<i32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

/// The directory, locked for as long as this value lives.
pub struct StateDir {
    layout: Layout,
    // Held, not read: the lock goes with the descriptor, also when the process is killed.
    _lock: File,
}

/// Where things lie below the directory.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// # Errors
    /// Where the directory cannot be created or resolved.
    pub fn create(root: &Path) -> io::Result<Layout> {
        files::create_dir(root)?;
        let layout = Layout { root: root.canonicalize()? };
        for directory in
            [layout.deals(), layout.time_deals(), layout.secrets(), layout.storage(), layout.kakao()]
        {
            files::create_dir(&directory)?;
        }
        Ok(layout)
    }

    /// The layout of a directory that exists already, or `None`.
    #[must_use]
    pub fn existing(root: &Path) -> Option<Layout> {
        root.canonicalize()
            .ok()
            .filter(|root| root.join("platform.json").exists())
            .map(|root| Layout { root })
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
    #[must_use]
    pub fn platform(&self) -> PathBuf {
        self.root.join("platform.json")
    }
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.root.join("platform.log")
    }
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.root.join("control-plane.sqlite")
    }
    #[must_use]
    pub fn deals(&self) -> PathBuf {
        self.root.join("deals")
    }
    #[must_use]
    pub fn time_deals(&self) -> PathBuf {
        self.root.join("timedeals")
    }
    #[must_use]
    pub fn secrets(&self) -> PathBuf {
        self.root.join("secrets")
    }
    #[must_use]
    pub fn storage(&self) -> PathBuf {
        self.root.join("s3")
    }
    #[must_use]
    pub fn kakao(&self) -> PathBuf {
        self.root.join("kakao")
    }
    #[must_use]
    pub fn seed(&self) -> PathBuf {
        self.root.join("seed.json")
    }
}

impl StateDir {
    /// Creates the directory where it is new, and takes it.
    ///
    /// # Errors
    /// Where another process has it, or the file system refuses.
    pub fn take(root: &Path) -> Result<StateDir, StateError> {
        let layout = Layout::create(root)?;
        let mut lock = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(layout.lock())?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StateError::InUse(root.to_path_buf(), read_pid(&mut lock)));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        lock.set_len(0)?;
        writeln!(lock, "{}", std::process::id())?;
        files::sweep(&layout.deals())?;
        files::sweep(&layout.time_deals())?;
        files::sweep(&layout.secrets())?;
        files::sweep(layout.root())?;
        Ok(StateDir { layout, _lock: lock })
    }

    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The ports and keys of this platform, chosen now if this is the first start.
    ///
    /// `port` is the edge's: `None` or 0 take the one in use so far; at the first start `None` means
    /// [`EDGE_PORT`] and 0 a free one.
    ///
    /// # Errors
    /// Where the edge's port would move under deals in flight, or the file system refuses.
    pub fn settings(&self, port: Option<u16>) -> Result<Settings, StateError> {
        let path = self.layout.platform();
        let Some(mut settings) = files::read_json::<Settings>(&path)? else {
            let settings = Settings::choose(port)?;
            files::write_json(&path, &settings)?;
            return Ok(settings);
        };
        let kept = settings.ports.edge;
        if let Some(asked) = port.filter(|&asked| asked != 0 && asked != kept) {
            if std::fs::read_dir(self.layout.deals())?.next().is_some() {
                return Err(StateError::PortMoved { kept, asked });
            }
            settings.ports.edge = asked;
            files::write_json(&path, &settings)?;
        }
        Ok(settings)
    }
}

/// The process that holds the lock, if somebody does.
///
/// # Errors
/// Where the lock file cannot be read.
pub fn lock_holder(layout: &Layout) -> io::Result<Option<i32>> {
    let mut lock = match OpenOptions::new().read(true).write(true).open(layout.lock()) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match lock.try_lock() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(read_pid(&mut lock)),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn read_pid(lock: &mut File) -> Option<i32> {
    let mut text = String::new();
    lock.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// `platform.json`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    pub ports: Ports,
    /// 64 hex digits: merchants' keys are sealed with it in the control plane's database.
    pub seal_key: String,
    /// The Ed25519 key that signs tokens, PKCS#8 PEM.
    pub token_key_pem: String,
    pub storage_access_key: String,
    pub storage_secret_key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ports {
    pub edge: u16,
    pub control_plane: u16,
    pub kakao: u16,
    pub storage: u16,
}

impl Settings {
    fn choose(port: Option<u16>) -> Result<Settings, StateError> {
        let mut free = ports::Chooser::default();
        let edge = match port {
            None => EDGE_PORT,
            Some(0) => free.next()?,
            Some(port) => port,
        };
        let ports = Ports { edge, control_plane: free.next()?, kakao: free.next()?, storage: free.next()? };
        Ok(Settings {
            ports,
            seal_key: random::hex(32),
            token_key_pem: Keys::generate()?.to_pem(),
            storage_access_key: random::hex(10),
            storage_secret_key: random::hex(20),
        })
    }

    /// The address of the control plane's listener, for the deals' runtimes.
    #[must_use]
    pub fn control_plane_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.control_plane)
    }

    #[must_use]
    pub fn kakao_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.kakao)
    }

    /// How people reach it.
    ///
    /// # Errors
    /// Never: a port and an address of this machine make URLs.
    pub fn reach(&self) -> anyhow::Result<Reach> {
        Reach::new(self.ports.edge, &self.kakao_url())
    }

    /// The address of one of the hosts behind the edge, as a browser sees it: `bidd`, `ddib` or
    /// `<slug>.ddib`.
    #[must_use]
    pub fn public_url(&self, host: &str) -> String {
        format!("http://{host}.{DOMAIN}:{}", self.ports.edge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_platform_in_the_same_directory_is_refused_by_name() {
        let directory = tempfile::tempdir().unwrap();
        let first = StateDir::take(directory.path()).unwrap();
        let refused = StateDir::take(directory.path()).err().expect("it is taken").to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        assert_eq!(lock_holder(first.layout()).unwrap(), i32::try_from(std::process::id()).ok());
        drop(first);
        let again = StateDir::take(directory.path()).expect("it is free again");
        drop(again);
    }

    #[test]
    fn ports_and_keys_are_chosen_once() {
        let directory = tempfile::tempdir().unwrap();
        let state = StateDir::take(directory.path()).unwrap();
        let first = state.settings(Some(0)).unwrap();
        let second = state.settings(Some(0)).unwrap();
        assert_eq!(first.ports, second.ports);
        assert_eq!(first.seal_key, second.seal_key);
        assert_eq!(first.token_key_pem, second.token_key_pem);
        assert_eq!(state.settings(Some(9999)).unwrap().ports.edge, 9999, "no deal is in flight");
        std::fs::create_dir(state.layout().deals().join("hanbit-20261124-1000")).unwrap();
        let refused = state.settings(Some(9998)).err().expect("a deal is in flight").to_string();
        assert!(refused.contains("--port 9999"), "{refused}");
    }
}
