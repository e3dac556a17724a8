//! What a company ordered: the spec of a `TimeDeal`.
//!
//! Reading is tolerant of fields it does not know: the store refuses them on writing, and an older
//! reader must not stumble over a newer object.

use jiff::Timestamp;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{LinkRange, TimeDealStatus, Won, bounds};

/// A rented slot: for the window, a runtime of its own sells the products of one company.
#[derive(Debug, Clone, PartialEq, CustomResource, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "bidd.io",
    version = "v1alpha1",
    kind = "TimeDeal",
    plural = "timedeals",
    singular = "timedeal",
    shortname = "td",
    category = "bidd",
    status = "TimeDealStatus",
    derive = "PartialEq",
    doc = "A rented slot: for the window, a runtime of its own sells the products of one company.",
    printcolumn(name = "Company", type_ = "string", json_path = ".spec.company.name"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Opens", type_ = "string", format = "date-time", json_path = ".spec.window.opensAt"),
    printcolumn(name = "Closes", type_ = "string", format = "date-time", json_path = ".spec.window.closesAt"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(name = "Sold", type_ = "integer", json_path = ".status.figures.sold"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    validation = Rule::new("self.metadata.name.size() <= 58 && !self.metadata.name.contains('.')")
        .message("the name must be a DNS label of at most 58 characters: it is part of the namespace's"),
    validation = Rule::new(
        "!has(oldSelf.status) || !has(oldSelf.status.openedAt) || \
         self.spec.window.opensAt == oldSelf.spec.window.opensAt"
    )
    .message("opensAt is immutable once the deal has opened")
    .field_path(".spec.window.opensAt")
)]
#[serde(rename_all = "camelCase")]
#[schemars(transform = crate::explain::unwrap)]
#[x_kube(
    validation = Rule::new("self.host.startsWith(self.company.slug + '.')")
        .message("the host must start with the company's slug")
        .field_path(".host")
)]
pub struct TimeDealSpec {
    /// The company that rents the slot. A deal stays with its company.
    pub company: CompanyRef,
    /// What the deal is called on every screen. Frozen once the deal is warm.
    #[schemars(length(min = 1, max = bounds::TITLE_LENGTH_MAX))]
    pub title: String,
    /// The host name under which shoppers reach the deal: the company's slug, and the domain of all
    /// deals. Immutable.
    #[schemars(length(max = bounds::HOST_LENGTH_MAX), regex(pattern = bounds::DNS_NAME))]
    #[x_kube(validation = Rule::new("self == oldSelf").message("the host is immutable"))]
    pub host: String,
    /// When the doors are open. `opensAt` is immutable once the deal has opened; once the runtime is
    /// warm, a change of either reaches nobody, which the condition Accepted then says.
    pub window: Window,
    /// How long before `opensAt` the runtime must be up and warm, in seconds. Creating it begins
    /// earlier still.
    #[serde(default = "defaults::warm_up_seconds")]
    #[schemars(range(max = bounds::WARM_UP_SECONDS_MAX))]
    pub warm_up_seconds: u32,
    /// What the company's plan allows. May be raised and lowered while the deal runs.
    pub capacity: Capacity,
    /// How many replicas each role gets, and how large they are.
    #[serde(default)]
    pub roles: Roles,
    /// How the crowd is queued. Frozen once the deal is warm.
    #[serde(default)]
    pub waiting_room: WaitingRoom,
    /// What is for sale: 1 to 50 products, each id once. Prices and stock may change while the deal
    /// runs; held and paid pieces are never taken back.
    #[schemars(length(min = 1, max = bounds::PRODUCTS_MAX))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["id".into()]))]
    pub products: Vec<Product>,
    /// Through whom the shoppers pay. Frozen once the deal is warm.
    pub payment: Payment,
    /// Whether refunded pieces go back on sale while the deal is open.
    #[serde(default)]
    pub restock_on_refund: bool,
    /// `true` stops admission; those inside may finish. May change while the deal runs.
    #[serde(default)]
    pub paused: bool,
    /// One line that the company shows to everyone who waits; empty where there is none. May change
    /// while the deal runs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = bounds::NOTICE_LENGTH_MAX), regex(pattern = bounds::LINE_OR_EMPTY))]
    pub notice: String,
    /// Present where whoever wants a place must solve a puzzle first, and left out where nobody must.
    /// It costs a shopper's phone a moment, and whoever sends a flood a processor for each place;
    /// `{}` is on, with the defaults. Who has no JavaScript cannot solve it and is told so. May change
    /// while the deal runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_of_work: Option<ProofOfWork>,
    /// The numbers of guests' links that let nobody in any more; left out where all do. Whoever came in
    /// by one before stays. May change while the deal runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = bounds::LINK_RANGES_MAX))]
    pub withdrawn_links: Vec<LinkRange>,
    /// `Apply` brings the deal about. `Plan` writes what would be done into `status.planned` and
    /// does nothing.
    #[serde(default)]
    pub mode: Mode,
    /// How long the object of a deal that is over is kept, in seconds. Its runtime is gone by then,
    /// and its orders are in the ledger for good.
    #[serde(default = "defaults::retention_seconds")]
    #[schemars(range(max = bounds::RETENTION_SECONDS_MAX))]
    pub retention_seconds: u32,
}

