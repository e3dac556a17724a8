//! What a rental looks like as a `TimeDeal`: pure, and the same every time, so that writing it again
//! changes nothing.

use crds::{
    Capacity, CompanyRef, Mode, OnRefresh, Payment, PaymentProvider, Prequeue, Product, ProofOfWork,
    RoleSize, Roles, TimeDeal, TimeDealSpec, WaitingRoom, Won,
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
    pub provider: PaymentProvider,
    /// The company's merchant id at the payment provider.
    pub merchant_id: &'a str,
    pub products: &'a [products::entity::Model],
    pub public: &'a PublicConfig,
    pub defaults: &'a DealsConfig,
}

#[must_use]
pub fn build(facts: &Facts<'_>) -> TimeDeal {
    let Facts { deal, rental, company, provider, merchant_id, products, public, defaults } = facts;
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
            provider: *provider,
            merchant_id: (*merchant_id).to_owned(),
            secret_ref: (*deal).to_owned(),
            hold_seconds: defaults.hold_seconds,
        },
        restock_on_refund: defaults.restock_on_refund,
        paused: rental.paused,
        notice: rental.notice.clone(),
        proof_of_work: rental.proof_of_work.then(ProofOfWork::default),
        withdrawn_links: rental.withdrawn_links(),
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
    let size = |warm: u32| RoleSize { min: 1, warm, max: warm.saturating_mul(2), resources: None };
    Roles {
        queue: size(1 + expected_shoppers.div_ceil(SHOPPERS_PER_QUEUE_POD)),
        shop: size(1 + expected_shoppers.div_ceil(SHOPPERS_PER_SHOP_POD)),
        payment: size(2),
    }
}

#[cfg(test)]
mod tests {
    use control_plane_core::product;
    use crds::LinkRange;
    use uuid::Uuid;

    use super::*;
    use crate::companies::State;
    use crate::config::Scheme;
    use crate::ids::{ImageId, ProductId, RentalId};
    use crate::time::Micros;

    fn company() -> company::Model {
        company::Model {
            id: Uuid::from_u128(1).into(),
            name: "한빛커피로스터스".to_owned(),
            slug: "hanbit".to_owned(),
            claimed_slug: None,
            claimed_number: None,
            business_number: "1234567891".to_owned(),
            representative: "김사장".to_owned(),
            mail_order_number: "제2026-서울중구-0001호".to_owned(),
            contact_email: "shop@example.com".to_owned(),
            contact_phone: "+821012345678".to_owned(),
            state: State::Approved,
            rejected_reason: None,
            applied_at: Micros(0),
            reviewed_at: None,
            reviewed_by: None,
        }
    }

    /// Every other link.
    fn widest_ranges() -> Vec<LinkRange> {
        let odd = (1..=crds::bounds::GUEST_LINKS_MAX).filter(|number| number % 2 == 1).collect();
        LinkRange::all_of(&odd)
    }

    fn rental() -> rentals::entity::Model {
        let opens_at: jiff::Timestamp = "2026-11-24T01:00:00Z".parse().expect("an instant");
        let closes_at: jiff::Timestamp = "2026-11-24T02:00:00Z".parse().expect("an instant");
        rentals::entity::Model {
            id: RentalId(Uuid::from_u128(2)),
            company_id: company().id,
            title: "가".repeat(60),
            category: "food".to_owned(),
            opens_at: opens_at.into(),
            closes_at: closes_at.into(),
            occupied_from: opens_at.into(),
            occupied_until: closes_at.into(),
            plan: "grand".to_owned(),
            expected_shoppers: 50_000,
            admissions_per_second: 200,
            inside_max: 4_000,
            fee: 240_000,
            state: "paid".to_owned(),
            pay_until: opens_at.into(),
            paid_at: Some(opens_at.into()),
            deal: None,
            paying: None,
            paused: true,
            notice: "다".repeat(crds::bounds::NOTICE_LENGTH_MAX),
            guests: 0,
            guests_withdrawn: Some(serde_json::to_string(&widest_ranges()).expect("plain data")),
            proof_of_work: true,
            observed: None,
            turn: 0,
            created_at: opens_at.into(),
        }
    }

    /// As large as the portal lets it be.
    fn largest_product(index: u128) -> products::entity::Model {
        products::entity::Model {
            id: ProductId(Uuid::from_u128(100 + index)),
            rental_id: rental().id,
            name: "나".repeat(product::NAME_LENGTH_MAX),
            description: String::new(),
            list_price: product::PRICE_MAX.0,
            price: product::PRICE_MAX.0 / i64::from(product::PER_SHOPPER_MAX),
            stock: i32::try_from(product::STOCK_MAX).expect("a stock fits"),
            per_shopper_max: i32::try_from(product::PER_SHOPPER_MAX).expect("a limit fits"),
            image_id: Some(ImageId(Uuid::from_u128(7))),
            position: 0,
            created_at: Micros(0),
        }
    }

    fn deal(products: &[products::entity::Model]) -> TimeDeal {
        build(&Facts {
            deal: "hanbit-20261124-1000",
            rental: &rental(),
            company: &company(),
            provider: PaymentProvider::KakaoPay,
            merchant_id: "TC0ONETIME",
            products,
            public: &PublicConfig { scheme: Scheme::Http, domain: "localhost".to_owned(), port: 8080 },
            defaults: &DealsConfig::default(),
        })
    }

    #[test]
    fn whatever_the_portal_takes_obeys_the_rules_of_a_deal() {
        let products: Vec<_> = (0..50).map(largest_product).collect();
        let deal = deal(&products);
        assert_eq!(crds::rules::violations("hanbit-20261124-1000", &deal.spec), []);
    }

    #[test]
    fn a_deal_says_what_was_rented() {
        let deal = deal(&[largest_product(0)]);
        let spec = &deal.spec;
        assert_eq!(deal.metadata.name.as_deref(), Some("hanbit-20261124-1000"));
        assert_eq!(spec.host, "hanbit.ddib.localhost");
        assert_eq!((spec.capacity.admissions_per_second, spec.capacity.inside_max), (200, 4_000));
        assert_eq!(spec.window, rental().window());
        assert!(spec.paused);
        assert_eq!(spec.notice, rental().notice);
        assert_eq!(spec.withdrawn_links, widest_ranges());
        let image = "http://ddib.localhost:8080/api/v1/images/00000000-0000-0000-0000-000000000007";
        assert_eq!(spec.products[0].image_url, image);
        assert_eq!((spec.roles.queue.warm, spec.roles.shop.warm), (4, 3));
        assert_eq!(deal, self::deal(&[largest_product(0)]), "the same every time");
    }
}
