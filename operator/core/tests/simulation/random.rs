//! A small seeded generator (SplitMix64), so that a history can be told again from its seed.

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Within `from..=to`.
    pub fn within(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to - from + 1).expect("a range that is not empty");
        from + i64::try_from(self.next() % width).expect("it fits the range")
    }

    /// True so many times in a thousand.
    pub fn permille(&mut self, times: i64) -> bool {
        self.within(0, 999) < times
    }
}
