//! The world around the plan: the stored deal, what really runs, a clock that is wrong, an observer
//! that is late or blind, an operator that dies between any two steps, and people who change their
//! minds.

use std::collections::{BTreeMap, VecDeque};

use control_plane_core::ledger::Head;
use crds::{Mode, TimeDeal};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use operator_core::{
    Context, Desired, FORCE_TEARDOWN, Observed, Plan, Presence, RolesReady, RuntimeDesired, plan,
};
use tenant_runtime_core::report::Report;

use crate::auditor::Auditor;
use crate::random::Random;
use crate::runtime::Runtime;
use crate::support::{self, NAME, UID, at};

pub const TICK_SECONDS: i64 = 5;

pub struct World {
    pub deal: TimeDeal,
    pub released: bool,
    pub runtime: Option<Runtime>,
    /// The place belongs to something that is not ours.
    squatter: bool,
    pub ledger: Head,
    pub now: Timestamp,
    /// By how much the operator's clock is wrong.
    skew_seconds: i64,
    /// The operator is down until then.
    down_until: Timestamp,
    wake: Timestamp,
    changed: bool,
    /// What was to be seen lately, the newest last: an observer may be late.
    past: VecDeque<Seen>,
    pub random: Random,
    pub auditor: Auditor,
    context: Context,
}

#[derive(Clone)]
struct Seen {
    redis_ready: bool,
    roles_ready: bool,
    report: Option<Report>,
    ledger: Head,
}

impl World {
    pub fn new(seed: u64) -> World {
        World {
            deal: support::deal(),
            released: false,
            runtime: None,
            squatter: false,
            ledger: Head::genesis(NAME),
            now: at(-150),
            skew_seconds: 0,
            down_until: at(-150),
            wake: at(-150),
            changed: true,
            past: VecDeque::new(),
            random: Random::new(seed),
            auditor: Auditor::default(),
            context: support::context(),
        }
    }

    /// A tick in which anything may go wrong.
    pub fn disturbed_tick(&mut self) {
        self.advance();
        self.people();
        self.faults();
        if self.now >= self.down_until {
            self.pass(true);
        }
    }

    /// A tick in which nothing does. The operator looks only when it said that it would, or when
    /// the deal has changed.
    pub fn quiet_tick(&mut self) {
        self.advance();
        if let Some(runtime) = &mut self.runtime {
            runtime.redis_up = true;
            runtime.roles_up = true;
        }
        if !self.released && (self.changed || self.now >= self.wake) {
            self.pass(false);
        }
    }

    /// From here on nothing goes wrong, and nobody is in the way.
    pub fn calm_down(&mut self) {
        self.skew_seconds = 0;
        self.squatter = false;
        self.past.clear();
        if self.deal.spec.mode == Mode::Plan {
            self.order(|deal| deal.spec.mode = Mode::Apply);
        }
        if self.deal.spec.products.is_empty() {
            self.order(|deal| deal.spec.products = support::deal().spec.products);
        }
        self.changed = true;
    }

    fn advance(&mut self) {
        self.now += SignedDuration::from_secs(TICK_SECONDS);
        let Some(runtime) = &mut self.runtime else { return };
        if runtime.terminating {
            if self.random.permille(400) {
                self.runtime = None;
            }
            return;
        }
        runtime.live(self.now, &mut self.random);
        if self.random.permille(600) {
            runtime.export(&mut self.ledger);
        }
    }

    /// A new version of the order.
    fn order(&mut self, change: impl FnOnce(&mut TimeDeal)) {
        let before = self.deal.clone();
        change(&mut self.deal);
        if !crds::rules::forbidden_changes(&before, &self.deal).is_empty() {
            self.deal = before;
            return;
        }
        *self.deal.metadata.generation.get_or_insert(0) += 1;
        self.changed = true;
    }

    fn people(&mut self) {
        if self.released {
            return;
        }
        let shift = self.random.within(-60, 120);
        match self.random.within(0, 999) {
            0..4 => self.order(|deal| deal.spec.paused = !deal.spec.paused),
            4..8 => self.order(|deal| deal.spec.products.iter_mut().for_each(|product| product.stock += 10)),
            8..12 => self.order(|deal| {
                deal.spec.window.opens_at += SignedDuration::from_secs(shift);
                deal.spec.window.closes_at += SignedDuration::from_secs(shift);
            }),
            12..14 => self.order(|deal| deal.spec.products.clear()),
            14..20 => self.order(|deal| deal.spec.products = support::deal().spec.products),
            20..22 => self.order(|deal| deal.spec.mode = Mode::Plan),
            22..30 => self.order(|deal| deal.spec.mode = Mode::Apply),
            30..32 => {
                // Deleting is not counted as a generation by every store.
                let now = self.now;
                self.deal.metadata.deletion_timestamp.get_or_insert(Time(now));
                self.changed = true;
            }
            32..33 if self.random.permille(300) => {
                let annotation = BTreeMap::from([(FORCE_TEARDOWN.to_owned(), "no hope".to_owned())]);
                self.deal.metadata.annotations = Some(annotation);
                self.changed = true;
            }
            33..34 => self.squatter = self.runtime.is_none(),
            34..40 => self.squatter = false,
            _ => {}
        }
    }

