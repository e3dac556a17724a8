//! The platform in the cluster: the chart as it is installed, and Kakao's simulator, a process of this
//! machine that pods reach at the node's address. One test at a time has it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use control_plane_telemetry::clock::Clock;
use crds::{Phase, TimeDeal, TimeDealStatus};
use e2e_cluster::{Cluster, EDGE_PORT};
use e2e_platform::client::{Ask, Jar};
use e2e_platform::crowd;
use e2e_platform::reach::Reach;
use e2e_platform::seed::data::Company;
use e2e_platform::seed::portal::{Approved, Portal, Rental, Wanted};
use jiff::{SignedDuration, Timestamp};
use kube::Api;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

pub const NAMESPACE: &str = "bidd";
pub const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../charts/bidd");
pub const VALUES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/values.yaml");
/// As `values.yaml` has it.
const KAKAO_PORT: u16 = 9090;
/// From renting to the opening: time for the shelves, and for the runtime to be created and warmed.
const LEAD: SignedDuration = SignedDuration::from_secs(75);

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(300);

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// The installed platform.
pub struct Platform {
    pub cluster: Cluster,
    pub deals: Api<TimeDeal>,
    pub reach: Reach,
    pub clock: Clock,
    _kakao: Child,
    _turn: MutexGuard<'static, ()>,
}

impl Platform {
    /// Installs the chart unless it is, and starts the simulator. `None` on somebody else's cluster,
    /// whose pods do not reach a process of this machine.
    pub async fn take() -> Result<Option<Platform>> {
        let turn = ONE_AT_A_TIME.lock().await;
        let cluster = Cluster::existing().await?;
        if !cluster.is_local() {
            println!("skipped: the pods of somebody else's cluster do not reach a simulator on this machine");
            return Ok(None);
        }
        let reach = Reach::new(EDGE_PORT, &format!("http://127.0.0.1:{KAKAO_PORT}"))?;
        let kakao = simulator(&cluster, &reach).await?;
        let begun = Instant::now();
        install(&cluster, &[]).await?;
        println!("the platform is installed and ready in {} s", begun.elapsed().as_secs());
        let deals = Api::all(cluster.client().await?);
        let platform = Platform { cluster, deals, reach, clock: Clock::system(), _kakao: kakao, _turn: turn };
        until("the edge forwards to the platform", async || {
            let ready = platform.reach.origin("ddib")?.join("/readyz")?;
            platform.reach.web(1).ask(&mut Jar::default(), &Ask::get(ready)).await?.accepted()?;
            Ok(())
        })
        .await?;
        Ok(Some(platform))
    }

    /// The time on the calendar's grid, which is a second wide here.
    pub fn now(&self) -> Result<Timestamp> {
        Ok(Timestamp::from_second(self.clock.now().as_second())?)
    }

    /// Rents a window that opens as soon as a runtime can be there, pays for it, and fills the shelves.
    pub async fn rent(
        &self,
        company: &'static Company,
        title: &str,
        length: SignedDuration,
    ) -> Result<Rented> {
        let mut owner =
            Portal::sign_in(&self.reach, company.owner).await?.company(&self.reach, company).await?;
        let rental = self.book(&mut owner, title, length).await?;
        owner.products(&rental).await?;
        let rental = owner
            .until(&rental, &["scheduled", "running"], &self.clock, SignedDuration::from_secs(30))
            .await?;
        let deal = rental.deal.as_ref().context("the rental has no deal")?.name.clone();
        Ok(Rented { owner, rental, deal, company })
    }

