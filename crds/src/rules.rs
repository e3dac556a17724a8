//! The rules of a spec, as a local function: what the API server enforces by the schema and its CEL
//! rules, the control plane checks before it writes, and the lifecycle before it acts. The test
//! `agreement` holds the two against each other.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use crate::{LinkRange, Product, RoleSize, TimeDeal, TimeDealSpec, Won, bounds};

/// One rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, as in the YAML: `spec.products[2].price`.
    pub field: String,
    /// What must hold, in English.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// Every rule that a deal of this name and spec breaks, in the order of the spec; none where it may
/// be accepted.
#[must_use]
pub fn violations(name: &str, spec: &TimeDealSpec) -> Vec<Violation> {
    let mut found = Found::default();
    found.unless(
        is_dns_label(name, bounds::NAME_LENGTH_MAX),
        "metadata.name",
        "must be a DNS label of at most 58 characters",
    );
    identity(&mut found, spec);
    window(&mut found, spec);
    capacity(&mut found, spec);
    proof_of_work(&mut found, spec);
    withdrawn_links(&mut found, &spec.withdrawn_links);
    products(&mut found, &spec.products);
    payment(&mut found, spec);
    found.0
}

/// Every rule that a change from one version of a deal to the next breaks.
#[must_use]
pub fn forbidden_changes(old: &TimeDeal, new: &TimeDeal) -> Vec<Violation> {
    let mut found = Found::default();
    let is_same_company = old.spec.company.id == new.spec.company.id;
    found.unless(is_same_company, "spec.company.id", "the company is immutable");
    found.unless(old.spec.host == new.spec.host, "spec.host", "the host is immutable");
    let opened = old.status.as_ref().is_some_and(|status| status.opened_at.is_some());
    found.unless(
        !opened || old.spec.window.opens_at == new.spec.window.opens_at,
        "spec.window.opensAt",
        "opensAt is immutable once the deal has opened",
    );
    found.0
}

fn identity(found: &mut Found, spec: &TimeDealSpec) {
    let company = &spec.company;
    found.unless(
        is_dns_label(&company.slug, bounds::SLUG_LENGTH_MAX),
        "spec.company.slug",
        "must be a DNS label",
    );
    found.length("spec.company.name", &company.name, 1..=bounds::COMPANY_NAME_LENGTH_MAX);
    found.length("spec.title", &spec.title, 1..=bounds::TITLE_LENGTH_MAX);
    found.length("spec.notice", &spec.notice, 0..=bounds::NOTICE_LENGTH_MAX);
    found.unless(!spec.notice.chars().any(char::is_control), "spec.notice", "must be one line");
    let host = &spec.host;
    let is_name = host.len() <= bounds::HOST_LENGTH_MAX && host.split('.').all(is_dns_characters);
    found.unless(is_name, "spec.host", "must be a DNS name");
    let starts_with_slug = host.strip_prefix(company.slug.as_str()).is_some_and(|rest| rest.starts_with('.'));
    found.unless(starts_with_slug, "spec.host", "must start with the company's slug");
}

fn window(found: &mut Found, spec: &TimeDealSpec) {
    let window = spec.window;
    let length = window.closes_at.duration_since(window.opens_at);
    found.unless(length.is_positive(), "spec.window.closesAt", "must be after opensAt");
    found.unless(
        length <= jiff::SignedDuration::from_secs(bounds::WINDOW_SECONDS_MAX),
        "spec.window.closesAt",
        "a window lasts at most 24 hours",
    );
    found.range("spec.warmUpSeconds", spec.warm_up_seconds, 0..=bounds::WARM_UP_SECONDS_MAX);
    found.range("spec.retentionSeconds", spec.retention_seconds, 0..=bounds::RETENTION_SECONDS_MAX);
}

fn capacity(found: &mut Found, spec: &TimeDealSpec) {
    let capacity = &spec.capacity;
    found.length("spec.capacity.plan", &capacity.plan, 1..=bounds::PLAN_LENGTH_MAX);
    found.range(
        "spec.capacity.expectedShoppers",
        capacity.expected_shoppers,
        1..=bounds::EXPECTED_SHOPPERS_MAX,
    );
    found.range(
        "spec.capacity.admissionsPerSecond",
        capacity.admissions_per_second,
        1..=bounds::ADMISSIONS_PER_SECOND_MAX,
    );
    found.range("spec.capacity.insideMax", capacity.inside_max, 1..=bounds::INSIDE_MAX);
    role(found, "spec.roles.queue", &spec.roles.queue);
    role(found, "spec.roles.shop", &spec.roles.shop);
    role(found, "spec.roles.payment", &spec.roles.payment);
    let room = &spec.waiting_room;
    found.range(
        "spec.waitingRoom.passSeconds",
        room.pass_seconds,
        bounds::PASS_SECONDS_MIN..=bounds::PASS_SECONDS_MAX,
    );
    found.range(
        "spec.waitingRoom.claimSeconds",
        room.claim_seconds,
        bounds::CLAIM_SECONDS_MIN..=bounds::CLAIM_SECONDS_MAX,
    );
}

