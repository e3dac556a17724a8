//! The executor with a real Redis. In place of the runtime stands a program that only sleeps: what
//! the runtime itself does is for the end-to-end tests.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crds::{
    Capacity, CompanyRef, Mode, Payment, PaymentProvider, Product, Roles, TimeDeal, TimeDealSpec,
    WaitingRoom, Window, Won,
};
use e2e_platform::edge::Routes;
use e2e_platform::executor::{ExecutorError, Processes, Programs};
use e2e_platform::process::Identity;
use e2e_platform::state::Layout;
use jiff::{SignedDuration, Timestamp};
use operator::{
    Desired, Executor as _, Platform, Presence, Replicas, RoleReplicas, RuntimeDesired, TossPlaces,
};
use rustix::process::{Pid, Signal, kill_process};
use tenant_runtime_core::config::IdentityConfig;

const NAME: &str = "hanbit-20261124-1000";

struct Nest {
    _directory: tempfile::TempDir,
    layout: Layout,
    programs: Programs,
}

impl Nest {
    fn new() -> Nest {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::create(&directory.path().join("state")).unwrap();
        let sleeper = directory.path().canonicalize().unwrap().join("tenant-runtime");
        fs::write(&sleeper, "#!/bin/sh\necho \"$DDIB_LISTEN $@\" >> started\nexec /bin/sleep 600\n").unwrap();
        fs::set_permissions(&sleeper, fs::Permissions::from_mode(0o755)).unwrap();
        let programs =
            Programs { redis_server: PathBuf::from("/usr/bin/redis-server"), tenant_runtime: sleeper };
        let secret = layout.secrets().join(NAME);
        fs::create_dir(&secret).unwrap();
        fs::write(secret.join("ledger-token"), "ledger").unwrap();
        fs::write(secret.join("merchant-key"), "merchant").unwrap();
        Nest { _directory: directory, layout, programs }
    }

    /// An executor as a start of the platform has it: with nothing in memory.
    fn executor(&self) -> Processes {
        // Nobody listens there: the ledger's head stays unknown.
        Processes::new(self.layout.clone(), self.programs.clone(), Routes::default(), "http://127.0.0.1:1")
    }

    fn home(&self) -> PathBuf {
        self.layout.deals().join(NAME)
    }

    fn process(&self, name: &str) -> Option<Identity> {
        let text = fs::read(self.home().join("processes.json")).ok()?;
        let all: BTreeMap<String, Identity> = serde_json::from_slice(&text).unwrap();
        all.get(name).cloned()
    }
}

fn deal(uid: &str) -> TimeDeal {
    let opens_at: Timestamp = "2026-11-24T01:00:00Z".parse().unwrap();
    let spec = TimeDealSpec {
        company: CompanyRef {
            id: uuid::Uuid::from_u128(1),
            slug: "hanbit".to_owned(),
            name: "한빛".to_owned(),
        },
        title: "원두".to_owned(),
        host: "hanbit.ddib.localhost".to_owned(),
        window: Window { opens_at, closes_at: opens_at + SignedDuration::from_mins(10) },
        warm_up_seconds: 20,
        capacity: Capacity {
            plan: "light".to_owned(),
            expected_shoppers: 100,
            admissions_per_second: 10,
            inside_max: 10,
        },
        roles: Roles::default(),
        waiting_room: WaitingRoom::default(),
        products: vec![Product {
            id: uuid::Uuid::from_u128(2),
            name: "원두".to_owned(),
            list_price: Won(2_000),
            price: Won(1_000),
            stock: 10,
            per_shopper_max: 2,
            image_url: String::new(),
        }],
        payment: Payment {
            provider: PaymentProvider::KakaoPay,
            merchant_id: "HANBIT0001".to_owned(),
            secret_ref: NAME.to_owned(),
            hold_seconds: 900,
        },
        restock_on_refund: false,
        paused: false,
        notice: String::new(),
        proof_of_work: None,
        withdrawn_links: Vec::new(),
        mode: Mode::Apply,
        retention_seconds: 60,
    };
    let mut deal = TimeDeal::new(NAME, spec);
    deal.metadata.uid = Some(uid.to_owned());
    deal
}

fn desired(deal: &TimeDeal) -> RuntimeDesired {
    let platform = Platform {
        scheme: "http".to_owned(),
        port: Some(8080),
        ledger_base_url: "http://127.0.0.1:1".to_owned(),
        kakaopay_base_url: "http://127.0.0.1:1".to_owned(),
        toss: TossPlaces::default(),
        identity: IdentityConfig {
            jwks: serde_json::json!({"keys": []}),
            issuer: "http://bidd.localhost:8080".to_owned(),
            sign_in_url: "http://ddib.localhost:8080/sign-in".to_owned(),
            orders_url: "http://ddib.localhost:8080/orders".to_owned(),
        },
    };
    let settings = operator::config::settings(&deal.spec, 1, false);
    let one = Replicas { min: 1, max: 1 };
    RuntimeDesired {
        config: operator::config::build(NAME, &deal.spec, deal.spec.window, settings, &platform),
        secret_ref: NAME.to_owned(),
        roles: RoleReplicas { queue: one, shop: one, payment: one },
        routed: false,
        frozen: false,
        seal: false,
    }
}