impl TimeDeal {
    /// Drops the accounts that are kept of an object beside it: who wrote which field, and the copy of
    /// itself that `kubectl apply` leaves. Together they are larger than the deal, and whoever keeps
    /// many deals in memory reads neither.
    pub fn drop_accounts(&mut self) {
        self.metadata.managed_fields = None;
        if let Some(annotations) = &mut self.metadata.annotations {
            annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        }
    }
}

/// The company that rents the slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompanyRef {
    /// The company's id at the control plane. Immutable.
    #[x_kube(validation = Rule::new("self == oldSelf").message("the company is immutable"))]
    pub id: uuid::Uuid,
    /// A DNS label: the first part of the deal's host name, and so as immutable.
    #[schemars(length(max = bounds::SLUG_LENGTH_MAX), regex(pattern = bounds::DNS_LABEL))]
    pub slug: String,
    /// The company's name as shoppers see it.
    #[schemars(length(min = 1, max = bounds::COMPANY_NAME_LENGTH_MAX))]
    pub name: String,
}

/// A half-open window of time, UTC; at most 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.opensAt < self.closesAt")
        .message("closesAt must be after opensAt")
        .field_path(".closesAt"),
    validation = Rule::new("self.closesAt - self.opensAt <= duration('24h')")
        .message("a window lasts at most 24 hours")
        .field_path(".closesAt")
)]
pub struct Window {
    /// The first instant at which the doors are open, as RFC 3339: `2026-12-01T01:00:00Z`. The
    /// runtime opens by itself at that instant.
    pub opens_at: Timestamp,
    /// The first instant at which they are closed again. Whoever holds something then may still pay.
    pub closes_at: Timestamp,
}

/// What the company's plan allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Capacity {
    /// The plan's code, for people.
    #[schemars(length(min = 1, max = bounds::PLAN_LENGTH_MAX))]
    pub plan: String,
    /// How many shoppers the plan is made for, all in all. Nobody is turned away above it; the memory
    /// of the deal's Redis is reckoned from it.
    #[schemars(range(min = 1, max = bounds::EXPECTED_SHOPPERS_MAX))]
    pub expected_shoppers: u32,
    /// How many shoppers may be let in each second, at the most.
    #[schemars(range(min = 1, max = bounds::ADMISSIONS_PER_SECOND_MAX))]
    pub admissions_per_second: u32,
    /// How many shoppers may be inside at once. Never exceeded.
    #[schemars(range(min = 1, max = bounds::INSIDE_MAX))]
    pub inside_max: u32,
}

