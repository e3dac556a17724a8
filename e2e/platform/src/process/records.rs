//! The file in which running children are written down, so that the next parent finds them.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;

use super::Identity;
use crate::files;

/// One `processes.json`: the name of a child to its identity.
pub struct Records {
    path: PathBuf,
    entries: Mutex<BTreeMap<String, Identity>>,
}

impl Records {
    /// Reads the file; an absent one is empty.
    ///
    /// # Errors
    /// Where it cannot be read or is not what this module writes.
    pub fn open(path: PathBuf) -> io::Result<Records> {
        let entries = files::read_json(&path)?.unwrap_or_default();
        Ok(Records { path, entries: Mutex::new(entries) })
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<Identity> {
        self.lock().get(name).cloned()
    }

    #[must_use]
    pub fn all(&self) -> Vec<(String, Identity)> {
        self.lock().iter().map(|(name, identity)| (name.clone(), identity.clone())).collect()
    }

    /// # Errors
    /// Where the file cannot be written.
    pub fn put(&self, name: &str, identity: &Identity) -> io::Result<()> {
        let mut entries = self.lock();
        entries.insert(name.to_owned(), identity.clone());
        files::write_json(&self.path, &*entries)
    }

    /// # Errors
    /// Where the file cannot be written.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        let mut entries = self.lock();
        if entries.remove(name).is_none() {
            return Ok(());
        }
        files::write_json(&self.path, &*entries)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Identity>> {
        self.entries.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