    /// The first window that is free: behind a deal the calendar keeps some time, and an earlier test's may
    /// have ended just now.
    async fn book(
        &self,
        owner: &mut Approved<'static>,
        title: &str,
        length: SignedDuration,
    ) -> Result<Rental> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let opens_at = self.now()? + LEAD;
            // A title is rented once: a test may run again on the same cluster.
            let title = format!("{title} ({})", opens_at.strftime("%H:%M:%S"));
            let title = title.as_str();
            let wanted = || Wanted { title, plan: "light", opens_at, closes_at: opens_at + length };
            match owner.rental(title, wanted).await {
                Err(taken) if taken.to_string().contains("window_taken") && Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                booked => return booked,
            }
        }
    }

    /// A crowd for one of the deals, to be changed before it is sent.
    pub fn crowd(&self, slug: &str, shoppers: u32, seed: u32) -> crowd::Options {
        let mut options = crowd::Options::new(slug, shoppers, self.reach.edge_port());
        options.seed = Some(seed);
        options
    }

    /// The status of a deal; a deal without one is as good as new.
    pub async fn status(&self, deal: &str) -> Result<TimeDealStatus> {
        Ok(self.deals.get(deal).await?.status.unwrap_or_default())
    }

    /// Waits until a deal has come to a phase, or past it.
    pub async fn until_phase(&self, deal: &str, phase: Phase) -> Result<TimeDealStatus> {
        let mut seen = None;
        until(&format!("{deal} is {phase}"), async || {
            let status = self.status(deal).await?;
            ensure!(status.phase >= phase, "it is {}: {:?}", status.phase, status.conditions);
            seen = Some(status);
            Ok(())
        })
        .await?;
        seen.context("no status was seen")
    }

    /// Waits until no more than so many pieces are left at a company's deal.
    pub async fn until_left(&self, slug: &str, pieces: u64) -> Result<()> {
        until(&format!("{pieces} pieces are left at {slug}"), async || {
            let url = self.reach.origin(&format!("{slug}.ddib"))?.join("/shop/deal")?;
            let deal: serde_json::Value = self.reach.web(1).json(&mut Jar::default(), &Ask::get(url)).await?;
            let products = deal["products"].as_array().context("no products")?;
            let left: u64 = products.iter().filter_map(|product| product["left"].as_u64()).sum();
            ensure!(left <= pieces, "{left} are left");
            Ok(())
        })
        .await
    }

    /// Nothing that is labelled with the deal, or carries its name, exists anywhere in the cluster or on
    /// the node; a volume is the provisioner's to remove once its namespace is gone.
    pub async fn expect_gone(&self, deal: &str) -> Result<()> {
        until(&format!("nothing of {deal} is left"), async || self.is_gone(deal).await).await
    }

    async fn is_gone(&self, deal: &str) -> Result<()> {
        let kinds = self.cluster.kubectl(&["api-resources", "--verbs=list", "-o", "name"]).await?;
        let kinds: Vec<&str> = kinds.lines().filter(|kind| !kind.contains("metrics.k8s.io")).collect();
        ensure!(kinds.contains(&"persistentvolumes") && kinds.len() > 30, "{kinds:?}");
        let label = format!("bidd.io/deal={deal}");
        let all = kinds.join(",");
        let labelled = ["get", &all, "--all-namespaces", "-l", &label, "-o", "name"];
        let left = self.cluster.kubectl(&labelled).await?;
        ensure!(left.trim().is_empty(), "of {deal} there is still: {left}");
        let inside =
            self.cluster.kubectl(&["get", "pv", "-o", "jsonpath={.items[*].spec.claimRef.namespace}"]);
        ensure!(!inside.await?.contains(deal), "a volume of {deal} is still there");
        for entry in std::fs::read_dir(self.cluster.volumes())? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            ensure!(!name.contains(deal), "{name} is still on the node");
        }
        Ok(())
    }
}

/// A company's rental, and the deal that the control plane made of it.
pub struct Rented {
    pub owner: Approved<'static>,
    pub rental: Rental,
    pub deal: String,
    pub company: &'static Company,
}

impl Rented {
    /// Waits until the portal says that the rental is over and settled.
    pub async fn completed(&mut self, clock: &Clock) -> Result<()> {
        let patience = SignedDuration::try_from(PATIENCE)?;
        self.owner.until(&self.rental, &["completed"], clock, patience).await.map(drop)
    }

    /// What the company has for sale, all in all.
    pub fn stock(&self) -> u64 {
        self.company.products.iter().map(|product| u64::from(product.stock)).sum()
    }
}

/// Installs or upgrades the release, and waits until it is ready.
pub async fn install(cluster: &Cluster, set: &[&str]) -> Result<String> {
    let mut arguments = vec!["upgrade", "--install", "bidd", CHART, "--namespace", NAMESPACE];
    arguments.extend(["--create-namespace", "--values", VALUES, "--wait", "--timeout", "5m"]);
    for value in set {
        arguments.extend(["--set", value]);
    }
    cluster.helm(&arguments).await
}

/// Starts the simulator on what it knew before, and waits until it answers. It ends with the test.
async fn simulator(cluster: &Cluster, reach: &Reach) -> Result<Child> {
    let directory = cluster.layout().root().join("kakao");
    std::fs::create_dir_all(&directory)?;
    let log = std::fs::File::create(directory.join("log"))?;
    let mut command = Command::new(program("kakao-sim")?);
    command
        .args([
            "--listen",
            &format!("0.0.0.0:{KAKAO_PORT}"),
            "--base-url",
            reach.kakao().as_str().trim_end_matches('/'),
        ])
        .arg("--dir")
        .arg(&directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true);
    let child = command.spawn().context("the Kakao simulator")?;
    until("the simulator answers", async || {
        let keys = reach.kakao().join("/.well-known/jwks.json")?;
        reach.web(1).ask(&mut Jar::default(), &Ask::get(keys)).await?.accepted()?;
        Ok(())
    })
    .await?;
    Ok(child)
}

/// A program as `cargo build` leaves it, two folders above this test.
pub fn program(name: &str) -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let path = this.parent().and_then(|deps| deps.parent()).context("no target directory")?.join(name);
    ensure!(path.exists(), "{} is not there: run `cargo build --workspace --bins` first", path.display());
    Ok(path)
}

/// Asks until it has come about.
pub async fn until(what: &str, mut check: impl AsyncFnMut() -> Result<()>) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while let Err(seen) = check().await {
        if Instant::now() >= deadline {
            return Err(seen).with_context(|| format!("not within {PATIENCE:?}: {what}"));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