    fn faults(&mut self) {
        if self.random.permille(20) {
            self.skew_seconds = match self.random.within(0, 3) {
                0 => 0,
                1 => self.random.within(-900, 900),
                _ => self.random.within(-10, 10),
            };
        }
        if self.random.permille(15) {
            let seconds = if self.random.permille(200) { 900 } else { 60 };
            self.down_until = self.now + SignedDuration::from_secs(self.random.within(5, seconds));
        }
        let Some(runtime) = &mut self.runtime else { return };
        if self.random.permille(if runtime.redis_up { 15 } else { 500 }) {
            runtime.redis_up = !runtime.redis_up;
        }
        if self.random.permille(if runtime.roles_up { 30 } else { 400 }) {
            runtime.roles_up = !runtime.roles_up;
        }
        // Somebody removes a place in which nothing has happened yet.
        if runtime.opened_at.is_none() && self.random.permille(2) {
            self.runtime = None;
        }
    }

    /// Look, plan, write the status, apply; with faults the operator may die after each step.
    fn pass(&mut self, faulty: bool) {
        let Some(observed) = self.observe(faulty) else { return };
        let now = self.now + SignedDuration::from_secs(self.skew_seconds);
        let plan = plan(&self.deal, &observed, now, &self.context);
        self.auditor.check_plan(&self.deal, &observed, now, &self.context, &plan);
        if faulty && self.random.permille(40) {
            return;
        }
        self.auditor.check_status(&self.deal, &plan.status);
        self.deal.status = Some(plan.status.clone());
        if faulty && self.random.permille(40) {
            return;
        }
        self.apply(&plan);
        self.changed = false;
        self.wake = plan.next_wake.unwrap_or(Timestamp::MAX);
        if plan.finalized {
            self.auditor.check_release(self.runtime.as_ref().map(|runtime| runtime.uid.as_str()));
            self.released = true;
        }
    }

    fn observe(&mut self, faulty: bool) -> Option<Observed> {
        let runtime = self.runtime.as_ref();
        self.past.push_back(Seen {
            redis_ready: runtime.is_some_and(|runtime| runtime.redis_up),
            roles_ready: runtime.is_some_and(Runtime::is_up),
            report: runtime.and_then(Runtime::report),
            ledger: self.ledger.clone(),
        });
        const LAG_MAX: usize = 6;
        if self.past.len() > LAG_MAX {
            self.past.pop_front();
        }
        if faulty && self.random.permille(50) {
            return None;
        }
        // The runtime and the ledger are two parties: what is known of each may be of another time.
        let seen = self.lately(faulty).clone();
        let ledger = self.lately(faulty).ledger.clone();
        let mut lost = |permille| faulty && self.random.permille(permille);
        let ready = seen.roles_ready && !lost(100);
        Some(Observed {
            presence: match (&self.runtime, self.squatter) {
                (None, true) => Presence::Present { uid: "squatter".into() },
                (None, false) => Presence::Absent,
                (Some(runtime), _) if runtime.terminating => {
                    Presence::Terminating { uid: runtime.uid.clone() }
                }
                (Some(runtime), _) => Presence::Present { uid: runtime.uid.clone() },
            },
            config: self.runtime.as_ref().map(|runtime| {
                let settings = runtime.settings.clone();
                Box::new(tenant_runtime_core::config::DealConfig { settings, ..runtime.config.clone() })
            }),
            redis_ready: seen.redis_ready && !lost(50),
            roles_ready: RolesReady { queue: ready, shop: ready, payment: ready },
            report: seen.report.filter(|_| !lost(100)),
            ledger: Some(ledger).filter(|_| !lost(100)),
            obstacle: None,
        })
    }

    fn lately(&mut self, faulty: bool) -> &Seen {
        let newest = self.past.len() - 1;
        let lag = if faulty && self.random.permille(200) { self.random.within(0, 5) } else { 0 };
        &self.past[newest.saturating_sub(usize::try_from(lag).expect("it is small"))]
    }

    fn apply(&mut self, plan: &Plan) {
        match &plan.desired {
            Desired::Untouched => {}
            Desired::Absent => {
                let Some(runtime) = &mut self.runtime else { return };
                self.auditor.check_teardown(&self.deal, runtime, &self.ledger);
                runtime.terminating = true;
            }
            Desired::Present(wanted) => self.bring_about(wanted),
        }
    }

    fn bring_about(&mut self, wanted: &RuntimeDesired) {
        assert!(!self.squatter, "nothing is made in a place that is not ours");
        self.auditor.check_presence(&self.deal);
        let Some(runtime) = &mut self.runtime else {
            self.runtime = Some(Runtime::new(UID, wanted.config.clone()));
            return;
        };
        let frozen = |config: &tenant_runtime_core::config::DealConfig| {
            let settings = wanted.config.settings.clone();
            tenant_runtime_core::config::DealConfig { settings, ..config.clone() }
        };
        if frozen(&runtime.config) != wanted.config {
            self.auditor.check_restart(&self.deal);
            runtime.roles_up = false;
            runtime.config = wanted.config.clone();
        }
        if runtime.is_up() && wanted.config.settings.generation > runtime.settings.generation {
            runtime.settings = wanted.config.settings.clone();
        }
        if wanted.seal {
            self.auditor.check_seal(&self.deal, runtime);
            runtime.seal();
        }
    }
}
