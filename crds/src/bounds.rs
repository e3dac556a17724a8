//! The bounds of everything in a spec: the schema and [`crate::rules`] both take them from here.

/// A DNS label (RFC 1123).
pub const DNS_LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
/// DNS labels with dots between them.
pub const DNS_NAME: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
pub const URL_OR_EMPTY: &str = "^(https?://.+)?$";

/// One line of text, or nothing: no control characters.
pub const LINE_OR_EMPTY: &str = r"^[^\x00-\x1F\x7F-\x9F]*$";

/// A namespace is `ddib-<name>` and a DNS label, which has at most 63 characters.
pub const NAME_LENGTH_MAX: usize = 58;
pub const TITLE_LENGTH_MAX: usize = 100;
pub const HOST_LENGTH_MAX: usize = 253;
pub const SLUG_LENGTH_MAX: usize = 63;
pub const COMPANY_NAME_LENGTH_MAX: usize = 100;
pub const PLAN_LENGTH_MAX: usize = 40;
pub const PRODUCT_NAME_LENGTH_MAX: usize = 100;
/// A line that is read at a glance on a phone.
pub const NOTICE_LENGTH_MAX: usize = 100;
pub const URL_LENGTH_MAX: usize = 2_048;
pub const MERCHANT_ID_LENGTH_MAX: usize = 64;
pub const SECRET_REF_LENGTH_MAX: usize = 63;

pub const WINDOW_SECONDS_MAX: i64 = 86_400;
pub const WARM_UP_SECONDS_MAX: u32 = 7_200;
pub const RETENTION_SECONDS_MAX: u32 = 31_536_000;

pub const EXPECTED_SHOPPERS_MAX: u32 = 10_000_000;
pub const ADMISSIONS_PER_SECOND_MAX: u32 = 100_000;
pub const INSIDE_MAX: u32 = 1_000_000;
pub const REPLICAS_MAX: u32 = 200;
/// Below that a process is throttled before it has started.
pub const CPU_MILLIS_MIN: u32 = 10;
pub const CPU_MILLIS_MAX: u32 = 64_000;
pub const MEMORY_MIB_MIN: u32 = 32;
pub const MEMORY_MIB_MAX: u32 = 262_144;

pub const PASS_SECONDS_MIN: u32 = 10;
pub const PASS_SECONDS_MAX: u32 = 3_600;
pub const CLAIM_SECONDS_MIN: u32 = 5;
pub const CLAIM_SECONDS_MAX: u32 = 600;

/// In leading zero bits of a SHA-256: two attempts.
pub const PROOF_BITS_MIN: u32 = 1;
/// Two million attempts: as long as anybody may be asked to wait for a slow phone.
pub const PROOF_BITS_MAX: u32 = 21;

/// How many links for guests a deal may have.
pub const GUEST_LINKS_MAX: u32 = 1_000;
/// As many ranges as those come to where every other one is meant.
pub const LINK_RANGES_MAX: usize = 500;

pub const PRODUCTS_MAX: usize = 50;
/// In won. The gateway takes an amount of at most nine digits at once.
pub const PRICE_MAX: i64 = 100_000_000;
pub const STOCK_MAX: u32 = 1_000_000;
pub const PER_SHOPPER_MAX: u32 = 100;

/// KakaoPay lets a shopper take 15 minutes.
pub const HOLD_SECONDS_MIN: u32 = 900;
pub const HOLD_SECONDS_MAX: u32 = 3_600;