/// Replicas and sizes, by role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Roles {
    /// The waiting room. It carries the crowd.
    #[serde(default)]
    pub queue: RoleSize,
    /// Products, stock and holds, for those inside.
    #[serde(default)]
    pub shop: RoleSize,
    /// Payments, refunds, and the export to the ledger.
    #[serde(default)]
    pub payment: RoleSize,
}

/// Replicas of one role: `min` at rest, `warm` from warm-up until the doors close, `max` as the
/// autoscaler's reserve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.min <= self.warm && self.warm <= self.max")
        .message("replicas must be ordered: min <= warm <= max")
)]
pub struct RoleSize {
    /// The least number of replicas once the doors have closed.
    #[schemars(range(min = 1, max = bounds::REPLICAS_MAX))]
    pub min: u32,
    /// The least number from warm-up until the doors close: ready before the crowd comes.
    #[schemars(range(min = 1, max = bounds::REPLICAS_MAX))]
    pub warm: u32,
    /// The most that the autoscaler may make of them.
    #[schemars(range(min = 1, max = bounds::REPLICAS_MAX))]
    pub max: u32,
    /// What one replica asks for; the platform's default where it is left out. Frozen once the deal
    /// is warm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<RoleResources>,
}

impl Default for RoleSize {
    fn default() -> Self {
        RoleSize { min: 1, warm: 2, max: 4, resources: None }
    }
}

/// What one replica asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleResources {
    /// Processor time, in thousandths of a core. The autoscaler adds replicas before it is used up.
    #[schemars(range(min = bounds::CPU_MILLIS_MIN, max = bounds::CPU_MILLIS_MAX))]
    pub cpu_millis: u32,
    /// Memory in MiB. Never exceeded.
    #[schemars(range(min = bounds::MEMORY_MIB_MIN, max = bounds::MEMORY_MIB_MAX))]
    pub memory_mib: u32,
}

/// How the crowd is queued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct WaitingRoom {
    /// How those who came before the doors opened are ordered; who comes later queues behind them.
    pub prequeue: Prequeue,
    /// What a reload of the page does to one's place.
    pub on_refresh: OnRefresh,
    /// How long a pass lives without a renewal, in seconds.
    #[schemars(range(min = bounds::PASS_SECONDS_MIN, max = bounds::PASS_SECONDS_MAX))]
    pub pass_seconds: u32,
    /// How long a called shopper may take to come in before the place goes to the next, in seconds.
    #[schemars(range(min = bounds::CLAIM_SECONDS_MIN, max = bounds::CLAIM_SECONDS_MAX))]
    pub claim_seconds: u32,
}

impl Default for WaitingRoom {
    fn default() -> Self {
        WaitingRoom {
            prequeue: Prequeue::Draw,
            on_refresh: OnRefresh::Keep,
            pass_seconds: 300,
            claim_seconds: 30,
        }
    }
}

/// How those who came before the doors opened are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Prequeue {
    /// A provable draw among all who came before the doors opened.
    #[default]
    Draw,
    /// First come, first served.
    Fifo,
}

/// What a reload of the page does to one's place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OnRefresh {
    /// The place is kept.
    #[default]
    Keep,
    /// Back to the end of the queue.
    Requeue,
}

/// How hard the puzzle is that whoever wants a place must solve. Each bit more doubles the work: 16
/// bits are some 65,000 SHA-256, a quarter of a second on a slow phone; 21 bits are two million, some
/// 8 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.baseBits <= self.maxBits")
        .message("baseBits must not be above maxBits")
        .field_path(".maxBits")
)]
pub struct ProofOfWork {
    /// How hard it is while no more come than the plan expects, in leading zero bits.
    #[serde(default = "defaults::proof_base_bits")]
    #[schemars(range(min = bounds::PROOF_BITS_MIN, max = bounds::PROOF_BITS_MAX))]
    pub base_bits: u32,
    /// How hard it becomes at the most, however many come, in leading zero bits; as hard as at rest
    /// where the two are the same.
    #[serde(default = "defaults::proof_max_bits")]
    #[schemars(range(min = bounds::PROOF_BITS_MIN, max = bounds::PROOF_BITS_MAX))]
    pub max_bits: u32,
}

