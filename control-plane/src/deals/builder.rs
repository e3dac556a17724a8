//! What a rental looks like as a `TimeDeal`: pure, and the same every time, so that writing it again
//! changes nothing.

use crds::{
    Capacity, CompanyRef, Mode, OnRefresh, Payment, PaymentProvider, Prequeue, Product, RoleSize, Roles,
    TimeDeal, TimeDealSpec, WaitingRoom, Won,
};

use crate::companies::company;
use crate::config::{DealsConfig, PublicConfig};
use crate::products::wire::{image_url, unsigned};
use crate::{products, rentals};

/// Everything that goes into it.
pub struct Facts<'a> {
    pub deal: &'a str,
    pub rental: &'a rentals::entity::Model,
    pub company: &'a company::Model,
    /// The company's merchant id at the payment provider.
    pub merchant_id: &'a str,
    pub products: &'a [products::entity::Model],
    pub public: &'a PublicConfig,
    pub defaults: &'a DealsConfig,
}

#[must_use]
pub fn build(facts: &Facts<'_>) -> TimeDeal {
    let Facts { deal, rental, company, merchant_id, products, public, defaults } = facts;
    let spec = TimeDealSpec {
        company: CompanyRef { id: company.id.0, slug: company.slug.clone(), name: company.name.clone() },
        title: rental.title.clone(),
        host: public.deal_host(&company.slug),
        window: rental.window(),
        warm_up_seconds: defaults.warm_up_seconds,
        capacity: Capacity {
            plan: rental.plan.clone(),
            expected_shoppers: unsigned(rental.expected_shoppers),
            admissions_per_second: unsigned(rental.admissions_per_second),
            inside_max: unsigned(rental.inside_max),
        },
        roles: roles(unsigned(rental.expected_shoppers)),
        waiting_room: WaitingRoom {
            prequeue: Prequeue::Draw,
            on_refresh: OnRefresh::Keep,
            pass_seconds: defaults.pass_seconds,
            claim_seconds: defaults.claim_seconds,
        },
        products: products.iter().map(|product| self::product(public, product)).collect(),
        payment: Payment {
            provider: PaymentProvider::KakaoPay,
            merchant_id: (*merchant_id).to_owned(),
            secret_ref: (*deal).to_owned(),
            hold_seconds: defaults.hold_seconds,
        },
        restock_on_refund: defaults.restock_on_refund,
        paused: rental.paused,
        mode: Mode::Apply,
        retention_seconds: defaults.retention_seconds,
    };
    TimeDeal::new(deal, spec)
}

fn product(public: &PublicConfig, product: &products::entity::Model) -> Product {
    Product {
        id: product.id.0,
        name: product.name.clone(),
        list_price: Won(product.list_price),
        price: Won(product.price),
        stock: unsigned(product.stock),
        per_shopper_max: unsigned(product.per_shopper_max),
        image_url: product.image_id.map(|image| image_url(public, image)).unwrap_or_default(),
    }
}

/// One queue pod answers some 20,000 shoppers that wait; those inside are far fewer, and payment is
/// the gateway's speed.
fn roles(expected_shoppers: u32) -> Roles {
    const SHOPPERS_PER_QUEUE_POD: u32 = 20_000;
    const SHOPPERS_PER_SHOP_POD: u32 = 40_000;
    let size = |warm: u32| RoleSize { min: 1, warm, max: warm.saturating_mul(2) };
    Roles {
        queue: size(1 + expected_shoppers.div_ceil(SHOPPERS_PER_QUEUE_POD)),
        shop: size(1 + expected_shoppers.div_ceil(SHOPPERS_PER_SHOP_POD)),
        payment: size(2),
    }
}
