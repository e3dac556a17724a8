//! The configuration of a deal's runtime, from what was ordered and what the platform is.

use crds::{PaymentProvider, TimeDealSpec, Window};
use tenant_runtime_core::config::{
    DealConfig, IdentityConfig, LedgerConfig, PaymentConfig, ProductSettings, ProofSettings, Settings,
};

/// What every deal of a platform has in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// `http` or `https`, as the shopper's browser sees it.
    pub scheme: String,
    /// The port in the browser's address bar; `None` where it is the scheme's own.
    pub port: Option<u16>,
    /// The control plane as the runtime reaches it, without a slash at the end.
    pub ledger_base_url: String,
    /// KakaoPay's API, without a slash at the end.
    pub kakaopay_base_url: String,
    pub toss: TossPlaces,
    pub identity: IdentityConfig,
}

/// Where Toss Payments is, without slashes at the ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TossPlaces {
    /// The API.
    pub base_url: String,
    /// The script that opens the payment window.
    pub script_url: String,
}

impl Default for TossPlaces {
    fn default() -> Self {
        TossPlaces {
            base_url: "https://api.tosspayments.com".to_owned(),
            script_url: "https://js.tosspayments.com/v2/standard".to_owned(),
        }
    }
}

impl Platform {
    /// Where shoppers find the deal, without a slash at the end.
    #[must_use]
    pub fn origin(&self, host: &str) -> String {
        match self.port {
            Some(port) => format!("{}://{host}:{port}", self.scheme),
            None => format!("{}://{host}", self.scheme),
        }
    }
}

/// The whole document, as it is written before the deal is warm.
#[must_use]
pub fn build(
    name: &str,
    spec: &TimeDealSpec,
    window: Window,
    settings: Settings,
    platform: &Platform,
) -> DealConfig {
    DealConfig {
        deal: name.to_owned(),
        title: spec.title.clone(),
        company_name: spec.company.name.clone(),
        origin: platform.origin(&spec.host),
        opens_at: window.opens_at,
        closes_at: window.closes_at,
        prequeue: spec.waiting_room.prequeue,
        on_refresh: spec.waiting_room.on_refresh,
        pass_seconds: spec.waiting_room.pass_seconds,
        claim_seconds: spec.waiting_room.claim_seconds,
        hold_seconds: spec.payment.hold_seconds,
        restock_on_refund: spec.restock_on_refund,
        payment: payment(spec, platform),
        identity: platform.identity.clone(),
        ledger: LedgerConfig { base_url: platform.ledger_base_url.clone() },
        settings,
    }
}

fn payment(spec: &TimeDealSpec, platform: &Platform) -> PaymentConfig {
    let (base_url, script_url) = match spec.payment.provider {
        PaymentProvider::KakaoPay => (&platform.kakaopay_base_url, None),
        PaymentProvider::Toss => (&platform.toss.base_url, Some(platform.toss.script_url.clone())),
    };
    PaymentConfig {
        provider: spec.payment.provider,
        base_url: base_url.clone(),
        merchant_id: spec.payment.merchant_id.clone(),
        script_url,
    }
}

/// What may change while the deal runs. `closed` closes the sale before its time.
#[must_use]
pub fn settings(spec: &TimeDealSpec, generation: i64, closed: bool) -> Settings {
    Settings {
        generation: settings_generation(generation, closed),
        paused: spec.paused || closed,
        closed,
        admissions_per_second: spec.capacity.admissions_per_second,
        inside_max: spec.capacity.inside_max,
        notice: spec.notice.clone(),
        proof_of_work: proof(spec),
        withdrawn_links: spec.withdrawn_links.clone(),
        products: spec
            .products
            .iter()
            .map(|product| ProductSettings {
                id: product.id,
                name: product.name.clone(),
                list_price: product.list_price,
                price: product.price,
                stock: product.stock,
                per_shopper_max: product.per_shopper_max,
                image_url: product.image_url.clone(),
            })
            .collect(),
    }
}

/// Within this time everybody whom the plan is made for may come, before it counts as an attack.
const CROWD_SECONDS: u32 = 60;
/// So few that a family could come at once make nothing harder.
const EXPECTED_PER_SECOND_MIN: u32 = 20;

/// What each pod is told: of those whom the plan is made for, its share of the busiest second.
fn proof(spec: &TimeDealSpec) -> Option<ProofSettings> {
    let proof = spec.proof_of_work?;
    let pods = spec.roles.queue.warm.max(1);
    let share = spec.capacity.expected_shoppers.div_ceil(CROWD_SECONDS.saturating_mul(pods));
    Some(ProofSettings {
        base_bits: proof.base_bits,
        max_bits: proof.max_bits,
        expected_per_second: share.max(EXPECTED_PER_SECOND_MIN),
    })
}

/// The settings in place, closed. For a deal whose spec can no longer be read.
#[must_use]
pub fn closed(in_place: &Settings, generation: i64) -> Settings {
    Settings {
        generation: settings_generation(generation, true).max(in_place.generation),
        paused: true,
        closed: true,
        ..in_place.clone()
    }
}

/// Closing is not a change of the spec, and not every store counts it as a generation; the runtime
/// must take it as newer all the same.
pub(crate) fn settings_generation(generation: i64, closed: bool) -> i64 {
    generation.saturating_mul(2).saturating_add(i64::from(closed))
}
