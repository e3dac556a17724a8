//! The name of a `TimeDeal`: `<slug>-<yyyymmdd>-<hhmm>`, the opening in Korean time. It names the
//! resource, its namespace and its ledger, so it is a DNS label with room for a prefix.

use jiff::Timestamp;
use jiff::tz::Offset;

/// Korean time: nine hours ahead of UTC, without daylight saving.
pub const KST: Offset = Offset::constant(9);

/// A namespace is `ddib-<name>` and a DNS label: at most 63.
pub const LENGTH_MAX: usize = 58;

/// The longest slug for which a name fits.
pub const SLUG_LENGTH_MAX: usize = LENGTH_MAX - "-20261123-1000".len();

/// The name of the deal of `slug` that opens at `opens_at`. Minutes are enough: a company's rentals
/// do not overlap, and none is shorter than a minute.
#[must_use]
pub fn deal_name(slug: &str, opens_at: Timestamp) -> String {
    let kst = KST.to_datetime(opens_at);
    format!("{slug}-{:04}{:02}{:02}-{:02}{:02}", kst.year(), kst.month(), kst.day(), kst.hour(), kst.minute())
}

/// Whether `name` could be a deal's: what a path is checked against before anything is looked up.
#[must_use]
pub fn is_deal_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LENGTH_MAX
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(slug: &str, opens_at: &str, expected: &str) {
        let name = deal_name(slug, opens_at.parse().expect("an instant"));
        assert_eq!(name, expected);
        assert!(is_deal_name(&name));
    }

    #[test]
    fn names() {
        check("hanbit", "2026-11-24T01:00:00Z", "hanbit-20261124-1000");
        check("moa", "2026-12-31T15:05:00Z", "moa-20270101-0005");
        check(
            &"a".repeat(SLUG_LENGTH_MAX),
            "2026-11-24T01:00:59Z",
            &format!("{}-20261124-1000", "a".repeat(44)),
        );
    }

    #[test]
    fn what_is_no_name() {
        for name in ["", "-a", "a-", "A", "a b", "a/b", "한빛", &"a".repeat(59)] {
            assert!(!is_deal_name(name), "{name}");
        }
    }
}
