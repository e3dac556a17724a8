//! A crowd in a waiting room whose processes are killed all the time, whose Redis is killed twice, and from
//! which people go away without a word. The processes are real ones. An auditor who knows nothing but
//! Redis and its clock looks on: places and rate are kept at every look, and the line only moves on.
//! Afterwards whoever was patient has been inside, on the place that they were given first.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use control_plane_telemetry::clock::Clock;
use crds::Prequeue;
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};
use tenant_runtime::redis::Store;
use tenant_runtime::redis::keys::Keys;
use tokio::task::JoinSet;

use crate::process::Process;
use crate::support::Deal;
use crate::support::deal::shopper_id;

const SHOPPERS: u32 = 120;
const PROCESSES: usize = 3;
const INSIDE_MAX: u32 = 6;
const PER_SECOND: u32 = 25;
const REDIS_DEATHS: u32 = 2;
/// How long anybody waits for their end.
const PATIENCE: Duration = Duration::from_secs(90);

/// What somebody means to do; fixed before anything happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// Waits, comes in, stays for a while and leaves.
    Patient { stays_ms: u64 },
    /// Comes in and goes away without a word: the place comes back when the pass runs out.
    Vanishes,
    /// Asks a few times, and then never again.
    Tires { asks: u32 },
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_everybody_keeps_their_place_and_nobody_is_let_in_too_soon() {
    let seed = std::env::var("DDIB_TEST_SEED").map_or(17, |seed| seed.parse().unwrap());
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let deal = Deal::new(SignedDuration::from_secs(3), |config| {
        config.prequeue = Prequeue::Draw;
        config.claim_seconds = 2;
        config.pass_seconds = 3;
        config.settings.admissions_per_second = PER_SECOND;
        config.settings.inside_max = INSIDE_MAX;
    })
    .await;
    let deal = Arc::new(deal);
    let doors = Arc::new(Doors::open(&deal).await);

    let over = Arc::new(AtomicBool::new(false));
    let auditor = tokio::spawn(audit(Arc::clone(&deal), Arc::clone(&over)));
    let mut crowd = JoinSet::new();
    for n in 0..SHOPPERS {
        let plan = match random.random_range(0..10) {
            0 => Plan::Vanishes,
            1 => Plan::Tires { asks: random.random_range(1..6) },
            _ => Plan::Patient { stays_ms: random.random_range(20..200) },
        };
        let arrives = Duration::from_millis(random.random_range(0..8_000));
        let visit = Visit::new(&deal, Arc::clone(&doors), n);
        crowd.spawn(async move {
            tokio::time::sleep(arrives).await;
            (plan, visit.walk(plan).await)
        });
    }
    let mut places = BTreeMap::new();
    let mut patient = 0;
    let everybody = async {
        while let Some(walked) = crowd.join_next().await {
            let (plan, went) = walked.unwrap();
            let place = places.insert(went.entrant, plan);
            assert!(place.is_none(), "seed {seed}: two have place {}", went.entrant);
            if matches!(plan, Plan::Patient { .. }) {
                assert!(went.was_inside, "seed {seed}: {} was never let in", went.entrant);
                patient += 1;
            }
        }
        over.store(true, Ordering::SeqCst);
    };
    let ((), deaths) = tokio::join!(everybody, strike(&deal, &doors, &over, random));
    let looks = auditor.await.unwrap();
    assert_eq!(places.keys().copied().collect::<Vec<_>>(), (1..=u64::from(SHOPPERS)).collect::<Vec<_>>());
    println!(
        "{patient} of {SHOPPERS} were patient; {deaths} processes died; the auditor looked {looks} times"
    );
    assert!(deaths >= 5 && looks > 100, "seed {seed}: {deaths} deaths, {looks} looks");
}

/// The processes that are up.
struct Doors {
    processes: Mutex<Vec<Process>>,
    bases: Mutex<Vec<String>>,
    files: tempfile::TempDir,
}

impl Doors {
    async fn open(deal: &Deal) -> Doors {
        let files = deal.write_files();
        let doors = Doors { processes: Mutex::default(), bases: Mutex::default(), files };
        for _ in 0..PROCESSES {
            doors.one_more(deal).await;
        }
        doors
    }

    async fn one_more(&self, deal: &Deal) {
        let process = Process::start(deal, &self.files).await;
        self.bases.lock().unwrap().push(process.base.clone());
        self.processes.lock().unwrap().push(process);
    }

    /// As `kill -9` does. Who was talking to it hears no answer.
    fn kill_one(&self, random: &mut StdRng) {
        let mut processes = self.processes.lock().unwrap();
        let chosen = random.random_range(0..processes.len());
        self.bases.lock().unwrap().remove(chosen);
        drop(processes.remove(chosen));
    }

    fn any(&self) -> String {
        self.bases.lock().unwrap().choose(&mut rand::rng()).expect("never are all of them down").clone()
    }
}

/// Kills one process after the other until the crowd has gone home, and Redis now and then.
async fn strike(deal: &Deal, doors: &Doors, over: &AtomicBool, mut random: StdRng) -> u32 {
    let mut deaths = 0;
    while !over.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(random.random_range(300..900))).await;
        doors.kill_one(&mut random);
        deaths += 1;
        if deaths % 6 == 3 && deaths / 6 < REDIS_DEATHS {
            deal.redis.kill();
            tokio::time::sleep(Duration::from_millis(random.random_range(50..400))).await;
            deal.redis.start_again().await;
        }
        doors.one_more(deal).await;
    }
    deaths
}

