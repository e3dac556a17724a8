//! The real things under load, each as a process of its own on a free loopback port: Redis, the
//! runtime of a deal, and the reference server. All are stopped when they are dropped.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use control_plane_telemetry::clock::Clock;
use control_plane_telemetry::shutdown::Shutdown;
use control_plane_token::{Issuer, Keys as TokenKeys};
use crds::{OnRefresh, PaymentProvider, Prequeue, Won};
use jiff::SignedDuration;
use tempfile::TempDir;
use tenant_runtime::config::{EnterRates, Role, read_secrets};
use tenant_runtime::redis::Store;
use tenant_runtime::redis::keys::Keys;
use tenant_runtime::state::{Ingredients, Runtime};
use tenant_runtime_core::config::{
    DealConfig, IdentityConfig, LedgerConfig, PaymentConfig, ProductSettings, Settings, secrets,
};
use uuid::Uuid;

use crate::load::{Connection, request};

const ISSUER: &str = "http://ddib.localhost";
const PASSWORD: &str = "bench-password";
/// How long a process may take to start, in seconds.
const START_SECONDS_MAX: u64 = 30;

/// Whether Redis makes a change durable before it answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    Always,
    Off,
}

struct Process(Child);

impl Process {
    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A Redis of its own.
pub struct Redis {
    _process: Process,
    pub port: u16,
    _dir: TempDir,
}

impl Redis {
    pub async fn start(durability: Durability) -> Result<Redis> {
        let dir = tempfile::tempdir()?;
        let port = free_port()?;
        let append = if durability == Durability::Always { "yes" } else { "no" };
        let child = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--port",
                &port.to_string(),
                "--requirepass",
                PASSWORD,
                "--save",
                "",
            ])
            .args(["--appendonly", append, "--appendfsync", "always", "--maxmemory-policy", "noeviction"])
            // As the operator starts it.
            .args(["--auto-aof-rewrite-min-size", "256mb", "--hash-max-listpack-value", "1024"])
            .arg("--dir")
            .arg(dir.path())
            .stdout(Stdio::null())
            .spawn()
            .context("starting redis-server; on Debian: apt-get install redis-server")?;
        let redis = Redis { _process: Process(child), port, _dir: dir };
        let client = redis::Client::open(redis.url())?;
        let deadline = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
        while client.get_multiplexed_async_connection().await.is_err() {
            if Instant::now() > deadline {
                bail!("redis-server did not answer on port {port}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(redis)
    }

    pub fn url(&self) -> String {
        format!("redis://:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    /// What `INFO memory` calls `used_memory`, in bytes.
    pub async fn used_memory(&self) -> Result<u64> {
        let mut connection = redis::Client::open(self.url())?.get_multiplexed_async_connection().await?;
        let text: String = redis::cmd("INFO").arg("memory").query_async(&mut connection).await?;
        let line = text.lines().find_map(|line| line.strip_prefix("used_memory:"));
        Ok(line.context("no used_memory")?.trim().parse()?)
    }

    /// How many scripts were called. (The commands inside of a script are counted as calls, too.)
    pub async fn scripts(&self) -> Result<u64> {
        let mut connection = redis::Client::open(self.url())?.get_multiplexed_async_connection().await?;
        let text: String = redis::cmd("INFO").arg("commandstats").query_async(&mut connection).await?;
        let line = text.lines().find_map(|line| line.strip_prefix("cmdstat_evalsha:calls="));
        let calls = line.and_then(|rest| rest.split(',').next()).context("no script was ever called")?;
        Ok(calls.parse()?)
    }

    /// How many calls of commands there have been, all in all, but for those of asking.
    pub async fn calls(&self) -> Result<u64> {
        let mut connection = redis::Client::open(self.url())?.get_multiplexed_async_connection().await?;
        let text: String = redis::cmd("INFO").arg("commandstats").query_async(&mut connection).await?;
        let mut sum = 0;
        for line in text.lines() {
            let Some((name, rest)) = line.strip_prefix("cmdstat_").and_then(|line| line.split_once(':'))
            else {
                continue;
            };
            // What a script does inside is one call from outside.
            if matches!(name, "evalsha" | "eval" | "fcall" | "get" | "set" | "hget" | "hset" | "zadd") {
                let calls = rest.strip_prefix("calls=").and_then(|rest| rest.split(',').next());
                sum += calls.and_then(|calls| calls.parse::<u64>().ok()).unwrap_or(0);
            }
        }
        Ok(sum)
    }
}

/// A reference server: this very program in another role.
pub struct Reference {
    _process: Process,
    pub address: SocketAddr,
}

impl Reference {
    /// `role` is `bare-axum` or `bare-epoll`.
    pub async fn start(role: &str) -> Result<Reference> {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let child = Command::new(std::env::current_exe()?).arg(role).arg(address.to_string()).spawn()?;
        let server = Reference { _process: Process(child), address };
        wait_for(address, "/healthz").await?;
        Ok(server)
    }
}

/// How many pieces there are of what runs out.
pub const SCARCE: u32 = 2_000;

/// What a deal's Redis says about a product and about all orders.
#[derive(Debug, Clone, Copy, Default)]
pub struct Books {
    pub total: u64,
    pub left: u64,
    pub held: u64,
    /// Orders that are neither paid nor released, of all products.
    pub open_holds: u64,
    /// Orders that recovery will look at, of all products.
    pub due: u64,
}

/// A deal that is open, with its runtime and its Redis.
pub struct Deal {
    process: Process,
    pub address: SocketAddr,
    pub redis: Redis,
    /// What does not run out.
    pub product: Uuid,
    /// Of which there are [`SCARCE`] pieces.
    pub scarce: Uuid,
    config: DealConfig,
    issuer: Issuer,
    clock: Clock,
    dir: TempDir,
}

impl Deal {
    pub const NAME: &str = "bench-20260101-1000";

    /// One with a place inside for everybody.
    pub async fn start(durability: Durability) -> Result<Deal> {
        Deal::start_changed(durability, |_| {}).await
    }

    /// One with so many places inside; everybody else waits.
    pub async fn start_with(durability: Durability, inside_max: u32) -> Result<Deal> {
        Deal::start_changed(durability, |config| config.settings.inside_max = inside_max).await
    }

    /// One that differs from the others as `change` says.
    pub async fn start_changed(durability: Durability, change: impl FnOnce(&mut DealConfig)) -> Result<Deal> {
        let redis = Redis::start(durability).await?;
        let dir = tempfile::tempdir()?;
        let keys = TokenKeys::generate()?;
        let clock = Clock::system();
        let (product, scarce) = (Uuid::new_v4(), Uuid::new_v4());
        write_secrets(dir.path())?;
        let config = dir.path().join("config.json");
        let mut document = deal_config(&clock, &keys, [(product, 100_000_000), (scarce, SCARCE)]);
        change(&mut document);
        std::fs::write(&config, serde_json::to_vec(&document)?)?;
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let log = std::fs::File::create(dir.path().join("runtime.log"))?;
        let child = Command::new(runtime_binary()?)
            .arg("all")
            .env("DDIB_CONFIG", &config)
            .env("DDIB_SECRETS", dir.path().join("secrets"))
            .env("DDIB_REDIS", format!("127.0.0.1:{}", redis.port))
            .env("DDIB_LISTEN", address.to_string())
            .env("BIDD_LOG", "error")
            // All load comes from one address.
            .env("DDIB_ENTER_PER_ADDRESS", "100000000")
            .env("DDIB_ENTER_PER_SHOPPER", "100000000")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("starting tenant-runtime")?;
        let issuer = Issuer::new(ISSUER, &keys);
        let process = Process(child);
        let deal = Deal { process, address, redis, product, scarce, config: document, issuer, clock, dir };
        wait_for(address, "/readyz").await?;
        Ok(deal)
    }

    /// Ends the runtime's process; Redis stays.
    pub fn end_process(&mut self) {
        self.process.end();
    }

    /// A runtime of this deal in this very process: the steps without HTTP and tokens around them.
    pub async fn runtime(&self) -> Result<Runtime> {
        let secrets = read_secrets(&self.dir.path().join("secrets"), Role::Queue)?;
        let address = format!("127.0.0.1:{}", self.redis.port);
        let store = Store::connect(&address, &secrets.redis_password).await?;
        let ingredients = Ingredients {
            role: Role::Queue,
            config: self.config.clone(),
            secrets,
            store,
            clock: self.clock.clone(),
            shutdown: Shutdown::manual(),
            enter_rates: EnterRates::default(),
        };
        Ok(Runtime::new(ingredients)?)
    }

    /// How one product and all orders stand in Redis.
    pub async fn books(&self, product: Uuid) -> Result<Books> {
        let keys = Keys::new(Deal::NAME);
        let mut connection =
            redis::Client::open(self.redis.url())?.get_multiplexed_async_connection().await?;
        let ((total, left, held), open_holds, due): ((u64, u64, u64), Option<u64>, u64) = redis::pipe()
            .atomic()
            .cmd("HMGET")
            .arg(keys.stock(product))
            .arg(&["total", "left", "held"])
            .hget(keys.books(), "open_holds")
            .zcard(keys.due())
            .query_async(&mut connection)
            .await?;
        Ok(Books { total, left, held, open_holds: open_holds.unwrap_or(0), due })
    }

    /// What the runtime's process has in memory, in kibibytes.
    pub fn resident_kib(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }

    /// New shoppers who are inside, put there by hand.
    pub async fn let_in(&self, shoppers: usize) -> Result<Vec<Uuid>> {
        let shoppers: Vec<Uuid> = (0..shoppers).map(|_| Uuid::new_v4()).collect();
        let until = self.config.closes_at.as_millisecond();
        let mut place = redis::cmd("ZADD");
        place.arg(Keys::new(Deal::NAME).passes());
        for shopper in &shoppers {
            place.arg(until).arg(shopper.as_bytes().as_slice());
        }
        let mut connection =
            redis::Client::open(self.redis.url())?.get_multiplexed_async_connection().await?;
        let _added: u64 = place.query_async(&mut connection).await?;
        Ok(shoppers)
    }

    /// The cookie header of a shopper who is signed in.
    pub fn shopper_cookie(&self) -> Result<String> {
        Ok(format!("Cookie: shopper={}", self.issuer.shopper(Uuid::new_v4(), "bench", self.clock.now())?))
    }

    /// Takes a shopper into the waiting room; returns the cookie header with the ticket.
    pub async fn enter(&self, connection: &mut Connection) -> Result<String> {
        let cookie = self.shopper_cookie()?;
        let answer = connection.ask(&request("POST", "/queue/enter", &[&cookie, ORIGIN], "{}")).await?;
        with_cookies(&cookie, &answer, "entering")
    }

    /// Takes shoppers through the waiting room together; returns a cookie header with ticket and
    /// pass for each.
    pub async fn admit(&self, connection: &mut Connection, shoppers: usize) -> Result<Vec<String>> {
        let mut cookies = Vec::with_capacity(shoppers);
        for _ in 0..shoppers {
            cookies.push(self.enter(connection).await?);
        }
        let deadline = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
        for cookie in &mut cookies {
            let answer = loop {
                let answer = connection.ask(&request("POST", "/queue/pass", &[cookie, ORIGIN], "{}")).await?;
                if answer.status != 409 || Instant::now() > deadline {
                    break answer;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            };
            *cookie = with_cookies(cookie, &answer, "being let in")?;
        }
        Ok(cookies)
    }
}

/// The origin that the bench deal is configured with.
pub const ORIGIN: &str = "Origin: http://bench.ddib.localhost";

fn with_cookies(cookie: &str, answer: &crate::load::Answer, what: &str) -> Result<String> {
    if !(200..300).contains(&answer.status) {
        bail!("{what} was refused with {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    let mut all = cookie.to_owned();
    for set in &answer.cookies {
        all.push_str("; ");
        all.push_str(set.split(';').next().unwrap_or_default());
    }
    Ok(all)
}

fn runtime_binary() -> Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("tenant-runtime");
    if !beside.exists() {
        bail!("{} is not there: build it with `cargo build --release -p tenant-runtime`", beside.display());
    }
    Ok(beside)
}

/// What the bench deal's tickets are signed with.
pub const DEAL_KEY: [u8; 32] = [0x1a; 32];

/// What the bench deal shows to the ledger, 32 times over.
pub const LEDGER_TOKEN_BYTE: &str = "3c";

fn write_secrets(dir: &Path) -> Result<()> {
    let dir = dir.join("secrets");
    std::fs::create_dir(&dir)?;
    let key = |byte: &str| byte.repeat(32);
    let values = BTreeMap::from([
        (secrets::DEAL_KEY, key(&format!("{:02x}", DEAL_KEY[0]))),
        (secrets::DRAW_SECRET, key("2b")),
        (secrets::REDIS_PASSWORD, PASSWORD.to_owned()),
        (secrets::LEDGER_TOKEN, key(LEDGER_TOKEN_BYTE)),
        (secrets::CONTROL_TOKEN, key("4d")),
        (secrets::MERCHANT_KEY, "bench".to_owned()),
    ]);
    for (name, value) in values {
        std::fs::write(dir.join(name), value)?;
    }
    Ok(())
}

fn deal_config(clock: &Clock, keys: &TokenKeys, products: [(Uuid, u32); 2]) -> DealConfig {
    let now = clock.now();
    let product = |(id, stock)| ProductSettings {
        id,
        name: "bench".to_owned(),
        list_price: Won(2000),
        price: Won(1000),
        stock,
        per_shopper_max: 100_000_000,
        image_url: String::new(),
    };
    DealConfig {
        deal: Deal::NAME.to_owned(),
        title: "bench".to_owned(),
        company_name: "bench".to_owned(),
        origin: "http://bench.ddib.localhost".to_owned(),
        opens_at: now - SignedDuration::from_mins(1),
        closes_at: now + SignedDuration::from_hours(2),
        prequeue: Prequeue::Fifo,
        on_refresh: OnRefresh::Keep,
        pass_seconds: 3600,
        claim_seconds: 3600,
        hold_seconds: 3600,
        restock_on_refund: false,
        payment: PaymentConfig {
            provider: PaymentProvider::KakaoPay,
            base_url: "http://127.0.0.1:1".to_owned(),
            merchant_id: "TC0ONETIME".to_owned(),
            script_url: None,
        },
        identity: IdentityConfig {
            jwks: keys.jwks(),
            issuer: ISSUER.to_owned(),
            sign_in_url: "http://ddib.localhost/sign-in".to_owned(),
            orders_url: "http://ddib.localhost/orders".to_owned(),
        },
        // Nothing listens there: the ledger is not on a shopper's path.
        ledger: LedgerConfig { base_url: "http://127.0.0.1:1".to_owned() },
        settings: Settings {
            generation: 1,
            paused: false,
            closed: false,
            admissions_per_second: 100_000,
            inside_max: 1_000_000,
            notice: String::new(),
            proof_of_work: None,
            withdrawn_links: Vec::new(),
            products: products.map(product).to_vec(),
        },
    }
}

async fn wait_for(address: SocketAddr, path: &str) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
    loop {
        if let Ok(mut connection) = Connection::open(address).await
            && let Ok(answer) = connection.ask(&request("GET", path, &[], "")).await
            && answer.status == 200
        {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("nothing answered {path} on {address} within {START_SECONDS_MAX} s");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
