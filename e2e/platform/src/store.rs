//! Where `TimeDeal`s are kept on one machine: a file each. The control plane writes specs through
//! `Cluster`, the lifecycle writes statuses through `Deals`, as both would through the Kubernetes
//! API; generations, finalizers and deletion timestamps mean the same here.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use control_plane::deals::{Cluster, ClusterError, ClusterFuture};
use control_plane_telemetry::clock::Clock;
use crds::{TimeDeal, TimeDealStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use operator::{Deals, FINALIZER, Notice, Severity};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::watch;

use crate::files;
use crate::screen::Screen;
use crate::state::Layout;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{0:?} cannot be the name of a file")]
    Name(String),
    #[error("the deal {0} is gone, or another one has its name")]
    Gone(String),
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// All `TimeDeal`s of the platform; what memory holds is on disk.
pub struct TimeDeals {
    layout: Layout,
    clock: Clock,
    screen: Screen,
    deals: Mutex<BTreeMap<String, Arc<TimeDeal>>>,
    changed: watch::Sender<u64>,
}

impl TimeDeals {
    /// Reads all files.
    ///
    /// # Errors
    /// Where one cannot be read or is no `TimeDeal`.
    pub fn open(layout: Layout, clock: Clock, screen: Screen) -> Result<TimeDeals, StoreError> {
        let mut deals = BTreeMap::new();
        for entry in fs::read_dir(layout.time_deals())? {
            let path = entry?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if path.extension().is_some_and(|extension| extension == "json")
                && let Some(deal) = files::read_json(&path)?
            {
                deals.insert(name, Arc::new(deal));
            }
        }
        Ok(TimeDeals { layout, clock, screen, deals: Mutex::new(deals), changed: watch::Sender::new(0) })
    }

    /// All deals, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<TimeDeal>> {
        self.lock().values().cloned().collect()
    }

    /// The deal of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<TimeDeal> {
        self.lock().get(name).map(|deal| TimeDeal::clone(deal))
    }

    /// Counts up on every change.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Creates the deal, or replaces the spec of the one that has its name. Its status, uid and
    /// finalizers are not the writer's to say.
    ///
    /// # Errors
    /// Where a rule of the resource is broken, or the file cannot be written.
    pub fn put(&self, wanted: TimeDeal) -> Result<(), StoreError> {
        let name = checked_name(wanted.metadata.name.as_deref())?;
        let mut deals = self.lock();
        let stored = deals.get(&name);
        let next = match stored {
            Some(stored) => replaced(stored, wanted)?,
            None => created(wanted, &self.clock)?,
        };
        if stored.is_some_and(|stored| **stored == next) {
            return Ok(());
        }
        self.keep(&mut deals, name, next)
    }

    /// Asks for the deal's end: with finalizers it is marked, without it goes at once.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn delete_named(&self, name: &str) -> Result<(), StoreError> {
        let mut deals = self.lock();
        let Some(stored) = deals.get(name) else { return Ok(()) };
        if stored.metadata.finalizers.as_deref().unwrap_or_default().is_empty() {
            return self.drop_file(&mut deals, name);
        }
        if stored.metadata.deletion_timestamp.is_some() {
            return Ok(());
        }
        let mut next = TimeDeal::clone(stored);
        next.metadata.deletion_timestamp = Some(Time(self.clock.now()));
        self.keep(&mut deals, name.to_owned(), next)
    }

    /// Writes a secret: a directory with a file per key, each replaced whole.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn put_secret(&self, name: &str, data: &BTreeMap<String, SecretString>) -> Result<(), StoreError> {
        let directory = self.secret_directory(name)?;
        files::create_dir(&directory)?;
        for (key, value) in data {
            let key = checked_name(Some(key))?;
            files::write(&directory.join(key), value.expose_secret().as_bytes())?;
        }
        Ok(())
    }

    /// What is in a secret.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn secret(&self, name: &str) -> Result<Option<BTreeMap<String, SecretString>>, StoreError> {
        let directory = self.secret_directory(name)?;
        if !directory.exists() {
            return Ok(None);
        }
        let mut data = BTreeMap::new();
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let key = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // One that is being written lies beside its place, under such a name.
            if !key.starts_with('.') {
                data.insert(key, SecretString::from(files::read_line(&path)?));
            }
        }
        Ok(Some(data))
    }

    fn secret_directory(&self, name: &str) -> Result<PathBuf, StoreError> {
        Ok(self.layout.secrets().join(checked_name(Some(name))?))
    }

    /// Changes a stored deal, if it is still the one that the caller saw.
    fn change(&self, seen: &TimeDeal, change: impl FnOnce(&mut TimeDeal)) -> Result<(), StoreError> {
        let name = checked_name(seen.metadata.name.as_deref())?;
        let mut deals = self.lock();
        let stored = deals.get(&name).filter(|stored| stored.metadata.uid == seen.metadata.uid);
        let Some(stored) = stored else { return Err(StoreError::Gone(name)) };
        let mut next = TimeDeal::clone(stored);
        change(&mut next);
        if next == **stored {
            return Ok(());
        }
        self.keep(&mut deals, name, next)
    }

    fn keep(
        &self,
        deals: &mut MutexGuard<'_, BTreeMap<String, Arc<TimeDeal>>>,
        name: String,
        deal: TimeDeal,
    ) -> Result<(), StoreError> {
        files::write_json(&self.file(&name), &deal)?;
        deals.insert(name, Arc::new(deal));
        self.changed.send_modify(|count| *count += 1);
        Ok(())
    }

    fn drop_file(
        &self,
        deals: &mut MutexGuard<'_, BTreeMap<String, Arc<TimeDeal>>>,
        name: &str,
    ) -> Result<(), StoreError> {
        // The secret first: a crash between the two leaves a deal that is dropped again.
        if let Some(deal) = deals.get(name) {
            files::remove_dir(&self.secret_directory(&deal.spec.payment.secret_ref)?)?;
        }
        files::remove(&self.file(name))?;
        deals.remove(name);
        self.changed.send_modify(|count| *count += 1);
        Ok(())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.layout.time_deals().join(format!("{name}.json"))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<TimeDeal>>> {
        self.deals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn created(wanted: TimeDeal, clock: &Clock) -> Result<TimeDeal, StoreError> {
    obey(crds::rules::violations(wanted.metadata.name.as_deref().unwrap_or_default(), &wanted.spec))?;
    let mut next = wanted;
    next.metadata.uid = Some(uuid::Uuid::new_v4().to_string());
    next.metadata.generation = Some(1);
    next.metadata.creation_timestamp = Some(Time(clock.now()));
    next.metadata.deletion_timestamp = None;
    next.metadata.finalizers = None;
    next.status = None;
    Ok(next)
}

fn replaced(stored: &TimeDeal, wanted: TimeDeal) -> Result<TimeDeal, StoreError> {
    obey(crds::rules::violations(stored.metadata.name.as_deref().unwrap_or_default(), &wanted.spec))?;
    obey(crds::rules::forbidden_changes(stored, &wanted))?;
    let mut next = stored.clone();
    if next.spec != wanted.spec {
        next.spec = wanted.spec;
        next.metadata.generation = Some(stored.metadata.generation.unwrap_or(0) + 1);
    }
    next.metadata.labels = wanted.metadata.labels.or(next.metadata.labels);
    next.metadata.annotations = wanted.metadata.annotations.or(next.metadata.annotations);
    Ok(next)
}

fn obey(violations: Vec<crds::rules::Violation>) -> Result<(), StoreError> {
    if violations.is_empty() {
        return Ok(());
    }
    let words: Vec<String> = violations.iter().map(ToString::to_string).collect();
    Err(StoreError::Refused(words.join("; ")))
}

/// Names become file names, so they are what Kubernetes allows: a DNS label or subdomain.
fn checked_name(name: Option<&str>) -> Result<String, StoreError> {
    let name = name.unwrap_or_default();
    let fits = !name.is_empty()
        && name.len() <= 253
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
        && !name.starts_with(['.', '-']);
    if fits { Ok(name.to_owned()) } else { Err(StoreError::Name(name.to_owned())) }
}

impl Deals for TimeDeals {
    type Error = StoreError;

    async fn list(&self) -> Result<Vec<Arc<TimeDeal>>, StoreError> {
        Ok(self.all())
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.watch()
    }

    async fn add_finalizer(&self, deal: &TimeDeal) -> Result<(), StoreError> {
        self.change(deal, |deal| {
            let finalizers = deal.metadata.finalizers.get_or_insert_default();
            if !finalizers.iter().any(|finalizer| finalizer == FINALIZER) {
                finalizers.push(FINALIZER.to_owned());
            }
        })
    }

    async fn write_status(&self, deal: &TimeDeal, status: &TimeDealStatus) -> Result<(), StoreError> {
        self.change(deal, |deal| deal.status = Some(status.clone()))
    }

    async fn remove_finalized(&self, deal: &TimeDeal) -> Result<(), StoreError> {
        let name = checked_name(deal.metadata.name.as_deref())?;
        let mut deals = self.lock();
        if deals.get(&name).is_some_and(|stored| stored.metadata.uid == deal.metadata.uid) {
            self.drop_file(&mut deals, &name)?;
        }
        Ok(())
    }

    async fn publish(&self, deal: &TimeDeal, notices: &[Notice]) {
        let name = deal.metadata.name.as_deref().unwrap_or_default();
        for Notice { severity, reason, message } in notices {
            match severity {
                Severity::Normal => tracing::info!(deal = name, reason, message),
                Severity::Warning => tracing::warn!(deal = name, reason, message),
            }
            self.screen.line(&format!("{name}: {message}"));
        }
    }
}

impl From<StoreError> for ClusterError {
    fn from(error: StoreError) -> ClusterError {
        match error {
            StoreError::Name(_) | StoreError::Refused(_) => ClusterError::Refused(error.to_string()),
            StoreError::Gone(_) | StoreError::Io(_) => ClusterError::Unavailable(Box::new(error)),
        }
    }
}

impl Cluster for TimeDeals {
    fn apply(&self, deal: TimeDeal) -> ClusterFuture<'_, ()> {
        Box::pin(async move { Ok(self.put(deal)?) })
    }

    fn apply_secret(&self, name: &str, data: BTreeMap<String, SecretString>) -> ClusterFuture<'_, ()> {
        let written = self.put_secret(name, &data).map_err(ClusterError::from);
        Box::pin(async move { written })
    }

    fn secret(&self, name: &str) -> ClusterFuture<'_, Option<BTreeMap<String, SecretString>>> {
        let found = TimeDeals::secret(self, name).map_err(ClusterError::from);
        Box::pin(async move { found })
    }

    fn delete(&self, name: &str) -> ClusterFuture<'_, ()> {
        let deleted = self.delete_named(name).map_err(ClusterError::from);
        Box::pin(async move { deleted })
    }

    fn get(&self, name: &str) -> ClusterFuture<'_, Option<TimeDeal>> {
        let found = self.find(name);
        Box::pin(async move { Ok(found) })
    }

    fn list(&self) -> ClusterFuture<'_, Vec<Arc<TimeDeal>>> {
        Box::pin(async move { Ok(self.all()) })
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.watch()
    }
}