/// Looks at Redis again and again; returns how often it could.
async fn audit(deal: Arc<Deal>, over: Arc<AtomicBool>) -> u32 {
    const LOOK: &str = "local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local room = redis.call('HMGET', KEYS[1], 'opened', 'frontier', 'next', 'absent')
        return { now, redis.call('ZCOUNT', KEYS[2], now + 1, '+inf'), tonumber(room[1] or '0'),
          tonumber(room[2] or '0'), tonumber(room[3] or '0'), tonumber(room[4] or '0') }";
    let keys = Keys::new(&deal.config.deal);
    let mut command = redis::cmd("EVAL");
    command.arg(LOOK).arg(2).arg(keys.room()).arg(keys.passes());
    let (mut looks, mut before) = (0, 0);
    let mut store: Option<Store> = None;
    while !over.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(15)).await;
        let Some(known) = &store else {
            store = Store::connect(&deal.redis.address(), &deal.redis.password()).await.ok();
            continue;
        };
        let Ok(seen) = known.read::<Vec<i64>>(&command).await else {
            store = None;
            continue;
        };
        let [now, inside, opened, frontier, next, absent] = seen[..] else { panic!("{seen:?}") };
        assert!(inside <= i64::from(INSIDE_MAX), "{inside} are inside");
        assert!(
            before <= frontier && frontier <= next,
            "the frontier went from {before} to {frontier} of {next}"
        );
        if opened > 0 {
            // A second's worth in hand, and what no-shows gave back.
            let allowed = i64::from(PER_SECOND) * (now - opened + 1_000) / 1_000 + absent;
            assert!(frontier <= allowed, "{frontier} were called, and {allowed} may be");
        }
        (looks, before) = (looks + 1, frontier);
    }
    looks
}

/// What came of a visit.
struct Went {
    /// The order of arrival.
    entrant: u64,
    was_inside: bool,
}

struct Visit {
    doors: Arc<Doors>,
    origin: String,
    cookie: String,
    http: reqwest::Client,
    until: Instant,
}

impl Visit {
    fn new(deal: &Deal, doors: Arc<Doors>, n: u32) -> Visit {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
        let token = deal.token(shopper_id(n), Clock::system().now());
        let cookie = format!("shopper={token}");
        Visit { doors, origin: deal.config.origin.clone(), cookie, http, until: Instant::now() + PATIENCE }
    }

    async fn walk(mut self, plan: Plan) -> Went {
        let (entered, ticket) = self.insist("/queue/enter").await;
        self.cookie = format!("{}; {ticket}", self.cookie);
        let mut went = Went { entrant: entered["entrant"].as_u64().unwrap(), was_inside: false };
        let mut asked = 0;
        loop {
            asked += 1;
            if plan == (Plan::Tires { asks: asked }) {
                return went;
            }
            let position = self.look().await;
            assert_eq!(position["entrant"], json!(went.entrant), "the place is another one");
            if position["state"] == "called" || position["state"] == "inside" {
                let Some(()) = self.come_in().await else { continue };
                went.was_inside = true;
                if let Plan::Patient { stays_ms } = plan {
                    tokio::time::sleep(Duration::from_millis(stays_ms)).await;
                    self.insist("/queue/leave").await;
                }
                return went;
            }
            self.pause().await;
        }
    }

    async fn pause(&self) {
        assert!(Instant::now() < self.until, "waited {PATIENCE:?} in vain");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    /// Asks for the place until somebody answers.
    async fn look(&self) -> Value {
        loop {
            let url = format!("{}/queue/position", self.doors.any());
            if let Ok(answer) = self.http.get(url).header(COOKIE, &self.cookie).send().await
                && answer.status().is_success()
                && let Ok(position) = answer.json().await
            {
                return position;
            }
            self.pause().await;
        }
    }

    /// Nothing where it is not one's turn, or one's place was given to the next and none is free.
    async fn come_in(&self) -> Option<()> {
        let answer = self.post("/queue/pass").await.ok()?;
        if answer.status().is_success() {
            return Some(());
        }
        self.pause().await;
        None
    }

    /// Posts until it is done; returns the answer, and the cookie that came with it.
    async fn insist(&self, path: &str) -> (Value, String) {
        loop {
            if let Ok(answer) = self.post(path).await
                && answer.status().is_success()
            {
                let set = answer.headers().get(SET_COOKIE).and_then(|set| set.to_str().ok());
                let cookie = set.and_then(|set| set.split(';').next()).unwrap_or_default().to_owned();
                let body = answer.text().await.unwrap_or_default();
                return (serde_json::from_str(&body).unwrap_or(Value::Null), cookie);
            }
            self.pause().await;
        }
    }

    async fn post(&self, path: &str) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}{path}", self.doors.any());
        let request = self.http.post(url).header(ORIGIN, &self.origin).header(COOKIE, &self.cookie);
        request.json(&json!({})).send().await
    }
}
