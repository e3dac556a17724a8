//! The object store where there is no S3: one file an object, below a directory on a volume.

use std::io;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

/// Keys are ours, never a client's: they are taken for paths as they are.
#[derive(Clone)]
pub struct Directory(PathBuf);

impl Directory {
    #[must_use]
    pub fn new(path: &Path) -> Directory {
        Directory(path.to_owned())
    }

    /// Stores an object whole or not at all: it appears under its name once it is on the disk.
    pub async fn put(&self, key: &str, content: Bytes) -> io::Result<()> {
        let path = self.0.join(key);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).await?;
        }
        let partial = path.with_extension("partial");
        let mut file = fs::File::create(&partial).await?;
        file.write_all(&content).await?;
        file.sync_all().await?;
        fs::rename(&partial, &path).await
    }

    pub async fn get(&self, key: &str) -> io::Result<Option<Bytes>> {
        match fs::read(self.0.join(key)).await {
            Ok(content) => Ok(Some(content.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_put_is_there_after_a_restart_and_nothing_else_is() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("objects");
        let directory = Directory::new(&root);
        assert_eq!(directory.get("images/1").await.unwrap(), None);
        for content in ["first", "second"] {
            directory.put("images/1", Bytes::from_static(content.as_bytes())).await.unwrap();
            let found = Directory::new(&root).get("images/1").await.unwrap();
            assert_eq!(found.as_deref(), Some(content.as_bytes()));
        }
        let files = std::fs::read_dir(root.join("images")).unwrap().count();
        assert_eq!(files, 1, "no partial file stays behind");
    }

    #[tokio::test]
    async fn a_directory_that_cannot_be_written_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(Directory::new(file.path()).put("images/1", Bytes::new()).await.is_err());
    }
}
