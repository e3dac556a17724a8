//! The local rules and the generated schema say the same: whatever breaks one breaks the other.

mod schema;

use crds::rules::{forbidden_changes, violations};
use crds::{
    Capacity, CompanyRef, LinkRange, Mode, Payment, PaymentProvider, Product, ProofOfWork, RoleResources,
    RoleSize, Roles, TimeDeal, TimeDealSpec, TimeDealStatus, WaitingRoom, Window, Won, bounds,
};
use jiff::{SignedDuration, Timestamp};
use schema::Schema;
use uuid::Uuid;

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn product(id: u128) -> Product {
    Product {
        id: Uuid::from_u128(id),
        name: "들꽃 수분크림".into(),
        list_price: Won(42_000),
        price: Won(25_200),
        stock: 300,
        per_shopper_max: 2,
        image_url: "http://bidd.localhost:8080/api/v1/images/1".into(),
    }
}

fn good() -> TimeDeal {
    let spec = TimeDealSpec {
        company: CompanyRef { id: Uuid::from_u128(1), slug: "deulkkot".into(), name: "들꽃뷰티".into() },
        title: "수분크림 타임딜".into(),
        host: "deulkkot.ddib.localhost".into(),
        window: Window {
            opens_at: instant("2026-12-01T01:00:00Z"),
            closes_at: instant("2026-12-01T02:00:00Z"),
        },
        warm_up_seconds: 600,
        capacity: Capacity {
            plan: "standard".into(),
            expected_shoppers: 5_000,
            admissions_per_second: 50,
            inside_max: 500,
        },
        roles: Roles::default(),
        waiting_room: WaitingRoom::default(),
        products: vec![product(1), product(2)],
        payment: Payment {
            provider: PaymentProvider::KakaoPay,
            merchant_id: "TC0ONETIME".into(),
            secret_ref: "deulkkot-20261201-1000".into(),
            hold_seconds: 960,
        },
        restock_on_refund: true,
        paused: false,
        notice: String::new(),
        proof_of_work: None,
        withdrawn_links: Vec::new(),
        mode: Mode::Apply,
        retention_seconds: 86_400,
    };
    TimeDeal::new("deulkkot-20261201-1000", spec)
}

fn fields(deal: &TimeDeal) -> Vec<String> {
    let name = deal.metadata.name.as_deref().expect("a deal has a name");
    violations(name, &deal.spec).into_iter().map(|violation| violation.field).collect()
}

/// The local rules name exactly these fields, and the schema accepts or refuses likewise.
#[track_caller]
fn check(schema: &Schema, expected: &[&str], change: impl FnOnce(&mut TimeDeal)) {
    let mut deal = good();
    change(&mut deal);
    assert_eq!(fields(&deal), expected);
    let refused = schema.violations(&deal, None);
    assert_eq!(refused.is_empty(), expected.is_empty(), "the schema says {refused:?}");
}

fn spec(change: impl FnOnce(&mut TimeDealSpec)) -> impl FnOnce(&mut TimeDeal) {
    |deal| change(&mut deal.spec)
}

fn first(change: impl FnOnce(&mut Product)) -> impl FnOnce(&mut TimeDeal) {
    |deal| change(&mut deal.spec.products[0])
}

#[test]
fn what_is_right_is_accepted_up_to_the_bounds() {
    let schema = Schema::generated();
    check(&schema, &[], |_| {});
    let hardest = bounds::PROOF_BITS_MAX;
    let proof = |base_bits, max_bits| Some(ProofOfWork { base_bits, max_bits });
    check(&schema, &[], spec(|spec| spec.proof_of_work = Some(ProofOfWork::default())));
    check(&schema, &[], spec(|spec| spec.proof_of_work = proof(hardest, hardest)));
    check(&schema, &[], spec(|spec| spec.proof_of_work = proof(bounds::PROOF_BITS_MIN, hardest)));
    let link = |number| LinkRange { first: number, last: number };
    let odd = |count: u32| (1..=count).map(|n| link(2 * n - 1)).collect();
    check(&schema, &[], spec(|spec| spec.withdrawn_links = odd(500)));
    let all = LinkRange { first: 1, last: bounds::GUEST_LINKS_MAX };
    check(&schema, &[], spec(|spec| spec.withdrawn_links = vec![all]));
    check(&schema, &[], spec(|spec| spec.notice = "가".repeat(bounds::NOTICE_LENGTH_MAX)));
    let day = SignedDuration::from_secs(bounds::WINDOW_SECONDS_MAX);
    check(&schema, &[], spec(|s| s.window.closes_at = s.window.opens_at + day));
    check(&schema, &[], spec(|s| s.title = "가".repeat(bounds::TITLE_LENGTH_MAX)));
    check(&schema, &[], spec(|s| s.products = (1..=50).map(product).collect()));
    let widest = RoleSize { min: 1, warm: 1, max: bounds::REPLICAS_MAX, resources: None };
    check(&schema, &[], spec(|s| s.roles.shop = widest));
    check(&schema, &[], spec(|s| s.payment.hold_seconds = bounds::HOLD_SECONDS_MIN));
    check(&schema, &[], first(|p| (p.stock, p.image_url) = (0, String::new())));
    check(&schema, &[], first(|p| (p.price, p.list_price) = (Won(1), Won(1))));
    check(
        &schema,
        &[],
        first(|p| (p.price, p.list_price, p.per_shopper_max) = (Won(50_000_000), Won(50_000_000), 2)),
    );
    check(&schema, &[], |deal| deal.metadata.name = Some("a".repeat(bounds::NAME_LENGTH_MAX)));
}

