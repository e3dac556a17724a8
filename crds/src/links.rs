//! Guests' links by their numbers, as the few ranges that they come to.

use std::collections::BTreeSet;

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::bounds;

/// Guests' links whose numbers follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.first <= self.last")
        .message("last must not be below first")
        .field_path(".last")
)]
pub struct LinkRange {
    /// The lowest number.
    #[schemars(range(min = 1, max = bounds::GUEST_LINKS_MAX))]
    pub first: u32,
    /// The highest number; the lowest again where there is one link.
    #[schemars(range(min = 1, max = bounds::GUEST_LINKS_MAX))]
    pub last: u32,
}

impl LinkRange {
    #[must_use]
    pub fn contains(self, number: u32) -> bool {
        (self.first..=self.last).contains(&number)
    }

    /// The ranges that numbers come to: ascending, with a gap before each.
    #[must_use]
    pub fn all_of(numbers: &BTreeSet<u32>) -> Vec<LinkRange> {
        let mut ranges: Vec<LinkRange> = Vec::new();
        for &number in numbers {
            match ranges.last_mut() {
                Some(range) if range.last.checked_add(1) == Some(number) => range.last = number,
                _ => ranges.push(LinkRange { first: number, last: number }),
            }
        }
        ranges
    }

    /// The numbers in some ranges, of those that a link may have.
    #[must_use]
    pub fn numbers(ranges: &[LinkRange]) -> BTreeSet<u32> {
        let may_be = |range: &LinkRange| range.first.max(1)..=range.last.min(bounds::GUEST_LINKS_MAX);
        ranges.iter().flat_map(may_be).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_few_ranges_and_back() {
        let check = |numbers: &[u32], expected: &[(u32, u32)]| {
            let numbers: BTreeSet<u32> = numbers.iter().copied().collect();
            let ranges = LinkRange::all_of(&numbers);
            let ends: Vec<(u32, u32)> = ranges.iter().map(|range| (range.first, range.last)).collect();
            assert_eq!(ends, expected);
            assert_eq!(LinkRange::numbers(&ranges), numbers);
            for number in 0..=1_001 {
                let has = ranges.iter().any(|range| range.contains(number));
                assert_eq!(has, numbers.contains(&number), "{number}");
            }
        };
        check(&[], &[]);
        check(&[7], &[(7, 7)]);
        check(&[1, 2, 3, 5, 7, 8, 1_000], &[(1, 3), (5, 5), (7, 8), (1_000, 1_000)]);
        let odd: BTreeSet<u32> = (1..=bounds::GUEST_LINKS_MAX).filter(|number| number % 2 == 1).collect();
        assert_eq!(LinkRange::all_of(&odd).len(), bounds::LINK_RANGES_MAX, "never more than that");
    }

    #[test]
    fn whatever_somebody_wrote_costs_no_more_than_there_may_be_links() {
        let wild = [LinkRange { first: 0, last: u32::MAX }, LinkRange { first: 5, last: 2 }];
        assert_eq!(LinkRange::numbers(&wild), (1..=bounds::GUEST_LINKS_MAX).collect());
    }
}
