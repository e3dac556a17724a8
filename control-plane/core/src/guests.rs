//! What became of the links that a company made for guests of its deal, and which of them it may take
//! back.

use std::collections::BTreeSet;

/// The links of one deal, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// The number of the last one made; they begin at 1.
    pub made: u32,
    /// Those that have let somebody in, as far as the deal has said.
    pub used: BTreeSet<u32>,
    pub withdrawn: BTreeSet<u32>,
}

/// What withdrawing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// Those that were good until then.
    pub withdrawn: BTreeSet<u32>,
    /// How many of those asked for had been used before, and stay as they are.
    pub used: u32,
}

impl Links {
    /// How many were withdrawn. One that let somebody in all the same, in the moment before the deal
    /// heard of it, counts as used.
    #[must_use]
    pub fn withdrawn_count(&self) -> u32 {
        count(self.withdrawn.difference(&self.used))
    }

    #[must_use]
    pub fn used_count(&self) -> u32 {
        count(self.used.iter())
    }

    /// Every link that was made and that nobody has used.
    #[must_use]
    pub fn unused(&self) -> BTreeSet<u32> {
        (1..=self.made).filter(|number| !self.used.contains(number)).collect()
    }

    /// Takes links back. Used ones are left alone, and one that was withdrawn before stays so.
    pub fn withdraw(&mut self, numbers: &BTreeSet<u32>) -> Withdrawal {
        let used = count(numbers.intersection(&self.used));
        let unused: BTreeSet<u32> = numbers.difference(&self.used).copied().collect();
        let withdrawn: BTreeSet<u32> = unused.difference(&self.withdrawn).copied().collect();
        self.withdrawn.extend(&withdrawn);
        Withdrawal { withdrawn, used }
    }
}

fn count<'a>(numbers: impl Iterator<Item = &'a u32>) -> u32 {
    u32::try_from(numbers.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: &[u32]) -> BTreeSet<u32> {
        numbers.iter().copied().collect()
    }

    #[test]
    fn only_what_nobody_has_used_is_withdrawn_and_only_once() {
        let mut links = Links { made: 6, used: set(&[2, 5]), withdrawn: set(&[]) };
        let check = |links: &mut Links, numbers: &[u32], withdrawn: &[u32], used| {
            let expected = Withdrawal { withdrawn: set(withdrawn), used };
            assert_eq!(links.withdraw(&set(numbers)), expected, "{numbers:?}");
        };
        check(&mut links, &[1, 2], &[1], 1);
        check(&mut links, &[1, 2], &[], 1);
        check(&mut links, &[5], &[], 1);
        assert_eq!((links.withdrawn.clone(), links.withdrawn_count()), (set(&[1]), 1));
        let all = links.unused();
        assert_eq!(all, set(&[1, 3, 4, 6]));
        check(&mut links, &[1, 3, 4, 6], &[3, 4, 6], 0);
        check(&mut links, &[1, 3, 4, 6], &[], 0);
        // The deal let one in before it heard.
        links.used.insert(3);
        assert_eq!((links.used_count(), links.withdrawn_count()), (3, 3));
    }
}
