//! A real `redis-server` in a folder of its own, killed when dropped. It keeps its data when it is
//! killed and started again. Its clock is right until it is moved.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use secrecy::SecretString;
use tempfile::TempDir;
use tenant_runtime::redis::Store;

use super::eventually;
use crate::redis_clock::RedisClock;

pub struct RedisServer {
    folder: TempDir,
    port: u16,
    process: Mutex<Option<Child>>,
    pub clock: RedisClock,
}

const PASSWORD: &str = "a-password-for-tests";

impl RedisServer {
    pub async fn start() -> RedisServer {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (folder, clock) = (tempfile::tempdir().unwrap(), RedisClock::right());
        let server = RedisServer { folder, port, process: Mutex::new(None), clock };
        server.start_again().await;
        server
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn password(&self) -> SecretString {
        PASSWORD.into()
    }

    pub async fn start_again(&self) {
        let process = self
            .clock
            .of(&mut Command::new("redis-server"))
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--requirepass", PASSWORD])
            .args(["--dir", self.folder.path().to_str().unwrap(), "--save", "", "--appendonly", "yes"])
            .args(["--appendfsync", "always", "--maxmemory-policy", "noeviction"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server must be installed");
        *self.process.lock().unwrap() = Some(process);
        eventually("redis answers", async || Store::connect(&self.address(), &self.password()).await.is_ok())
            .await;
    }

    /// As `kill -9` does.
    pub fn kill(&self) {
        if let Some(mut process) = self.process.lock().unwrap().take() {
            process.kill().expect("the server was running");
            process.wait().expect("a killed server ends");
        }
    }

    /// How much memory it may use, as `CONFIG SET maxmemory` takes it; 0 for as much as it likes.
    pub async fn limit_memory(&self, bytes: &str) {
        let store = Store::connect(&self.address(), &self.password()).await.unwrap();
        let mut command = redis::cmd("CONFIG");
        command.arg("SET").arg("maxmemory").arg(bytes);
        assert_eq!(store.read::<String>(&command).await.unwrap(), "OK");
    }

    /// How many commands it has carried out so far.
    pub async fn commands(&self) -> u64 {
        let store = Store::connect(&self.address(), &self.password()).await.unwrap();
        let info: String = store.read(redis::cmd("INFO").arg("stats")).await.unwrap();
        let line = info.lines().find_map(|line| line.strip_prefix("total_commands_processed:")).unwrap();
        line.parse().unwrap()
    }

    /// How many calls of one command it has seen so far.
    pub async fn calls(&self, command: &str) -> u64 {
        let store = Store::connect(&self.address(), &self.password()).await.unwrap();
        let info: String = store.read(redis::cmd("INFO").arg("commandstats")).await.unwrap();
        let line = info.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
        line.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
