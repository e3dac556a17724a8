//! The other way of setting the platform up: the books in a PostgreSQL outside of the cluster, whose
//! URL is in a secret that somebody else made, and Ingress as the edge. Afterwards the release is as
//! it was, with the keys that it had.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use crds::Phase;
use e2e_cluster::{Cluster, NODE_ADDRESS};
use e2e_platform::client::{Ask, Jar};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::platform::{NAMESPACE, Platform, install, until};
use crate::road::settled;
use crate::shops::COFFEE;

const WITH_DATABASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../setup/with-database");
const SECRET: &str = "keys-of-others";
const LENGTH: SignedDuration = SignedDuration::from_secs(90);
const SHOPPERS: u32 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_is_sold_with_the_books_in_postgresql_and_through_ingress() -> Result<()> {
    let Some(platform) = Platform::take().await? else { return Ok(()) };
    let database = Postgres::start().await?;
    let keys = secret(&platform.cluster, "bidd").await?;
    give_secret(&platform.cluster, &keys, &database.url).await?;

    let sold = sell(&platform, &database).await;
    // Whatever came of it, the next test finds the release as it was.
    install(&platform.cluster, &[]).await?;
    platform.cluster.kubectl(&["-n", NAMESPACE, "delete", "secret", SECRET]).await?;
    reached(&platform).await?;
    sold?;
    ensure!(secret(&platform.cluster, "bidd").await? == keys, "the release came back with other keys");
    Ok(())
}

async fn sell(platform: &Platform, database: &Postgres) -> Result<()> {
    let secret = format!("secrets.existing={SECRET}");
    let ingress = ["edge.kind=ingress", "edge.ingress.className=traefik"];
    install(&platform.cluster, &[ingress[0], ingress[1], "database.external=true", &secret]).await?;
    reached(platform).await?;

    let mut coffee = platform.rent(&COFFEE, "멀리 적는 원두", LENGTH).await?;
    let deal = coffee.deal.clone();
    platform.until_phase(&deal, Phase::Open).await?;
    let namespace = format!("ddib-{deal}");
    let routes = ["-n", &namespace, "get", "ingresses,httproutes", "-o", "name"];
    let routes = platform.cluster.kubectl(&routes).await?;
    ensure!(routes.trim() == "ingress.networking.k8s.io/deal", "the deal is reached by {routes}");

    let mut options = platform.crowd(COFFEE.slug, SHOPPERS, 31);
    options.mix.within = Duration::from_secs(10);
    let verdict = e2e_platform::crowd::run(&options, &platform.clock).await?;
    println!("{verdict}");
    ensure!(verdict.clean, "the books do not agree: {:?}", verdict.remarks);
    ensure!(verdict.gave_up == 0, "{} gave up: {:?}", verdict.gave_up, verdict.remarks);
    ensure!(verdict.bought > 0 && verdict.sold <= coffee.stock(), "{} were sold", verdict.sold);

    coffee.completed(&platform.clock).await?;
    settled(platform, &coffee).await?;
    platform.expect_gone(&deal).await?;
    let pieces = format!(
        "SELECT COALESCE(SUM(quantity), 0) FROM orders WHERE deal = '{deal}' AND state <> 'refunded'"
    );
    let pieces = database.ask(&pieces).await?;
    ensure!(pieces == verdict.sold.to_string(), "{pieces} pieces are in PostgreSQL, not {}", verdict.sold);
    // Its books are nowhere once the release is as it was.
    platform.delete_deal(&deal).await
}

/// The edge forwards to a platform that is ready.
async fn reached(platform: &Platform) -> Result<()> {
    until("the edge forwards to the platform", async || {
        for portal in ["bidd", "ddib"] {
            let ready = platform.reach.origin(portal)?.join("/readyz")?;
            platform.reach.web(1).ask(&mut Jar::default(), &Ask::get(ready)).await?.accepted()?;
        }
        Ok(())
    })
    .await
}

/// What is in a secret of the platform's namespace, encoded.
async fn secret(cluster: &Cluster, name: &str) -> Result<Value> {
    let found = cluster.kubectl(&["-n", NAMESPACE, "get", "secret", name, "-o", "json"]).await?;
    Ok(serde_json::from_str::<Value>(&found)?["data"].take())
}

/// The keys of the release and the database's URL, in a secret that is not the release's.
async fn give_secret(cluster: &Cluster, keys: &Value, database: &str) -> Result<()> {
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": SECRET, "namespace": NAMESPACE},
        "data": keys,
        "stringData": {"database-url": database},
    });
    cluster.apply(&secret.to_string()).await.map(drop)
}

/// A PostgreSQL at the node's address. It ends with its standard input, and leaves nothing behind.
struct Postgres {
    url: String,
    _server: Child,
}

impl Postgres {
    async fn start() -> Result<Postgres> {
        let mut server = Command::new(WITH_DATABASE)
            .args(["postgres", "sh", "-c", "echo \"$BIDD_TEST_DATABASE\"; exec cat"])
            .env("DATABASE_ADDRESS", NODE_ADDRESS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context(WITH_DATABASE)?;
        let mut said = BufReader::new(server.stdout.take().context("no standard output")?).lines();
        while let Some(line) = said.next_line().await? {
            if line.starts_with("postgres://") {
                let postgres = Postgres { url: line, _server: server };
                until("PostgreSQL answers", async || postgres.ask("SELECT 1").await.map(drop)).await?;
                return Ok(postgres);
            }
        }
        anyhow::bail!("no PostgreSQL came up: {}", server.wait().await?)
    }

    /// The one value that a query gives.
    async fn ask(&self, query: &str) -> Result<String> {
        let asked =
            Command::new("psql").args([self.url.as_str(), "-Atc", query]).output().await.context("psql")?;
        ensure!(asked.status.success(), "{query}: {}", String::from_utf8_lossy(&asked.stderr));
        Ok(String::from_utf8(asked.stdout)?.trim().to_owned())
    }
}