#[test]
fn a_name_a_slug_and_a_host_belong_together() {
    let schema = Schema::generated();
    check(&schema, &["metadata.name"], |deal| deal.metadata.name = Some("a".repeat(59)));
    check(&schema, &["metadata.name"], |deal| deal.metadata.name = Some("a.b".into()));
    check(&schema, &["spec.host"], spec(|s| s.company.slug = "other".into()));
    check(&schema, &["spec.host"], spec(|s| s.host = "deulkkotx.ddib.localhost".into()));
    check(&schema, &["spec.company.slug", "spec.host"], spec(|s| s.company.slug = "Deulkkot".into()));
    let dash = |s: &mut TimeDealSpec| {
        s.company.slug = "-a".into();
        s.host = "-a.ddib.localhost".into();
    };
    check(&schema, &["spec.company.slug", "spec.host"], spec(dash));
    check(&schema, &["spec.host"], spec(|s| s.host = "deulkkot..localhost".into()));
    check(&schema, &["spec.host"], spec(|s| s.host = format!("deulkkot.{}", "a".repeat(250))));
    check(&schema, &["spec.company.name"], spec(|s| s.company.name = String::new()));
    check(&schema, &["spec.title"], spec(|s| s.title = String::new()));
    check(&schema, &["spec.title"], spec(|s| s.title = "가".repeat(101)));
    check(&schema, &["spec.notice"], spec(|s| s.notice = "가".repeat(101)));
    check(&schema, &["spec.notice"], spec(|s| s.notice = "두\n줄".into()));
}

#[test]
fn a_window_opens_before_it_closes_and_lasts_a_day_at_most() {
    let schema = Schema::generated();
    let after = |seconds: i64| {
        move |s: &mut TimeDealSpec| {
            s.window.closes_at = s.window.opens_at + SignedDuration::from_secs(seconds)
        }
    };
    check(&schema, &["spec.window.closesAt"], spec(after(0)));
    check(&schema, &["spec.window.closesAt"], spec(after(-1)));
    check(&schema, &["spec.window.closesAt"], spec(after(86_401)));
    check(&schema, &["spec.warmUpSeconds"], spec(|s| s.warm_up_seconds = 7_201));
    check(&schema, &["spec.retentionSeconds"], spec(|s| s.retention_seconds = 31_536_001));
}

#[test]
fn capacity_and_replicas_have_bounds() {
    let schema = Schema::generated();
    check(&schema, &["spec.capacity.plan"], spec(|s| s.capacity.plan = String::new()));
    check(&schema, &["spec.capacity.expectedShoppers"], spec(|s| s.capacity.expected_shoppers = 0));
    check(&schema, &["spec.capacity.admissionsPerSecond"], spec(|s| s.capacity.admissions_per_second = 0));
    check(
        &schema,
        &["spec.capacity.admissionsPerSecond"],
        spec(|s| s.capacity.admissions_per_second = 100_001),
    );
    check(&schema, &["spec.capacity.insideMax"], spec(|s| s.capacity.inside_max = 1_000_001));
    let size = |min, warm, max| RoleSize { min, warm, max, resources: None };
    check(&schema, &["spec.roles.queue"], spec(|s| s.roles.queue = size(3, 2, 4)));
    check(&schema, &["spec.roles.shop"], spec(|s| s.roles.shop = size(1, 5, 4)));
    check(&schema, &["spec.roles.payment.min"], spec(|s| s.roles.payment = size(0, 2, 4)));
    check(&schema, &["spec.roles.payment.max"], spec(|s| s.roles.payment = size(1, 2, 201)));
    let asks = |cpu_millis, memory_mib| {
        move |s: &mut TimeDealSpec| s.roles.queue.resources = Some(RoleResources { cpu_millis, memory_mib })
    };
    check(&schema, &[], spec(asks(bounds::CPU_MILLIS_MIN, bounds::MEMORY_MIB_MIN)));
    check(&schema, &[], spec(asks(bounds::CPU_MILLIS_MAX, bounds::MEMORY_MIB_MAX)));
    check(&schema, &["spec.roles.queue.resources.cpuMillis"], spec(asks(9, 64)));
    check(&schema, &["spec.roles.queue.resources.cpuMillis"], spec(asks(64_001, 64)));
    check(&schema, &["spec.roles.queue.resources.memoryMib"], spec(asks(100, 31)));
    check(&schema, &["spec.roles.queue.resources.memoryMib"], spec(asks(100, 262_145)));
    check(&schema, &["spec.waitingRoom.passSeconds"], spec(|s| s.waiting_room.pass_seconds = 9));
    check(&schema, &["spec.waitingRoom.claimSeconds"], spec(|s| s.waiting_room.claim_seconds = 601));
    let proof = |base_bits, max_bits| Some(ProofOfWork { base_bits, max_bits });
    check(&schema, &["spec.proofOfWork.baseBits"], spec(|s| s.proof_of_work = proof(0, 10)));
    check(&schema, &["spec.proofOfWork.maxBits"], spec(|s| s.proof_of_work = proof(10, 22)));
    check(&schema, &["spec.proofOfWork.maxBits"], spec(|s| s.proof_of_work = proof(17, 16)));
}

