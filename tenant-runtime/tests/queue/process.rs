//! The binary itself: what it says when it cannot start, how it stops, and that nothing is lost when
//! it is killed.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use reqwest::header::{COOKIE, ORIGIN};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::deal::shopper_id;
use crate::support::{Deal, eventually};

const BINARY: &str = env!("CARGO_BIN_EXE_tenant-runtime");

/// The binary at work, killed when dropped.
pub struct Process {
    child: Child,
    pub base: String,
    http: reqwest::Client,
}

impl Process {
    pub async fn start(deal: &Deal, files: &TempDir) -> Process {
        let port = free_port();
        let process = Process::spawn(deal, files, port, |_| {});
        eventually("the process is ready", async || process.status("/readyz").await == Some(200)).await;
        process
    }

    fn spawn(deal: &Deal, files: &TempDir, port: u16, more: impl FnOnce(&mut Command)) -> Process {
        let mut command = Command::new(BINARY);
        command
            .arg("all")
            .env("DDIB_CONFIG", files.path().join("config.json"))
            .env("DDIB_SECRETS", files.path().join("secrets"))
            .env("DDIB_REDIS", deal.redis.address())
            .env("DDIB_LISTEN", format!("127.0.0.1:{port}"))
            // Whole crowds come from one address.
            .env("DDIB_ENTER_PER_ADDRESS", "10000")
            .stderr(Stdio::null());
        more(&mut command);
        let child = command.spawn().unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Process { child, base: format!("http://127.0.0.1:{port}"), http }
    }

    async fn status(&self, path: &str) -> Option<u16> {
        self.http.get(format!("{}{path}", self.base)).send().await.ok().map(|answer| answer.status().as_u16())
    }

    /// Enters as a shopper with this token: the ticket's cookie, and the body.
    async fn enter(&self, deal: &Deal, token: &str) -> (String, Value) {
        let answer = self
            .http
            .post(format!("{}/queue/enter", self.base))
            .header(ORIGIN, &deal.config.origin)
            .header(COOKIE, format!("shopper={token}"))
            .json(&serde_json::json!({}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        (cookie, answer.json().await.unwrap())
    }

    async fn position(&self, ticket: &str) -> reqwest::Response {
        self.http.get(format!("{}/queue/position", self.base)).header(COOKIE, ticket).send().await.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails where the process has ended already, which is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_the_platforms_is_not_served_to_shoppers() {
    let deal = Deal::new(SignedDuration::from_secs(60), |_| {}).await;
    let files = deal.write_files();
    let internal = free_port();
    let shoppers = Process::spawn(&deal, &files, free_port(), |command| {
        command.env("DDIB_INTERNAL_LISTEN", format!("127.0.0.1:{internal}"));
    });
    let status = async |path: &str| {
        let answer = shoppers.http.get(format!("http://127.0.0.1:{internal}{path}")).send().await;
        answer.ok().map(|answer| answer.status().as_u16())
    };
    eventually("the process is ready", async || status("/readyz").await == Some(200)).await;
    // Without the token it is refused, but it is there.
    assert_eq!(status("/internal/report").await, Some(401));
    assert_eq!(status("/metrics").await, Some(200));
    assert_eq!(status("/queue/status").await, Some(404));
    assert_eq!(shoppers.status("/queue/status").await, Some(200));
    for path in ["/internal/report", "/internal/settings", "/healthz", "/readyz", "/metrics"] {
        assert_eq!(shoppers.status(path).await, Some(404), "{path}");
    }
}

#[test]
fn what_is_missing_is_named_in_one_line() {
    let run = |name: &str, value: Option<&str>| {
        let mut command = Command::new(BINARY);
        command.arg("all").env_clear();
        for (name, value) in [
            ("DDIB_CONFIG", "/nowhere/config.json"),
            ("DDIB_SECRETS", "/nowhere"),
            ("DDIB_REDIS", "127.0.0.1:1"),
            ("DDIB_LISTEN", "127.0.0.1:0"),
        ] {
            command.env(name, value);
        }
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        let output = command.output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    for name in ["DDIB_CONFIG", "DDIB_SECRETS", "DDIB_REDIS", "DDIB_LISTEN"] {
        let said = run(name, None);
        assert!(said.contains(&format!("{name} is not set")), "{said}");
    }
    let said = run("DDIB_REDIS", Some("nonsense"));
    assert!(said.contains("DDIB_REDIS=\"nonsense\" is not of the form host:port"), "{said}");
    let said = run("DDIB_CONFIG", Some("/nowhere/config.json"));
    assert!(said.contains("cannot read /nowhere/config.json"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_loses_nothing_and_a_stopped_one_drains() {
    let deal = Deal::new(SignedDuration::from_secs(60), |_| {}).await;
    let files = deal.write_files();
    let token = deal.token(shopper_id(1), control_plane_telemetry::clock::Clock::system().now());

    let mut first = Process::start(&deal, &files).await;
    let (ticket, entered) = first.enter(&deal, &token).await;
    assert_eq!(entered["state"], "before");
    first.child.kill().unwrap();
    first.child.wait().unwrap();

    let mut second = Process::start(&deal, &files).await;
    let position = second.position(&ticket).await;
    assert_eq!(position.status(), 200, "the ticket of a killed process counts");
    assert_eq!(second.enter(&deal, &token).await.1["entrant"], entered["entrant"]);
    assert_eq!(second.status("/healthz").await, Some(200));
    assert_eq!(second.status("/metrics").await, Some(200));

    let stream = second
        .http
        .get(format!("{}/queue/events", second.base))
        .header(COOKIE, &ticket)
        .send()
        .await
        .unwrap();
    let pid = second.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let told = tokio::time::timeout(Duration::from_secs(10), stream.text()).await.expect("the stream ends");
    assert!(told.unwrap().contains("event: position"));
    let stopping = Instant::now();
    let status = loop {
        if let Some(status) = second.child.try_wait().unwrap() {
            break status;
        }
        assert!(stopping.elapsed() < Duration::from_secs(15), "the process does not stop");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(status.success());
}
