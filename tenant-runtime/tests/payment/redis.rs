//! A Redis of one test's own, configured as a deal's is.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use secrecy::SecretString;
use tempfile::TempDir;
use tenant_runtime::redis::Store;

pub const PASSWORD: &str = "test-password";

pub struct Redis {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl Redis {
    pub async fn start() -> Redis {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = spawn(port, folder.path());
        let redis = Redis { process, port, folder };
        connect(&redis.address()).await;
        redis
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The power goes off, and comes back.
    pub async fn kill_and_restart(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.process = spawn(self.port, self.folder.path());
        connect(&self.address()).await;
    }
}

/// A connection, as soon as Redis takes one.
pub async fn connect(address: &str) -> Store {
    let password = SecretString::from(PASSWORD);
    for _ in 0..200 {
        if let Ok(store) = Store::connect(address, &password).await
            && store.ping().await.is_ok()
        {
            return store;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("redis-server did not come up at {address}");
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

fn spawn(port: u16, folder: &Path) -> Child {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--requirepass", PASSWORD])
        .args(["--appendonly", "yes", "--appendfsync", "always", "--save", ""])
        .args(["--maxmemory-policy", "noeviction", "--dir"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is installed (Debian: apt install redis-server)")
}