fn role(found: &mut Found, field: &str, size: &RoleSize) {
    for (part, count) in [("min", size.min), ("warm", size.warm), ("max", size.max)] {
        found.range(&format!("{field}.{part}"), count, 1..=bounds::REPLICAS_MAX);
    }
    let ordered = size.min <= size.warm && size.warm <= size.max;
    found.unless(ordered, field, "replicas must be ordered: min <= warm <= max");
    if let Some(resources) = size.resources {
        found.range(
            &format!("{field}.resources.cpuMillis"),
            resources.cpu_millis,
            bounds::CPU_MILLIS_MIN..=bounds::CPU_MILLIS_MAX,
        );
        found.range(
            &format!("{field}.resources.memoryMib"),
            resources.memory_mib,
            bounds::MEMORY_MIB_MIN..=bounds::MEMORY_MIB_MAX,
        );
    }
}

fn proof_of_work(found: &mut Found, spec: &TimeDealSpec) {
    let Some(proof) = spec.proof_of_work else { return };
    for (part, bits) in [("baseBits", proof.base_bits), ("maxBits", proof.max_bits)] {
        let field = format!("spec.proofOfWork.{part}");
        found.range(&field, bits, bounds::PROOF_BITS_MIN..=bounds::PROOF_BITS_MAX);
    }
    found.unless(
        proof.base_bits <= proof.max_bits,
        "spec.proofOfWork.maxBits",
        "baseBits must not be above maxBits",
    );
}

fn withdrawn_links(found: &mut Found, ranges: &[LinkRange]) {
    found.unless(
        ranges.len() <= bounds::LINK_RANGES_MAX,
        "spec.withdrawnLinks",
        "a deal's links come to at most 500 ranges",
    );
    for (index, range) in ranges.iter().enumerate() {
        let at = |part: &str| format!("spec.withdrawnLinks[{index}].{part}");
        found.range(&at("first"), range.first, 1..=bounds::GUEST_LINKS_MAX);
        found.range(&at("last"), range.last, 1..=bounds::GUEST_LINKS_MAX);
        found.unless(range.first <= range.last, &at("last"), "last must not be below first");
    }
}

fn products(found: &mut Found, products: &[Product]) {
    let count = products.len();
    found.unless(
        (1..=bounds::PRODUCTS_MAX).contains(&count),
        "spec.products",
        "a deal sells between 1 and 50 products",
    );
    let mut seen = BTreeSet::new();
    for (index, item) in products.iter().enumerate() {
        let at = |part: &str| format!("spec.products[{index}].{part}");
        found.unless(seen.insert(item.id), &at("id"), "another product has the same id");
        product(found, item, &at);
    }
}

fn product(found: &mut Found, product: &Product, at: &dyn Fn(&str) -> String) {
    found.length(&at("name"), &product.name, 1..=bounds::PRODUCT_NAME_LENGTH_MAX);
    found.range(&at("listPrice"), product.list_price.0, 1..=bounds::PRICE_MAX);
    found.range(&at("price"), product.price.0, 1..=bounds::PRICE_MAX);
    found.unless(
        product.price <= product.list_price,
        &at("listPrice"),
        "the price must not be above the list price",
    );
    found.range(&at("stock"), product.stock, 0..=bounds::STOCK_MAX);
    found.range(&at("perShopperMax"), product.per_shopper_max, 1..=bounds::PER_SHOPPER_MAX);
    let most = product.price.times(product.per_shopper_max);
    found.unless(
        most.is_some_and(|most| most <= Won(bounds::PRICE_MAX)),
        &at("perShopperMax"),
        "the most that one shopper may buy must be an amount that the gateway takes",
    );
    let url = &product.image_url;
    let absolute = ["http://", "https://"].iter().any(|s| url.strip_prefix(s).is_some_and(|r| !r.is_empty()));
    found.unless(url.is_empty() || absolute, &at("imageUrl"), "must be empty or an absolute URL");
    found.length(&at("imageUrl"), url, 0..=bounds::URL_LENGTH_MAX);
}

fn payment(found: &mut Found, spec: &TimeDealSpec) {
    let payment = &spec.payment;
    found.length("spec.payment.merchantId", &payment.merchant_id, 1..=bounds::MERCHANT_ID_LENGTH_MAX);
    found.unless(
        is_dns_label(&payment.secret_ref, bounds::SECRET_REF_LENGTH_MAX),
        "spec.payment.secretRef",
        "must be a DNS label",
    );
    found.range(
        "spec.payment.holdSeconds",
        payment.hold_seconds,
        bounds::HOLD_SECONDS_MIN..=bounds::HOLD_SECONDS_MAX,
    );
}

/// See [`bounds::DNS_LABEL`].
fn is_dns_label(text: &str, length_max: usize) -> bool {
    text.len() <= length_max && is_dns_characters(text)
}

fn is_dns_characters(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

#[derive(Default)]
struct Found(Vec<Violation>);

impl Found {
    fn unless(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.0.push(Violation { field: field.to_owned(), message: message.to_owned() });
        }
    }

    fn range<T: PartialOrd + fmt::Display>(&mut self, field: &str, value: T, range: RangeInclusive<T>) {
        let message = format!("must be within {} and {}", range.start(), range.end());
        self.unless(range.contains(&value), field, &message);
    }

    /// In characters, as the schema counts.
    fn length(&mut self, field: &str, text: &str, range: RangeInclusive<usize>) {
        let message = format!("must have between {} and {} characters", range.start(), range.end());
        self.unless(range.contains(&text.chars().count()), field, &message);
    }
}