#[cfg(test)]
mod tests {
    use crds::{
        Capacity, CompanyRef, Mode, Payment, PaymentProvider, Phase, Product, Roles, TimeDealSpec,
        WaitingRoom, Window, Won,
    };
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    struct Nest {
        _directory: tempfile::TempDir,
        layout: Layout,
        clock: Clock,
    }

    impl Nest {
        fn new() -> Nest {
            let directory = tempfile::tempdir().unwrap();
            let layout = Layout::create(directory.path()).unwrap();
            let (clock, _) = Clock::manual("2026-11-23T00:00:00Z".parse().unwrap());
            Nest { _directory: directory, layout, clock }
        }

        fn open(&self) -> TimeDeals {
            TimeDeals::open(self.layout.clone(), self.clock.clone(), Screen::dark()).unwrap()
        }
    }

    fn deal() -> TimeDeal {
        let opens_at: Timestamp = "2026-11-24T01:00:00Z".parse().unwrap();
        let spec = TimeDealSpec {
            company: CompanyRef {
                id: uuid::Uuid::from_u128(1),
                slug: "hanbit".to_owned(),
                name: "한빛커피로스터스".to_owned(),
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
                secret_ref: "hanbit-20261124-1000".to_owned(),
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
        TimeDeal::new("hanbit-20261124-1000", spec)
    }

    #[tokio::test]
    async fn a_spec_is_versioned_and_the_status_is_not_its_writer_s() {
        let nest = Nest::new();
        let store = nest.open();
        store.put(deal()).unwrap();
        let first = store.find("hanbit-20261124-1000").unwrap();
        let status = TimeDealStatus { phase: Phase::Warming, ..TimeDealStatus::default() };
        store.write_status(&first, &status).await.unwrap();
        store.put(deal()).unwrap();
        let same = store.find("hanbit-20261124-1000").unwrap();
        assert_eq!((same.metadata.generation, same.status.as_ref()), (Some(1), Some(&status)));

        let mut raised = deal();
        raised.spec.products[0].stock = 20;
        raised.metadata.uid = Some("of the writer's choice".to_owned());
        store.put(raised).unwrap();
        let second = nest.open().find("hanbit-20261124-1000").expect("it is on disk");
        assert_eq!(second.metadata.generation, Some(2));
        assert_eq!(second.metadata.uid, first.metadata.uid);
        assert_eq!(second.status, Some(status));
        assert_eq!(second.spec.products[0].stock, 20);
    }

    #[tokio::test]
    async fn broken_rules_and_bad_names_change_nothing() {
        let nest = Nest::new();
        let store = nest.open();
        let mut wrong = deal();
        wrong.spec.products.clear();
        assert!(matches!(store.put(wrong), Err(StoreError::Refused(_))));
        let mut outside = deal();
        outside.metadata.name = Some("../outside".to_owned());
        assert!(matches!(store.put(outside), Err(StoreError::Name(_))));
        store.put(deal()).unwrap();
        let mut moved = deal();
        moved.spec.host = "hanbit.elsewhere.localhost".to_owned();
        assert!(matches!(store.put(moved), Err(StoreError::Refused(_))));
        assert_eq!(store.all().len(), 1);
        assert!(matches!(store.put_secret("../x", &BTreeMap::new()), Err(StoreError::Name(_))));
    }

    #[tokio::test]
    async fn a_deletion_waits_for_the_finalizer() {
        let nest = Nest::new();
        let store = nest.open();
        let name = "hanbit-20261124-1000";
        store.put(deal()).unwrap();
        let secret = BTreeMap::from([("merchant-key".to_owned(), SecretString::from("k"))]);
        store.put_secret(name, &secret).unwrap();
        store.add_finalizer(&store.find(name).unwrap()).await.unwrap();
        let before = *store.watch().borrow();
        store.delete_named(name).unwrap();
        store.delete_named(name).unwrap();
        assert_eq!(*store.watch().borrow(), before + 1, "marked once");
        let marked = store.find(name).expect("it is still there");
        assert!(marked.metadata.deletion_timestamp.is_some());
        assert!(nest.layout.secrets().join(name).join("merchant-key").exists());
        store.remove_finalized(&marked).await.unwrap();
        store.remove_finalized(&marked).await.unwrap();
        assert_eq!(store.find(name), None);
        assert_eq!(nest.open().all(), []);
        assert!(!nest.layout.secrets().join(name).exists());
        let gone = store.write_status(&marked, &TimeDealStatus::default()).await;
        assert!(matches!(gone, Err(StoreError::Gone(_))));
    }

    #[tokio::test]
    async fn a_namesake_is_another_deal() {
        let nest = Nest::new();
        let store = nest.open();
        let name = "hanbit-20261124-1000";
        store.put(deal()).unwrap();
        let first = store.find(name).unwrap();
        store.delete_named(name).unwrap();
        store.put(deal()).unwrap();
        assert!(matches!(
            store.write_status(&first, &TimeDealStatus::default()).await,
            Err(StoreError::Gone(_))
        ));
        store.remove_finalized(&first).await.unwrap();
        assert!(store.find(name).is_some());
    }
}
