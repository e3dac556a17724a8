//! A platform of its own, and a company with a deal on it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use control_plane_telemetry::clock::Clock;
use e2e_platform::client::{Ask, Jar, SignIn, Web};
use e2e_platform::harness::Harness;
use e2e_platform::seed::data::{Company, PaymentProvider, Product};
use e2e_platform::seed::pictures::Picture;
use e2e_platform::seed::portal::{Approved, Portal, Rental, Wanted};
use e2e_platform::state::Settings;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

/// Two platforms at once on two cores would only take turns.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// How long a state of the deal may take to come about before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// 김사장, the ready-made shop owner, and a shop that sells out before the crowd is served.
pub const SHOP: Company = Company {
    owner: "1001",
    name: "달빛책방",
    slug: "dalbit",
    business_number: "123-45-67891",
    representative: "김사장",
    mail_order_number: "제2025-서울종로-0101호",
    email: "owner@dalbit.example",
    phone: "02-720-0101",
    provider: PaymentProvider::KakaoPay,
    merchant_id: "DALBIT0001",
    merchant_key: "sim-dalbit",
    category: "living",
    products: [
        product("달빛 독서등", 150),
        product("리넨 책갈피 세트", 90),
        product("한지 노트 세 권", 60),
        product("책방 머그", 40),
    ],
};

/// The same shop, whose shoppers pay through Toss.
pub const SHOP_AT_TOSS: Company = Company {
    provider: PaymentProvider::Toss,
    merchant_id: "test_ck_dalbit",
    merchant_key: "test_sk_dalbit",
    ..SHOP
};

/// What [`SHOP`] has for sale, all in all.
pub const STOCK: u64 = 150 + 90 + 60 + 40;

const fn product(name: &'static str, stock: u32) -> Product {
    Product {
        name,
        description: "책 읽는 밤을 위한 물건이에요.",
        list_price: 20_000,
        price: 12_000,
        stock,
        per_shopper_max: 2,
        picture: Picture::MoodLamp,
    }
}

/// A running platform without demo data.
pub struct Stage {
    pub harness: Harness,
    _leftovers: Leftovers,
    pub state: TempDir,
    pub clock: Clock,
    _turn: MutexGuard<'static, ()>,
}

/// Stops what a failed test leaves behind: the deals' processes outlive their platform on purpose.
struct Leftovers(PathBuf);

impl Drop for Leftovers {
    fn drop(&mut self) {
        if let Ok(bidd) = program() {
            let _ = std::process::Command::new(bidd).args(["down", "--state"]).arg(&self.0).output();
        }
    }
}

impl Stage {
    pub async fn set() -> Result<Stage> {
        let turn = ONE_AT_A_TIME.lock().await;
        let state = tempfile::tempdir()?;
        let harness = Harness::start(&program()?, state.path(), false).await?;
        let _leftovers = Leftovers(state.path().to_path_buf());
        Ok(Stage { harness, _leftovers, state, clock: Clock::system(), _turn: turn })
    }

    /// The time on the calendar's grid, which is a second wide here.
    pub fn now(&self) -> Result<Timestamp> {
        Ok(Timestamp::from_second(self.clock.now().as_second())?)
    }

    pub fn settings(&self) -> Result<Settings> {
        self.harness.settings()
    }

