//! A crowd: thousands of simulated shoppers who walk the whole road over HTTP, and a verdict that
//! compares what they saw with the gateway's and the ledger's books.
//!
//! The crowd knows nothing of the platform's inside: it could be pointed at any deployment whose
//! sign-in and gateway are the simulator.

mod books;
mod deal;
mod measure;
mod progress;
mod schedule;
mod shopper;
mod verdict;
mod window;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use control_plane_telemetry::clock::Clock;
use reqwest::Url;
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use self::deal::Deal;
use self::measure::Measures;
pub use self::measure::{Step, Times};
pub use self::schedule::{Behaviour, Mix, Schedule};
use self::shopper::Walk;
pub use self::verdict::{StepTimes, Verdict};
use crate::client::Web;

/// What a crowd is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// A company's slug, a deal's name, or `demo`: the deal that is open or opens next.
    pub deal: String,
    /// The edge.
    pub url: Url,
    pub mix: Mix,
    /// The same seed makes the same plans; `None` takes a random one.
    pub seed: Option<u32>,
    /// How many requests may be under way at once.
    pub connections: usize,
    /// How long a shopper bears with a platform that does not answer.
    pub patience: Duration,
    /// Whether to show how it goes.
    pub progress: bool,
}

impl Options {
    /// Sensible values for everything but the size.
    ///
    /// # Panics
    /// Never: the address is a constant.
    #[must_use]
    pub fn new(deal: &str, shoppers: u32, port: u16) -> Options {
        let url = format!("http://{}:{port}", Ipv4Addr::LOCALHOST);
        Options {
            deal: deal.to_owned(),
            url: url.parse().expect("an address and a port make a url"),
            mix: Mix { shoppers, within: Duration::from_secs(60), refund_percent: 2, walk_away_percent: 0 },
            seed: None,
            connections: 256,
            patience: Duration::from_secs(120),
            progress: false,
        }
    }
}

/// Sends the crowd, waits until everybody has gone home, and audits.
///
/// # Errors
/// Where the deal is not found or the books cannot be read; broken invariants are no error but part
/// of the verdict.
pub async fn run(options: &Options, clock: &Clock) -> anyhow::Result<Verdict> {
    let edge = options.url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    let edge = edge.context("--url must have an address, for instance http://127.0.0.1:8080")?;
    let port = options.url.port_or_known_default().context("--url must have a port")?;
    let web = Web::new(edge, options.connections);
    let seed = options.seed.unwrap_or_else(|| rand::random_range(1..schedule::SEEDS));
    let progress = progress::Progress::start(options.progress, options.mix.shoppers);
    progress.say(&format!("seed {seed}: --seed {seed} sends the same crowd again"));

    let deal = deal::find(&web, port, &options.deal, clock).await?;
    progress.say(&format!("{} ({}), opens {}", deal.title, deal.name, deal.opens_at));
    let products = deal::wait_until_up(&web, &deal, clock, &progress).await?;

    let schedule = Schedule::make(seed, options.mix);
    let measures = Arc::new(Measures::new(options.mix.shoppers));
    let walk = Arc::new(Walk {
        web: web.clone(),
        deal: deal.clone(),
        products: products.clone(),
        measures: Arc::clone(&measures),
        patience: options.patience,
    });
    let begin = Instant::now();
    let mut crowd = JoinSet::new();
    for shopper in schedule.shoppers {
        let walk = Arc::clone(&walk);
        crowd.spawn(async move {
            let arrives = begin + shopper.arrives_after;
            tokio::time::sleep_until(arrives).await;
            walk.shopper(&shopper, arrives).await
        });
    }
    let shown = progress.follow(Arc::clone(&measures));
    let mut outcomes = Vec::new();
    while let Some(outcome) = crowd.join_next().await {
        outcomes.push(outcome.context("a shopper's task failed, which is a bug of the crowd")?);
    }
    shown.abort();
    progress.say("everybody has gone home; comparing the books");
    let verdict = verdict::audit(&web, port, &deal, &products, seed, &outcomes, &measures).await?;
    progress.end();
    Ok(verdict)
}
