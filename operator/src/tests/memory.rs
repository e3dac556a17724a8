//! Deals and runtimes in memory, with faults, and with a record of what was done in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use control_plane_telemetry::clock::Clock;
use crds::{
    Capacity, CompanyRef, Mode, Payment, PaymentProvider, Phase, Product, Roles, TimeDeal, TimeDealSpec,
    TimeDealStatus, WaitingRoom, Window, Won,
};
use jiff::{SignedDuration, Timestamp};
use operator_core::{
    Context, Desired, FINALIZER, Limits, Notice, Observed, Platform, Presence, RolesReady, RuntimeDesired,
    TossPlaces,
};
use tenant_runtime_core::config::{DealConfig, IdentityConfig};
use tenant_runtime_core::report::Report;
use tokio::sync::watch;

use crate::{Deals, Executor};

pub fn at(seconds: i64) -> Timestamp {
    let opens_at: Timestamp = "2026-12-01T01:00:00Z".parse().expect("an instant");
    opens_at + SignedDuration::from_secs(seconds)
}

/// A deal that opens so many seconds after the common opening, and lasts ten minutes.
pub fn deal(name: &str, opens: i64) -> TimeDeal {
    let spec = TimeDealSpec {
        company: CompanyRef { id: uuid::Uuid::from_u128(1), slug: "moa".into(), name: "모아리빙".into() },
        title: "하루 특가".into(),
        host: "moa.ddib.localhost".into(),
        window: Window { opens_at: at(opens), closes_at: at(opens + 600) },
        warm_up_seconds: 60,
        capacity: Capacity {
            plan: "light".into(),
            expected_shoppers: 100,
            admissions_per_second: 10,
            inside_max: 10,
        },
        roles: Roles::default(),
        waiting_room: WaitingRoom::default(),
        products: vec![Product {
            id: uuid::Uuid::from_u128(2),
            name: "리넨 앞치마".into(),
            list_price: Won(28_000),
            price: Won(16_800),
            stock: 50,
            per_shopper_max: 1,
            image_url: String::new(),
        }],
        payment: Payment {
            provider: PaymentProvider::KakaoPay,
            merchant_id: "TC0ONETIME".into(),
            secret_ref: name.into(),
            hold_seconds: 960,
        },
        restock_on_refund: false,
        paused: false,
        notice: String::new(),
        proof_of_work: None,
        withdrawn_links: Vec::new(),
        mode: Mode::Apply,
        retention_seconds: 120,
    };
    let mut deal = TimeDeal::new(name, spec);
    deal.metadata.uid = Some(format!("uid-of-{name}"));
    deal.metadata.generation = Some(1);
    deal
}

pub fn context() -> Context {
    let identity = IdentityConfig {
        jwks: serde_json::json!({ "keys": [] }),
        issuer: "http://bidd.localhost".into(),
        sign_in_url: "http://ddib.localhost/sign-in".into(),
        orders_url: "http://ddib.localhost/orders".into(),
    };
    Context {
        platform: Platform {
            scheme: "http".into(),
            port: None,
            ledger_base_url: "http://127.0.0.1:9000".into(),
            kakaopay_base_url: "http://127.0.0.1:9100".into(),
            toss: TossPlaces::default(),
            identity,
        },
        limits: Limits::default(),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("it was told to fail")]
pub struct Told;

/// Fails every so many calls; 0 is never.
struct Faults {
    every: u64,
    calls: AtomicU64,
}

impl Faults {
    fn new(every: u64) -> Faults {
        Faults { every, calls: AtomicU64::new(0) }
    }

    fn check(&self) -> Result<(), Told> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if self.every > 0 && call.is_multiple_of(self.every) { Err(Told) } else { Ok(()) }
    }
}

pub struct MemoryDeals {
    kept: Mutex<BTreeMap<String, Arc<TimeDeal>>>,
    changes: watch::Sender<u64>,
    faults: Faults,
    /// Every phase that was written, by deal.
    pub phases: Mutex<BTreeMap<String, Vec<Phase>>>,
    pub told: Mutex<Vec<String>>,
    pub writes: AtomicUsize,
}

impl MemoryDeals {
    pub fn new(deals: impl IntoIterator<Item = TimeDeal>, fail_every: u64) -> MemoryDeals {
        let kept = deals.into_iter().map(|deal| (name_of(&deal).to_owned(), Arc::new(deal))).collect();
        MemoryDeals {
            kept: Mutex::new(kept),
            changes: watch::Sender::new(0),
            faults: Faults::new(fail_every),
            phases: Mutex::default(),
            told: Mutex::default(),
            writes: AtomicUsize::new(0),
        }
    }

    pub fn get(&self, name: &str) -> Option<TimeDeal> {
        self.kept.lock().unwrap().get(name).map(|deal| TimeDeal::clone(deal))
    }

    pub fn len(&self) -> usize {
        self.kept.lock().unwrap().len()
    }

    pub fn change(&self, name: &str, change: impl FnOnce(&mut TimeDeal)) {
        if let Some(deal) = self.kept.lock().unwrap().get_mut(name) {
            change(Arc::make_mut(deal));
        }
        self.changes.send_modify(|count| *count += 1);
    }
}

fn name_of(deal: &TimeDeal) -> &str {
    deal.metadata.name.as_deref().expect("every deal has a name")
}

impl Deals for MemoryDeals {
    type Error = Told;