fn present(desired: &RuntimeDesired) -> Desired {
    Desired::Present(Box::new(desired.clone()))
}

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} did not happen within 20 seconds");
}

async fn until_redis_is_ready(executor: &Processes, deal: &TimeDeal) {
    until("a ready Redis", async || executor.observe(deal).await.unwrap().redis_ready.then_some(())).await;
}

#[tokio::test]
async fn a_deal_comes_up_survives_kills_and_a_restart_and_goes_without_a_trace() {
    let nest = Nest::new();
    let deal = deal("one");
    let wanted = desired(&deal);
    let executor = nest.executor();
    assert_eq!(executor.observe(&deal).await.unwrap().presence, Presence::Absent);

    executor.apply(&deal, &present(&wanted)).await.unwrap();
    executor.apply(&deal, &present(&wanted)).await.unwrap();
    until_redis_is_ready(&executor, &deal).await;
    let seen = executor.observe(&deal).await.unwrap();
    assert_eq!(seen.presence, Presence::Present { uid: "one".to_owned() });
    assert_eq!(seen.config.as_deref(), Some(&wanted.config));
    assert!(!seen.roles_ready.all() && seen.report.is_none() && seen.ledger.is_none());
    for (secret, mode) in [("deal-key", 0o600), ("redis-password", 0o600), ("merchant-key", 0o600)] {
        let about = fs::metadata(nest.home().join("secrets").join(secret)).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, mode, "{secret}");
    }

    // A killed Redis comes back by itself.
    let redis = nest.process("redis").expect("it is written down");
    kill_process(Pid::from_raw(redis.pid).unwrap(), Signal::KILL).unwrap();
    let again = until("another Redis", async || nest.process("redis").filter(|other| *other != redis)).await;
    until_redis_is_ready(&executor, &deal).await;

    // Another platform on the same directory adopts what runs and regenerates nothing.
    let key = fs::read(nest.home().join("secrets/deal-key")).unwrap();
    let runtime = until("a runtime", async || nest.process("runtime")).await;
    let next = nest.executor();
    next.apply(&deal, &present(&wanted)).await.unwrap();
    until_redis_is_ready(&next, &deal).await;
    assert_eq!(nest.process("redis").as_ref(), Some(&again));
    assert_eq!(nest.process("runtime").as_ref(), Some(&runtime));
    assert_eq!(fs::read(nest.home().join("secrets/deal-key")).unwrap(), key);

    // Only the last owner of the children is left when the end comes.
    drop(executor);
    next.apply(&deal, &Desired::Absent).await.unwrap();
    next.apply(&deal, &Desired::Absent).await.unwrap();
    assert_eq!(next.observe(&deal).await.unwrap().presence, Presence::Absent);
    assert_eq!(fs::read_dir(nest.layout.deals()).unwrap().count(), 0);
    until("the end of both", async || {
        (!again.is_alive().unwrap() && !runtime.is_alive().unwrap()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn another_deal_s_home_is_never_touched() {
    let nest = Nest::new();
    let (first, second) = (deal("one"), deal("two"));
    let executor = nest.executor();
    executor.apply(&first, &present(&desired(&first))).await.unwrap();
    until_redis_is_ready(&executor, &first).await;
    let refused = executor.apply(&second, &present(&desired(&second))).await;
    assert!(matches!(refused, Err(ExecutorError::Foreign(_))), "{refused:?}");
    let refused = executor.apply(&second, &Desired::Absent).await;
    assert!(matches!(refused, Err(ExecutorError::Foreign(_))), "{refused:?}");
    assert_eq!(
        executor.observe(&second).await.unwrap().presence,
        Presence::Present { uid: "one".to_owned() }
    );
    until_redis_is_ready(&executor, &first).await;
    executor.apply(&first, &Desired::Absent).await.unwrap();
}

#[tokio::test]
async fn a_new_document_restarts_the_runtime_and_a_missing_secret_stops_the_start() {
    let nest = Nest::new();
    let deal = deal("one");
    let executor = nest.executor();
    let mut wanted = desired(&deal);
    let secret = nest.layout.secrets().join(NAME).join("ledger-token");
    fs::rename(&secret, secret.with_extension("away")).unwrap();
    let refused = executor.apply(&deal, &present(&wanted)).await;
    assert!(matches!(refused, Err(ExecutorError::NoSecret(_))), "{refused:?}");
    fs::rename(secret.with_extension("away"), &secret).unwrap();

    executor.apply(&deal, &present(&wanted)).await.unwrap();
    let first = until("a runtime", async || nest.process("runtime")).await;
    wanted.config.title = "다른 제목".to_owned();
    executor.apply(&deal, &present(&wanted)).await.unwrap();
    let second =
        until("another runtime", async || nest.process("runtime").filter(|other| *other != first)).await;
    assert!(!first.is_alive().unwrap());
    // Its Redis stays.
    until_redis_is_ready(&executor, &deal).await;
    executor.stop_all().await.unwrap();
    assert!(!second.is_alive().unwrap());
    assert!(nest.home().join("redis").exists(), "the data is kept");
}
