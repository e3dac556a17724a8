//! How everything of a deal is named and labelled. A deal's objects are found by these labels, and
//! told apart by them.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

/// The label with the deal's name, on everything that it has.
pub const DEAL: &str = "bidd.io/deal";
/// The label with the uid of the `TimeDeal` that a namespace belongs to.
pub const DEAL_UID: &str = "bidd.io/deal-uid";
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Who made it, and the name under which it is applied.
pub const MANAGER: &str = "bidd-operator";
pub const PART_OF: &str = "app.kubernetes.io/part-of";
pub const PLATFORM: &str = "ddib";
pub const NAME: &str = "app.kubernetes.io/name";
pub const COMPONENT: &str = "app.kubernetes.io/component";

/// The service account of every pod of a deal. It may do nothing.
pub(super) const SERVICE_ACCOUNT: &str = "runtime";

/// What a deal runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Queue,
    Shop,
    Payment,
    Redis,
}

impl Part {
    /// The name of its Service, of its workload, and, for a role, the argument that makes it one.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Part::Queue => "queue",
            Part::Shop => "shop",
            Part::Payment => "payment",
            Part::Redis => "redis",
        }
    }

    /// Which program it is.
    pub(super) fn program(self) -> &'static str {
        match self {
            Part::Queue | Part::Shop | Part::Payment => RUNTIME,
            Part::Redis => "redis",
        }
    }
}

/// The program of all three roles.
pub(super) const RUNTIME: &str = "tenant-runtime";

/// The namespace of the deal with that name.
#[must_use]
pub fn namespace_of(deal: &str) -> String {
    format!("ddib-{deal}")
}

/// The deal whose namespace that would be; the opposite of [`namespace_of`].
#[must_use]
pub fn deal_in(namespace: &str) -> Option<&str> {
    namespace.strip_prefix("ddib-").filter(|deal| !deal.is_empty())
}

/// One deal, as the owner of objects.
pub(super) struct Scope<'a> {
    deal: &'a str,
    uid: &'a str,
}

impl<'a> Scope<'a> {
    pub fn new(deal: &'a str, uid: &'a str) -> Scope<'a> {
        Scope { deal, uid }
    }

    pub fn namespace_name(&self) -> String {
        namespace_of(self.deal)
    }

    pub fn namespace(&self) -> Namespace {
        const POD_SECURITY: &str = "pod-security.kubernetes.io";
        let mut labels = self.labels();
        labels.insert(DEAL_UID.to_owned(), self.uid.to_owned());
        for mode in ["enforce", "warn", "audit"] {
            labels.insert(format!("{POD_SECURITY}/{mode}"), "restricted".to_owned());
        }
        let name = Some(self.namespace_name());
        Namespace {
            metadata: ObjectMeta { name, labels: Some(labels), ..ObjectMeta::default() },
            ..Namespace::default()
        }
    }

    pub fn service_account(&self) -> ServiceAccount {
        ServiceAccount {
            metadata: self.meta(SERVICE_ACCOUNT),
            automount_service_account_token: Some(false),
            ..ServiceAccount::default()
        }
    }

    /// Of an object of the deal as a whole.
    pub fn meta(&self, name: &str) -> ObjectMeta {
        self.meta_with(name, self.labels())
    }

    /// Of an object of one part.
    pub fn meta_of(&self, part: Part) -> ObjectMeta {
        self.meta_with(part.name(), self.labels_of(part))
    }

    fn meta_with(&self, name: &str, labels: BTreeMap<String, String>) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.namespace_name()),
            labels: Some(labels),
            ..ObjectMeta::default()
        }
    }

    pub fn labels(&self) -> BTreeMap<String, String> {
        labels([(DEAL, self.deal), (MANAGED_BY, MANAGER), (PART_OF, PLATFORM)])
    }

    pub fn labels_of(&self, part: Part) -> BTreeMap<String, String> {
        let mut all = self.labels();
        all.extend(labels([(NAME, part.program()), (COMPONENT, part.name())]));
        all
    }

    /// Selects the pods of one part. Of its labels only those that will never change: selectors are
    /// immutable.
    pub fn selector_of(&self, part: Part) -> BTreeMap<String, String> {
        labels([(DEAL, self.deal), (NAME, part.program()), (COMPONENT, part.name())])
    }
}

pub(super) fn labels<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

pub(super) fn matching(labels: BTreeMap<String, String>) -> LabelSelector {
    LabelSelector { match_labels: Some(labels), ..LabelSelector::default() }
}
