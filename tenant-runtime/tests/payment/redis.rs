//! A Redis of one test's own, configured as a deal's is. Its clock is right until it is moved.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use secrecy::SecretString;
use tempfile::TempDir;
use tenant_runtime::redis::Store;

use crate::redis_clock::RedisClock;

pub const PASSWORD: &str = "test-password";

pub struct Redis {
    process: Mutex<Child>,
    port: u16,
    folder: PathBuf,
    pub clock: RedisClock,
    /// Removed with the server.
    own: Option<TempDir>,
}

impl Redis {
    pub async fn start() -> Redis {
        let own = tempfile::tempdir().unwrap();
        let mut redis = Redis::start_in(own.path()).await;
        redis.own = Some(own);
        redis
    }

    pub async fn start_in(folder: &Path) -> Redis {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let clock = RedisClock::right();
        let process = Mutex::new(spawn(port, folder, &clock));
        let redis = Redis { process, port, folder: folder.to_path_buf(), clock, own: None };
        connect(&redis.address()).await;
        redis
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The power goes off, and comes back.
    pub async fn kill_and_restart(&self) {
        self.kill();
        *self.process.lock().unwrap() = spawn(self.port, &self.folder, &self.clock);
        connect(&self.address()).await;
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&self) -> bool {
        self.process.lock().unwrap().try_wait().unwrap().is_some()
    }

    fn kill(&self) {
        let mut process = self.process.lock().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
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
        self.kill();
    }
}

fn spawn(port: u16, folder: &Path, clock: &RedisClock) -> Child {
    clock
        .of(&mut Command::new("redis-server"))
        .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--requirepass", PASSWORD])
        .args(["--appendonly", "yes", "--appendfsync", "always", "--save", ""])
        .args(["--maxmemory-policy", "noeviction", "--dir"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is installed (Debian: apt install redis-server)")
}
