//! Files that must survive a power cut: written beside, flushed, renamed over, the directory
//! flushed. All of them are for the owner's eyes only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

const LOG_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Creates a directory and its parents, mode 0700 where new.
///
/// # Errors
/// As the file system says, naming the path.
pub fn create_dir(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| named(path, &error))
}

/// Replaces a file in one step, mode 0600.
///
/// # Errors
/// As the file system says, naming the path.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    let written = (|| {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_parent(path)
    })();
    written.map_err(|error| named(path, &error))
}

/// Writes a file unless it is there already. Returns whether it was written.
///
/// # Errors
/// As the file system says, naming the path.
pub fn write_new(path: &Path, content: impl FnOnce() -> Vec<u8>) -> io::Result<bool> {
    if path.exists() {
        return Ok(false);
    }
    write(path, &content()).map(|()| true)
}

/// Replaces a file by the JSON of `value`.
///
/// # Errors
/// As the file system says, naming the path.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(value).map_err(io::Error::other)?;
    text.push(b'\n');
    write(path, &text)
}

/// Reads a JSON file; `None` where it does not exist.
///
/// # Errors
/// Where it cannot be read or parsed, naming the path.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(named(path, &error)),
    };
    serde_json::from_slice(&text)
        .map(Some)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display())))
}

/// Reads a file of one line.
///
/// # Errors
/// As the file system says, naming the path.
pub fn read_line(path: &Path) -> io::Result<String> {
    fs::read_to_string(path).map(|text| text.trim().to_owned()).map_err(|error| named(path, &error))
}

/// Opens a log to append to; one that has grown too long is put aside first.
///
/// # Errors
/// As the file system says, naming the path.
pub fn open_log(path: &Path) -> io::Result<File> {
    let opened = (|| {
        if fs::metadata(path).is_ok_and(|about| about.len() > LOG_BYTES_MAX) {
            fs::rename(path, path.with_extension("log.1"))?;
        }
        OpenOptions::new().create(true).append(true).mode(0o600).open(path)
    })();
    opened.map_err(|error| named(path, &error))
}

/// Removes a file if it is there.
///
/// # Errors
/// As the file system says, naming the path.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => sync_parent(path).map_err(|error| named(path, &error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(named(path, &error)),
    }
}

/// Removes a directory in one step as far as an observer can tell: it is renamed away first, and
/// only then emptied. [`sweep`] finishes what a crash interrupted.
///
/// # Errors
/// As the file system says, naming the path.
pub fn remove_dir(path: &Path) -> io::Result<()> {
    let gone = doomed(path);
    match fs::rename(path, &gone) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(named(path, &error)),
    }
    sync_parent(path).map_err(|error| named(path, &error))?;
    fs::remove_dir_all(&gone).map_err(|error| named(&gone, &error))
}

/// Removes what interrupted removals and writes left behind in a directory.
///
/// # Errors
/// As the file system says, naming the path.
pub fn sweep(directory: &Path) -> io::Result<()> {
    let entries = fs::read_dir(directory).map_err(|error| named(directory, &error))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(".gone-") {
            fs::remove_dir_all(&path).map_err(|error| named(&path, &error))?;
        } else if name.starts_with(".new-") {
            fs::remove_file(&path).map_err(|error| named(&path, &error))?;
        }
    }
    Ok(())
}

fn beside(path: &Path) -> PathBuf {
    path.with_file_name(format!(".new-{}", path.file_name().unwrap_or_default().to_string_lossy()))
}

fn doomed(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".gone-{name}-{}", uuid::Uuid::new_v4().simple()))
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// An I/O error that says where, and what to do where that is known.
fn named(path: &Path, error: &io::Error) -> io::Error {
    let advice = match error.kind() {
        io::ErrorKind::StorageFull => ": the disk is full; free some space and start again",
        io::ErrorKind::PermissionDenied => ": not permitted; check who owns the directory",
        io::ErrorKind::ReadOnlyFilesystem => ": the file system is read-only; choose another --state",
        _ => "",
    };
    io::Error::new(error.kind(), format!("{}: {error}{advice}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_private() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("value.json");
        assert_eq!(read_json::<u32>(&path).unwrap(), None);
        write_json(&path, &7).unwrap();
        write_json(&path, &8).unwrap();
        assert_eq!(read_json::<u32>(&path).unwrap(), Some(8));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!write_new(&path, || b"9".to_vec()).unwrap());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left beside");
    }

    #[test]
    fn a_removal_that_was_interrupted_is_finished_by_a_sweep() {
        let directory = tempfile::tempdir().unwrap();
        let deal = directory.path().join("deal");
        create_dir(&deal.join("redis")).unwrap();
        remove_dir(&deal).unwrap();
        remove_dir(&deal).unwrap();
        create_dir(&directory.path().join(".gone-deal-1/redis")).unwrap();
        fs::write(directory.path().join(".new-value.json"), b"{").unwrap();
        sweep(directory.path()).unwrap();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_error_names_the_path() {
        let error = write(Path::new("/nowhere/at/all"), b"").unwrap_err().to_string();
        assert!(error.starts_with("/nowhere/at/all: "), "{error}");
    }
}
