//! What is known to be in the cluster as it was applied, so that it is not applied again: kept in
//! memory, and forgotten as soon as a watch shows that somebody else had a hand in it. A restart
//! knows nothing, and applies everything once.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use tokio::sync::Notify;

/// A change that came between the answer to an apply and its record here is not seen; this is how
/// long it may last.
const BELIEVED_FOR: Duration = Duration::from_secs(600);

/// One object of a deal: its kind and its name.
type Key = (&'static str, String);

struct Entry {
    /// Of what was desired; `None` where the object shall be absent.
    desired: Option<u64>,
    /// Of who had which fields when the apply was answered.
    owners: u64,
    at: Instant,
}

#[derive(Default)]
struct Deal {
    entries: HashMap<Key, Entry>,
    stirred: Arc<Notify>,
}

/// By the deal's name.
#[derive(Default)]
pub struct Applied(Mutex<HashMap<String, Deal>>);

impl Applied {
    /// Whether the object is there as desired, as far as is known.
    pub fn is_current(&self, deal: &str, kind: &'static str, name: &str, desired: Option<u64>) -> bool {
        let deals = self.lock();
        let entry = deals.get(deal).and_then(|deal| deal.entries.get(&(kind, name.to_owned())));
        entry.is_some_and(|entry| entry.desired == desired && entry.at.elapsed() < BELIEVED_FOR)
    }

    /// The object has just been applied, and this is the answer's metadata.
    pub fn record(&self, deal: &str, kind: &'static str, desired: u64, answer: &ObjectMeta) {
        let Some(name) = answer.name.clone() else { return };
        let entry = Entry { desired: Some(desired), owners: owners(answer), at: Instant::now() };
        self.lock().entry(deal.to_owned()).or_default().entries.insert((kind, name), entry);
    }

    /// The object has just been made sure to be absent.
    pub fn record_absent(&self, deal: &str, kind: &'static str, name: &str) {
        let entry = Entry { desired: None, owners: 0, at: Instant::now() };
        self.lock().entry(deal.to_owned()).or_default().entries.insert((kind, name.to_owned()), entry);
    }

    /// A watch shows the object. Only a change of who has which fields is somebody else's doing: a
    /// new status is not, and neither is what we applied ourselves.
    pub fn saw(&self, deal: &str, kind: &'static str, found: &ObjectMeta) {
        let Some(name) = found.name.clone() else { return };
        let mut deals = self.lock();
        let Some(deal) = deals.get_mut(deal) else { return };
        let key = (kind, name);
        let drifted = deal
            .entries
            .get(&key)
            .is_some_and(|entry| entry.desired.is_none() || entry.owners != owners(found));
        if drifted {
            deal.entries.remove(&key);
            deal.stirred.notify_one();
        }
    }

    /// A watch shows that the object is gone.
    pub fn lost(&self, deal: &str, kind: &'static str, name: &str) {
        let mut deals = self.lock();
        let Some(deal) = deals.get_mut(deal) else { return };
        let key = (kind, name.to_owned());
        if deal.entries.get(&key).is_some_and(|entry| entry.desired.is_some()) {
            deal.entries.remove(&key);
            deal.stirred.notify_one();
        }
    }

    /// A watch has listed all objects of a kind, by deal and name: whatever else there was is gone.
    pub fn listed(&self, kind: &'static str, found: &HashSet<(String, String)>) {
        for (name, deal) in self.lock().iter_mut() {
            let before = deal.entries.len();
            deal.entries.retain(|(of, object), entry| {
                *of != kind || entry.desired.is_none() || found.contains(&(name.clone(), object.clone()))
            });
            if deal.entries.len() != before {
                deal.stirred.notify_one();
            }
        }
    }

    /// Nothing of the deal is there any more, or not as anybody remembers it.
    pub fn forget(&self, deal: &str) {
        self.lock().remove(deal);
    }

    /// Returns when something of the deal is no longer as it was applied; never, where nothing is.
    pub async fn stirred(&self, deal: &str) {
        let stirred = self.lock().get(deal).map(|deal| Arc::clone(&deal.stirred));
        match stirred {
            Some(stirred) => stirred.notified().await,
            None => std::future::pending().await,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Deal>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stands for what is desired.
pub fn digest(object: &impl Serialize) -> u64 {
    let text = serde_json::to_vec(object).expect("an object of Kubernetes is plain data");
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Stands for who has which fields of an object, subresources left aside: the API server keeps the
/// account, for every kind, whether it counts generations or not.
fn owners(metadata: &ObjectMeta) -> u64 {
    let fields: Vec<_> =
        metadata.managed_fields.iter().flatten().filter(|entry| entry.subresource.is_none()).collect();
    digest(&(fields, &metadata.uid, &metadata.deletion_timestamp))
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;

    use super::*;

    fn metadata(name: &str, owners: &[(&str, Option<&str>)]) -> ObjectMeta {
        let entry = |(manager, subresource): &(&str, Option<&str>)| ManagedFieldsEntry {
            manager: Some((*manager).to_owned()),
            subresource: subresource.map(str::to_owned),
            ..ManagedFieldsEntry::default()
        };
        ObjectMeta {
            name: Some(name.to_owned()),
            managed_fields: Some(owners.iter().map(entry).collect()),
            ..ObjectMeta::default()
        }
    }

    #[test]
    fn only_what_somebody_else_changed_is_applied_again() {
        let applied = Applied::default();
        let current = |desired| applied.is_current("a", "Service", "shop", Some(desired));
        assert!(!current(1), "nothing is known at the start");
        applied.record("a", "Service", 1, &metadata("shop", &[("ours", None)]));
        assert!(current(1));
        assert!(!current(2), "something else is desired");
        applied.saw("a", "Service", &metadata("shop", &[("ours", None), ("controller", Some("status"))]));
        applied.saw("b", "Service", &metadata("shop", &[("them", None)]));
        applied.saw("a", "Deployment", &metadata("shop", &[("them", None)]));
        assert!(current(1), "a status, another deal and another kind are not it");
        applied.saw("a", "Service", &metadata("shop", &[("ours", None), ("them", None)]));
        assert!(!current(1));
    }

    #[test]
    fn what_is_gone_is_applied_again() {
        let applied = Applied::default();
        for (name, desired) in [("one", 1), ("two", 2)] {
            applied.record("a", "Service", desired, &metadata(name, &[]));
        }
        applied.lost("a", "Service", "one");
        assert!(!applied.is_current("a", "Service", "one", Some(1)));
        applied.listed("ConfigMap", &HashSet::new());
        assert!(applied.is_current("a", "Service", "two", Some(2)));
        applied.listed("Service", &HashSet::new());
        assert!(!applied.is_current("a", "Service", "two", Some(2)));
    }

    #[test]
    fn what_shall_be_absent_and_shows_is_removed_again() {
        let applied = Applied::default();
        applied.record_absent("a", "Ingress", "deal");
        applied.listed("Ingress", &HashSet::new());
        applied.lost("a", "Ingress", "deal");
        assert!(applied.is_current("a", "Ingress", "deal", None));
        applied.saw("a", "Ingress", &metadata("deal", &[]));
        assert!(!applied.is_current("a", "Ingress", "deal", None));
    }

    #[tokio::test]
    async fn a_drift_wakes_the_deal_also_when_it_came_first() {
        let applied = Applied::default();
        applied.record("a", "Service", 1, &metadata("shop", &[]));
        applied.lost("a", "Service", "shop");
        applied.stirred("a").await;
    }
}
