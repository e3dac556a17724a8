//! A cluster that keeps `TimeDeal`s in memory, and into which a test writes what an operator would.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use control_plane::deals::{Cluster, ClusterError, ClusterFuture};
use crds::{TimeDeal, TimeDealStatus};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::watch;

type Secret = BTreeMap<String, SecretString>;

#[derive(Default)]
pub struct MemoryCluster {
    deals: Mutex<BTreeMap<String, TimeDeal>>,
    /// What the control plane put into secrets, and what an admin did.
    ours: Mutex<BTreeMap<String, Secret>>,
    theirs: Mutex<BTreeMap<String, Secret>>,
    applied: Mutex<usize>,
    secrets_applied: Mutex<usize>,
    down: Mutex<bool>,
    hanging: Mutex<bool>,
    refusing: Mutex<Option<String>>,
    changed: watch::Sender<u64>,
}

impl MemoryCluster {
    pub fn deal(&self, name: &str) -> Option<TimeDeal> {
        self.deals.lock().unwrap().get(name).cloned()
    }

    pub fn names(&self) -> Vec<String> {
        self.deals.lock().unwrap().keys().cloned().collect()
    }

    /// How often a deal was applied.
    pub fn applied(&self) -> usize {
        *self.applied.lock().unwrap()
    }

    /// How often a secret was applied.
    pub fn secrets_applied(&self) -> usize {
        *self.secrets_applied.lock().unwrap()
    }

    pub fn secret(&self, name: &str, key: &str) -> String {
        self.merged(name).expect("the secret is there")[key].expose_secret().to_owned()
    }

    fn merged(&self, name: &str) -> Option<Secret> {
        let of = |secrets: &Mutex<BTreeMap<String, Secret>>| secrets.lock().unwrap().get(name).cloned();
        match (of(&self.theirs), of(&self.ours)) {
            (None, None) => None,
            (theirs, ours) => Some(theirs.into_iter().chain(ours).flatten().collect()),
        }
    }

    /// An admin creates a deal, as `kubectl` would.
    pub fn admin_applies(&self, uid: u128, mut deal: TimeDeal) {
        deal.metadata.uid = Some(uuid::Uuid::from_u128(uid).to_string());
        let name = deal.metadata.name.clone().expect("a deal has a name");
        self.deals.lock().unwrap().insert(name, deal);
        self.changed.send_modify(|count| *count += 1);
    }

    /// An admin makes a secret anew: nothing of what was in it stays.
    pub fn admin_replaces_secret(&self, name: &str, key: &str, value: &str) {
        self.ours.lock().unwrap().remove(name);
        let secret = Secret::from([(key.to_owned(), SecretString::from(value))]);
        self.theirs.lock().unwrap().insert(name.to_owned(), secret);
    }

    /// What the operator says of a deal.
    pub fn set_status(&self, name: &str, status: TimeDealStatus) {
        self.deals.lock().unwrap().get_mut(name).expect("the deal is there").status = Some(status);
        self.changed.send_modify(|count| *count += 1);
    }

    /// The object is gone, as it is some time after the deal.
    pub fn forget(&self, name: &str) {
        self.deals.lock().unwrap().remove(name);
    }

    /// Whether the cluster answers.
    pub fn set_down(&self, down: bool) {
        *self.down.lock().unwrap() = down;
    }

    /// Whether the cluster lets whoever applies a deal wait for ever.
    pub fn set_hanging(&self, hanging: bool) {
        *self.hanging.lock().unwrap() = hanging;
    }

    /// What the cluster says to whoever applies a deal, where it refuses.
    pub fn set_refusing(&self, message: Option<&str>) {
        *self.refusing.lock().unwrap() = message.map(str::to_owned);
    }

    fn check(&self) -> Result<(), ClusterError> {
        if *self.down.lock().unwrap() { Err(ClusterError::Unavailable("it is down".into())) } else { Ok(()) }
    }
}

impl Cluster for MemoryCluster {
    fn apply(&self, deal: TimeDeal) -> ClusterFuture<'_, ()> {
        Box::pin(async move {
            self.check()?;
            let hanging = *self.hanging.lock().unwrap();
            if hanging {
                std::future::pending::<()>().await;
            }
            let name = deal.metadata.name.clone().expect("a deal has a name");
            if let Some(message) = self.refusing.lock().unwrap().clone() {
                return Err(ClusterError::Refused(message));
            }
            let broken = crds::rules::violations(&name, &deal.spec);
            if let Some(first) = broken.first() {
                return Err(ClusterError::Refused(first.to_string()));
            }
            *self.applied.lock().unwrap() += 1;
            let mut deals = self.deals.lock().unwrap();
            let status = deals.get(&name).and_then(|there| there.status.clone());
            deals.insert(name, TimeDeal { status, ..deal });
            Ok(())
        })
    }

    fn apply_secret(&self, name: &str, data: BTreeMap<String, SecretString>) -> ClusterFuture<'_, ()> {
        let name = name.to_owned();
        Box::pin(async move {
            self.check()?;
            *self.secrets_applied.lock().unwrap() += 1;
            self.ours.lock().unwrap().insert(name, data);
            Ok(())
        })
    }

    fn secret(&self, name: &str) -> ClusterFuture<'_, Option<BTreeMap<String, SecretString>>> {
        let name = name.to_owned();
        Box::pin(async move {
            self.check()?;
            Ok(self.merged(&name))
        })
    }

    fn delete(&self, name: &str) -> ClusterFuture<'_, ()> {
        let name = name.to_owned();
        Box::pin(async move {
            self.check()?;
            self.forget(&name);
            Ok(())
        })
    }

    fn get(&self, name: &str) -> ClusterFuture<'_, Option<TimeDeal>> {
        let name = name.to_owned();
        Box::pin(async move {
            self.check()?;
            Ok(self.deal(&name))
        })
    }

    fn list(&self) -> ClusterFuture<'_, Vec<Arc<TimeDeal>>> {
        Box::pin(async move {
            self.check()?;
            Ok(self.deals.lock().unwrap().values().cloned().map(Arc::new).collect())
        })
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