    async fn list(&self) -> Result<Vec<Arc<TimeDeal>>, Told> {
        self.faults.check()?;
        Ok(self.kept.lock().unwrap().values().cloned().collect())
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    async fn add_finalizer(&self, deal: &TimeDeal) -> Result<(), Told> {
        self.faults.check()?;
        self.change(name_of(deal), |kept| kept.metadata.finalizers = Some(vec![FINALIZER.to_owned()]));
        Ok(())
    }

    async fn write_status(&self, deal: &TimeDeal, status: &TimeDealStatus) -> Result<(), Told> {
        self.faults.check()?;
        self.writes.fetch_add(1, Ordering::SeqCst);
        let mut phases = self.phases.lock().unwrap();
        let phases = phases.entry(name_of(deal).to_owned()).or_default();
        if phases.last() != Some(&status.phase) {
            phases.push(status.phase);
        }
        self.change(name_of(deal), |kept| kept.status = Some(status.clone()));
        Ok(())
    }

    async fn remove_finalized(&self, deal: &TimeDeal) -> Result<(), Told> {
        self.faults.check()?;
        self.kept.lock().unwrap().remove(name_of(deal));
        self.changes.send_modify(|count| *count += 1);
        Ok(())
    }

    async fn publish(&self, _: &TimeDeal, notices: &[Notice]) {
        self.told.lock().unwrap().extend(notices.iter().map(|notice| notice.reason.clone()));
    }
}

/// Runtimes that come up at the second look and sell nothing.
pub struct MemoryExecutor {
    clock: Clock,
    places: Mutex<BTreeMap<String, Place>>,
    faults: Faults,
    /// The deals that are being worked on right now.
    busy: Mutex<BTreeSet<String>>,
    pub busy_max: AtomicUsize,
    /// How long each call takes.
    pub takes: Duration,
}

struct Place {
    uid: String,
    config: DealConfig,
    is_up: bool,
    is_sealed: bool,
}

impl MemoryExecutor {
    pub fn new(clock: Clock, fail_every: u64) -> MemoryExecutor {
        MemoryExecutor {
            clock,
            places: Mutex::default(),
            faults: Faults::new(fail_every),
            busy: Mutex::default(),
            busy_max: AtomicUsize::new(0),
            takes: Duration::ZERO,
        }
    }

    pub fn runs(&self, name: &str) -> bool {
        self.places.lock().unwrap().contains_key(name)
    }

    async fn alone(&self, deal: &TimeDeal) {
        {
            let mut busy = self.busy.lock().unwrap();
            assert!(busy.insert(name_of(deal).to_owned()), "one pass over a deal at a time");
            self.busy_max.fetch_max(busy.len(), Ordering::SeqCst);
        }
        tokio::time::sleep(self.takes).await;
        self.busy.lock().unwrap().remove(name_of(deal));
    }

    fn bring_about(&self, deal: &TimeDeal, wanted: &RuntimeDesired) {
        let uid = deal.metadata.uid.clone().expect("every deal has a uid");
        let mut places = self.places.lock().unwrap();
        let place = places.entry(name_of(deal).to_owned()).or_insert_with(|| Place {
            uid,
            config: wanted.config.clone(),
            is_up: false,
            is_sealed: false,
        });
        place.config.settings = wanted.config.settings.clone();
        place.is_sealed |= wanted.seal;
    }
}

impl Executor for MemoryExecutor {
    type Error = Told;

    async fn observe(&self, deal: &TimeDeal) -> Result<Observed, Told> {
        self.alone(deal).await;
        self.faults.check()?;
        let ledger = control_plane_core::ledger::Head::genesis(name_of(deal));
        let mut places = self.places.lock().unwrap();
        let Some(place) = places.get_mut(name_of(deal)) else {
            return Ok(Observed { ledger: Some(ledger), ..Observed::nothing() });
        };
        let was_up = std::mem::replace(&mut place.is_up, true);
        Ok(Observed {
            presence: Presence::Present { uid: place.uid.clone() },
            config: Some(Box::new(place.config.clone())),
            redis_ready: true,
            roles_ready: RolesReady { queue: was_up, shop: was_up, payment: was_up },
            report: was_up.then(|| report(place, self.clock.now(), ledger.clone())),
            ledger: Some(ledger),
            obstacle: None,
        })
    }

    async fn apply(&self, deal: &TimeDeal, desired: &Desired) -> Result<(), Told> {
        self.alone(deal).await;
        self.faults.check()?;
        match desired {
            Desired::Untouched => panic!("nothing is applied where nothing shall be touched"),
            Desired::Absent => {
                self.places.lock().unwrap().remove(name_of(deal));
            }
            Desired::Present(wanted) => {
                let is_held = deal.metadata.finalizers.is_some();
                assert!(is_held || deal.status.is_some(), "it is on record before it is made");
                self.bring_about(deal, wanted);
            }
        }
        Ok(())
    }
}

fn report(place: &Place, now: Timestamp, head: control_plane_core::ledger::Head) -> Report {
    let config = &place.config;
    let is_closed = now >= config.closes_at || config.settings.closed;
    Report {
        generation: config.settings.generation,
        opened_at: (now >= config.opens_at).then_some(config.opens_at),
        closed_at: is_closed.then_some(config.closes_at.min(now)),
        draw_commitment: "c0ffee".into(),
        waiting: 0,
        inside: 0,
        admitted: 0,
        open_holds: 0,
        open_refunds: 0,
        unexported: 0,
        head,
        sealed: place.is_sealed,
        sold: 0,
        gross: Won::ZERO,
        refunds: Won::ZERO,
        used_links: Vec::new(),
    }
}