#[test]
fn withdrawn_links_have_numbers_of_links() {
    let schema = Schema::generated();
    let range = |first, last| {
        move |s: &mut TimeDealSpec| {
            s.withdrawn_links = vec![LinkRange { first: 1, last: 1 }, LinkRange { first, last }]
        }
    };
    check(&schema, &[], spec(range(1, 1_000)));
    check(&schema, &["spec.withdrawnLinks[1].first"], spec(range(0, 1)));
    check(&schema, &["spec.withdrawnLinks[1].last"], spec(range(1, 1_001)));
    check(&schema, &["spec.withdrawnLinks[1].last"], spec(range(5, 4)));
    let many = |s: &mut TimeDealSpec| s.withdrawn_links = vec![LinkRange { first: 1, last: 1 }; 501];
    check(&schema, &["spec.withdrawnLinks"], spec(many));
}

#[test]
fn products_are_few_unique_and_within_what_the_gateway_takes() {
    let schema = Schema::generated();
    check(&schema, &["spec.products"], spec(|s| s.products.clear()));
    check(&schema, &["spec.products"], spec(|s| s.products = (1..=51).map(product).collect()));
    check(&schema, &["spec.products[1].id"], spec(|s| s.products[1].id = s.products[0].id));
    check(&schema, &["spec.products[0].name"], first(|p| p.name = String::new()));
    check(&schema, &["spec.products[0].price"], first(|p| p.price = Won(0)));
    check(&schema, &["spec.products[0].listPrice"], first(|p| p.list_price = Won(25_199)));
    check(&schema, &["spec.products[0].listPrice"], first(|p| p.list_price = Won(100_000_001)));
    check(&schema, &["spec.products[0].stock"], first(|p| p.stock = 1_000_001));
    check(&schema, &["spec.products[0].perShopperMax"], first(|p| p.per_shopper_max = 0));
    check(&schema, &["spec.products[0].perShopperMax"], first(|p| p.per_shopper_max = 101));
    check(
        &schema,
        &["spec.products[0].perShopperMax"],
        first(|p| {
            (p.price, p.list_price, p.per_shopper_max) = (Won(60_000_000), Won(60_000_000), 2);
        }),
    );
    check(&schema, &["spec.products[0].imageUrl"], first(|p| p.image_url = "/images/1".into()));
    check(&schema, &["spec.products[0].imageUrl"], first(|p| p.image_url = "https://".into()));
}

#[test]
fn a_hold_outlives_the_gateway() {
    let schema = Schema::generated();
    check(&schema, &["spec.payment.merchantId"], spec(|s| s.payment.merchant_id = String::new()));
    check(&schema, &["spec.payment.secretRef"], spec(|s| s.payment.secret_ref = "Not a label".into()));
    check(&schema, &["spec.payment.holdSeconds"], spec(|s| s.payment.hold_seconds = 899));
    check(&schema, &["spec.payment.holdSeconds"], spec(|s| s.payment.hold_seconds = 3_601));
}

#[test]
fn what_is_immutable_stays() {
    let schema = Schema::generated();
    let mut opened = good();
    opened.status =
        Some(TimeDealStatus { opened_at: Some(opened.spec.window.opens_at), ..TimeDealStatus::default() });
    let check = |old: &TimeDeal, expected: &[&str], change: &dyn Fn(&mut TimeDealSpec)| {
        let mut new = old.clone();
        change(&mut new.spec);
        let found: Vec<String> = forbidden_changes(old, &new).into_iter().map(|v| v.field).collect();
        assert_eq!(found, expected);
        let refused = schema.violations(&new, Some(old));
        assert_eq!(refused.is_empty(), expected.is_empty(), "the schema says {refused:?}");
    };
    let minute = SignedDuration::from_secs(60);
    check(&good(), &[], &|s| s.window.opens_at += minute);
    check(&opened, &["spec.window.opensAt"], &|s| s.window.opens_at += minute);
    check(&opened, &[], &|s| s.window.closes_at += minute);
    check(&opened, &[], &|s| s.products[0].stock += 10);
    check(&good(), &["spec.host"], &|s| s.host = "deulkkot.ddib.example".into());
    check(&good(), &["spec.company.id"], &|s| s.company.id = Uuid::from_u128(9));
    check(&good(), &[], &|s| s.company.name = "들꽃".into());
}
