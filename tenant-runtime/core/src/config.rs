//! The configuration of a deal's runtime, as the lifecycle's executor writes it and every pod reads
//! it: one JSON document without secrets, and one directory of secret files.

use crds::{LinkRange, OnRefresh, PaymentProvider, Prequeue, Won};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The document named by `DDIB_CONFIG`. Frozen once the deal is warm; what may change while the
/// deal runs is in [`Settings`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DealConfig {
    /// The name of the `TimeDeal`; part of every ticket, pass and key.
    pub deal: String,
    pub title: String,
    pub company_name: String,
    /// Scheme, host and port as the shopper's browser sees them, without a slash at the end.
    pub origin: String,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    pub prequeue: Prequeue,
    pub on_refresh: OnRefresh,
    pub pass_seconds: u32,
    pub claim_seconds: u32,
    pub hold_seconds: u32,
    pub restock_on_refund: bool,
    pub payment: PaymentConfig,
    pub identity: IdentityConfig,
    pub ledger: LedgerConfig,
    /// The settings at the time of writing; later ones arrive over the internal interface.
    pub settings: Settings,
}

/// What may change while the deal runs. A higher `generation` wins; an equal or lower one is
/// ignored, so that applying is idempotent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    pub generation: i64,
    /// Admission is stopped; those inside may finish.
    pub paused: bool,
    /// The sale is closed before its time: nothing new may begin (no admission, no hold), what has
    /// begun may finish. Never taken back.
    #[serde(default)]
    pub closed: bool,
    pub admissions_per_second: u32,
    pub inside_max: u32,
    /// One line that the company shows to everyone who waits; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notice: String,
    /// What whoever wants a place must show first; nothing where it is off, and then it is not
    /// written: a runtime of an older version knows no such field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_of_work: Option<ProofSettings>,
    /// The guests' links that the company has withdrawn; not written where there are none: a runtime of an
    /// older version knows no such field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn_links: Vec<LinkRange>,
    /// Stock may be raised, and lowered down to what is held and sold.
    pub products: Vec<ProductSettings>,
}

/// How hard a proof of work is; the rule is in [`crate::proof`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProofSettings {
    /// In leading zero bits, while no more come than are expected.
    pub base_bits: u32,
    /// At the most, however many come.
    pub max_bits: u32,
    /// How many may come to one process each second before it becomes harder.
    pub expected_per_second: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductSettings {
    pub id: Uuid,
    pub name: String,
    pub list_price: Won,
    pub price: Won,
    pub stock: u32,
    pub per_shopper_max: u32,
    pub image_url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentConfig {
    pub provider: PaymentProvider,
    /// The provider's API, for instance `https://open-api.kakaopay.com`.
    pub base_url: String,
    /// The company's merchant id: KakaoPay's CID, the client key at Toss.
    pub merchant_id: String,
    /// The script that opens the provider's own payment window, for a provider that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdentityConfig {
    /// The public keys that shopper tokens are checked with: a JWK set.
    pub jwks: serde_json::Value,
    pub issuer: String,
    /// Where a shopper without a token is sent to; `returnTo=<url>` is added.
    pub sign_in_url: String,
    /// My Page at DDIB, for links.
    pub orders_url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerConfig {
    /// The control plane as the pods reach it, without a slash at the end.
    pub base_url: String,
}

/// The secret files below `DDIB_SECRETS`; each holds one line. All are created once per deal and
/// never regenerated. `merchant-key` is mounted into payment pods only.
pub mod secrets {
    /// 64 hex digits: tickets and passes are signed with it.
    pub const DEAL_KEY: &str = "deal-key";
    /// 64 hex digits: the draw's secret, committed to when the deal is armed.
    pub const DRAW_SECRET: &str = "draw-secret";
    pub const REDIS_PASSWORD: &str = "redis-password";
    /// Bearer credential of this deal at the control plane's ledger.
    pub const LEDGER_TOKEN: &str = "ledger-token";
    /// Bearer credential that the lifecycle's executor shows at `/internal`.
    pub const CONTROL_TOKEN: &str = "control-token";
    /// The company's key at the payment provider.
    pub const MERCHANT_KEY: &str = "merchant-key";
}
