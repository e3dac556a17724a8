//! A cluster that keeps `TimeDeal`s in memory, and into which a test writes what an operator would.

use std::collections::BTreeMap;
use std::sync::Mutex;

use control_plane::deals::{Cluster, ClusterError, ClusterFuture};
use crds::{TimeDeal, TimeDealStatus};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::watch;

#[derive(Default)]
pub struct MemoryCluster {
    deals: Mutex<BTreeMap<String, TimeDeal>>,
    secrets: Mutex<BTreeMap<String, BTreeMap<String, SecretString>>>,
    applied: Mutex<usize>,
    down: Mutex<bool>,
    hanging: Mutex<bool>,
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

    pub fn secret(&self, name: &str, key: &str) -> String {
        self.secrets.lock().unwrap()[name][key].expose_secret().to_owned()
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
            self.secrets.lock().unwrap().insert(name, data);
            Ok(())
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

    fn list(&self) -> ClusterFuture<'_, Vec<TimeDeal>> {
        Box::pin(async move {
            self.check()?;
            Ok(self.deals.lock().unwrap().values().cloned().collect())
        })
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