impl Default for ProofOfWork {
    fn default() -> Self {
        ProofOfWork { base_bits: defaults::proof_base_bits(), max_bits: defaults::proof_max_bits() }
    }
}

/// One thing that is for sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.price <= self.listPrice")
        .message("the price must not be above the list price")
        .field_path(".listPrice"),
    validation = Rule::new("self.price * self.perShopperMax <= 100000000")
        .message("the most that one shopper may buy must be an amount that the gateway takes")
        .field_path(".perShopperMax")
)]
pub struct Product {
    /// The product's id at the control plane; unique within the deal.
    pub id: uuid::Uuid,
    /// What it is called on every screen.
    #[schemars(length(min = 1, max = bounds::PRODUCT_NAME_LENGTH_MAX))]
    pub name: String,
    /// The price before the deal, in won.
    #[schemars(range(min = 1, max = bounds::PRICE_MAX))]
    pub list_price: Won,
    /// The price in the deal, in won; not above the list price.
    #[schemars(range(min = 1, max = bounds::PRICE_MAX))]
    pub price: Won,
    /// How many pieces are for sale. Raised and lowered while the deal is open; 0 takes the product
    /// off sale.
    #[schemars(range(max = bounds::STOCK_MAX))]
    pub stock: u32,
    /// How many pieces one shopper may hold and have paid for, all in all.
    #[schemars(range(min = 1, max = bounds::PER_SHOPPER_MAX))]
    pub per_shopper_max: u32,
    /// Where the picture is, absolute; empty where there is none.
    #[serde(default)]
    #[schemars(length(max = bounds::URL_LENGTH_MAX), regex(pattern = bounds::URL_OR_EMPTY))]
    pub image_url: String,
}

/// Through whom the shoppers pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// The payment provider.
    pub provider: PaymentProvider,
    /// The company's merchant id at the provider: KakaoPay's CID, the client key at Toss.
    #[schemars(length(min = 1, max = bounds::MERCHANT_ID_LENGTH_MAX))]
    pub merchant_id: String,
    /// The name of the secret, in the platform's namespace, that holds the company's key
    /// (`merchant-key`) and the deal's credential at the ledger (`ledger-token`). Copied once, when
    /// the runtime is made.
    #[schemars(length(max = bounds::SECRET_REF_LENGTH_MAX), regex(pattern = bounds::DNS_LABEL))]
    pub secret_ref: String,
    /// How long a hold lives, in seconds; it must outlive the provider's own 15 minutes.
    #[serde(default = "defaults::hold_seconds")]
    #[schemars(range(min = bounds::HOLD_SECONDS_MIN, max = bounds::HOLD_SECONDS_MAX))]
    pub hold_seconds: u32,
}

/// A payment provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PaymentProvider {
    /// KakaoPay. What is meant where nothing is said: it was the only one once.
    #[default]
    KakaoPay,
    /// Toss Payments.
    Toss,
}

/// Whether a deal is brought about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Mode {
    /// It is.
    #[default]
    Apply,
    /// Only what would be done is written down.
    Plan,
}

mod defaults {
    pub fn warm_up_seconds() -> u32 {
        600
    }
    pub fn retention_seconds() -> u32 {
        86_400
    }
    pub fn proof_base_bits() -> u32 {
        16
    }
    pub fn proof_max_bits() -> u32 {
        crate::bounds::PROOF_BITS_MAX
    }
    /// KakaoPay's 15 minutes and one to look the payment up.
    pub fn hold_seconds() -> u32 {
        960
    }
}