    pub async fn owner(&self) -> Result<Approved<'static>> {
        self.owner_of(&SHOP).await
    }

    /// The owner of one of these shops, which is made where it is not there.
    pub async fn owner_of(&self, shop: &'static Company) -> Result<Approved<'static>> {
        let reach = self.settings()?.reach()?;
        Portal::sign_in(&reach, shop.owner).await?.company(&reach, shop).await
    }

    /// Rents a window that opens as soon as there is time to fill the shelves, pays for it, and fills the shelves.
    pub async fn rent(&self, owner: &mut Approved<'_>, length: SignedDuration) -> Result<Rental> {
        let opens_at = self.now()? + SignedDuration::from_secs(45);
        let wanted =
            || Wanted {
                title: "달빛 심야 서점", plan: "light", opens_at, closes_at: opens_at + length
            };
        let rental = owner.rental("달빛 심야 서점", wanted).await?;
        owner.products(&rental).await?;
        owner.until(&rental, &["scheduled", "running"], &self.clock, SignedDuration::from_secs(30)).await
    }

    /// How many pieces of the deal are left, as the deal's own page says.
    pub async fn left(&self) -> Result<u64> {
        let url = self.deal_url("/shop/deal")?;
        let deal: Value = self.web().json(&mut Jar::default(), &Ask::get(url)).await?;
        let products = deal["products"].as_array().context("no products")?;
        Ok(products.iter().filter_map(|product| product["left"].as_u64()).sum())
    }

    /// Waits until no more than `pieces` are left. A deal that does not answer is asked again.
    pub async fn until_left(&self, pieces: u64) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        let mut last = None;
        while Instant::now() < until {
            match self.left().await {
                Ok(left) if left <= pieces => return Ok(()),
                seen => last = Some(seen),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("waited for {pieces} pieces to be left, last saw {last:?}")
    }

    pub fn deal_url(&self, path: &str) -> Result<Url> {
        Ok(format!("{}{path}", self.settings()?.public_url("dalbit.ddib")).parse()?)
    }

    pub fn web(&self) -> Web {
        Web::new(std::net::Ipv4Addr::LOCALHOST.into(), 8)
    }

    /// Somebody who is signed in at one of the hosts.
    pub async fn visitor(&self, host: &str, person: &str) -> Result<Visitor> {
        let origin: Url = self.settings()?.public_url(host).parse()?;
        let web = self.web();
        let mut jar = Jar::default();
        SignIn { portal: &origin, person }.walk(&web, &mut jar).await?;
        Ok(Visitor { web, jar, origin })
    }

    /// The name of the one deal that has processes.
    pub fn only_deal(&self) -> Result<String> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.state.path().join("deals"))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        ensure!(names.len() == 1, "expected one deal, found {names:?}");
        names.pop().context("no deal")
    }

    /// Nothing of the deal is left on this machine.
    pub fn expect_torn_down(&self, deal: &str) -> Result<()> {
        let home = self.state.path().join("deals").join(deal);
        ensure!(!home.exists(), "{} is still there", home.display());
        Ok(())
    }
}

/// A person with cookies.
pub struct Visitor {
    pub web: Web,
    pub jar: Jar,
    pub origin: Url,
}

impl Visitor {
    pub async fn get(&mut self, path: &str) -> Result<Value> {
        let url = self.origin.join(path)?;
        Ok(self.web.json(&mut self.jar, &Ask::get(url)).await?)
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Result<Value> {
        let ask = Ask::post(self.origin.join(path)?, body).keyed(uuid::Uuid::new_v4().to_string());
        Ok(self.web.json(&mut self.jar, &ask).await?)
    }

    pub async fn patch(&mut self, path: &str, body: Value) -> Result<Value> {
        let ask = Ask::with(reqwest::Method::PATCH, self.origin.join(path)?, body);
        Ok(self.web.json(&mut self.jar, &ask).await?)
    }

    /// Asks until `wanted` says that it has come about.
    pub async fn until(&mut self, path: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        let until = Instant::now() + PATIENCE;
        loop {
            let seen = self.get(path).await?;
            if wanted(&seen) {
                return Ok(seen);
            }
            ensure!(Instant::now() < until, "{path} stayed {seen}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// `bidd` as `cargo build` leaves it, two folders above this test.
fn program() -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let bidd = this.parent().and_then(|deps| deps.parent()).context("no target directory")?.join("bidd");
    ensure!(bidd.exists(), "{} is not there: run `cargo build --workspace --bins` first", bidd.display());
    Ok(bidd)
}
