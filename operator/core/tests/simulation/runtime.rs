//! What really happens: a runtime that sells by its own clock whether anybody looks or not, and a
//! ledger that gets its events when it can.

use control_plane_core::ledger::{Entry, Head};
use crds::Won;
use jiff::Timestamp;
use tenant_runtime_core::config::DealConfig;
use tenant_runtime_core::report::Report;

use crate::random::Random;
use crate::support::NAME;

const PRICE: i64 = 19_900;

/// Redis and the pods of one deal. What is in Redis outlives every crash.
pub struct Runtime {
    pub uid: String,
    pub config: DealConfig,
    pub settings: tenant_runtime_core::config::Settings,
    pub terminating: bool,
    pub redis_up: bool,
    pub roles_up: bool,
    pub opened_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub sealed: bool,
    pub open_holds: u64,
    pub open_refunds: u64,
    pub events: Vec<Entry>,
    pub head: Head,
    /// How many events the ledger has acknowledged.
    pub acknowledged: usize,
    pub paid: u64,
    pub refunded: u64,
}

impl Runtime {
    pub fn new(uid: &str, config: DealConfig) -> Runtime {
        Runtime {
            uid: uid.to_owned(),
            settings: config.settings.clone(),
            config,
            terminating: false,
            redis_up: false,
            roles_up: false,
            opened_at: None,
            closed_at: None,
            sealed: false,
            open_holds: 0,
            open_refunds: 0,
            events: Vec::new(),
            head: Head::genesis(NAME),
            acknowledged: 0,
            paid: 0,
            refunded: 0,
        }
    }

    pub fn is_up(&self) -> bool {
        self.redis_up && self.roles_up && !self.terminating
    }

    /// A few seconds of its life.
    pub fn live(&mut self, now: Timestamp, random: &mut Random) {
        if !self.is_up() {
            return;
        }
        let is_closed = now >= self.config.closes_at || self.settings.closed || self.sealed;
        if is_closed {
            self.closed_at.get_or_insert(now);
        } else if now >= self.config.opens_at {
            self.opened_at.get_or_insert(now);
            if !self.settings.paused && random.permille(300) {
                self.open_holds += u64::try_from(random.within(1, 3)).expect("it is positive");
            }
        }
        if self.open_holds > 0 && random.permille(400) {
            self.open_holds -= 1;
            if random.permille(800) {
                self.paid += 1;
                self.append("paid");
            }
        }
        if self.paid > self.refunded + self.open_refunds && !self.sealed && random.permille(30) {
            self.open_refunds += 1;
        }
        if self.open_refunds > 0 && random.permille(500) {
            self.open_refunds -= 1;
            self.refunded += 1;
            self.append("refunded");
        }
    }

    fn append(&mut self, what: &str) {
        assert!(!self.sealed, "nothing begins or ends in a sealed runtime");
        let entry = Entry { sequence: self.head.count + 1, event: what.to_owned() };
        self.head = self.head.push(&entry).expect("it is the next one");
        self.events.push(entry);
    }

    /// In one step, as its script does.
    pub fn seal(&mut self) {
        if self.is_up() && self.open_holds == 0 && self.open_refunds == 0 {
            self.sealed = true;
        }
    }

    /// Sends what the ledger does not have yet.
    pub fn export(&mut self, ledger: &mut Head) {
        if !self.is_up() {
            return;
        }
        for entry in &self.events[self.acknowledged..] {
            *ledger = ledger.push(entry).expect("events arrive in order");
            self.acknowledged += 1;
        }
    }

    pub fn report(&self) -> Option<Report> {
        let won = |count: u64| Won(PRICE * i64::try_from(count).expect("a small number"));
        self.is_up().then(|| Report {
            generation: self.settings.generation,
            opened_at: self.opened_at,
            closed_at: self.closed_at,
            draw_commitment: "c0ffee".into(),
            waiting: 0,
            inside: self.open_holds,
            admitted: self.paid,
            open_holds: self.open_holds,
            open_refunds: self.open_refunds,
            unexported: self.head.count - u64::try_from(self.acknowledged).expect("a small number"),
            head: self.head.clone(),
            sealed: self.sealed,
            sold: self.paid - self.refunded,
            gross: won(self.paid),
            refunds: won(self.refunded),
            used_links: Vec::new(),
        })
    }

    /// Whether anything would be lost with it.
    pub fn holds_what_is_nowhere_else(&self, ledger: &Head) -> bool {
        self.open_holds > 0 || self.open_refunds > 0 || !self.sealed || self.head != *ledger
    }
}
