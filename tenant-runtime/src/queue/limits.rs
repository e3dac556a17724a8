//! How often one may knock: rates for entering, by shopper and by address. Both tables are bounded.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use crate::error::ApiError;

/// A shopper enters once; reloads and second tabs are a few more.
const PER_SHOPPER_SECOND: NonZeroU32 = NonZeroU32::new(2).expect("not zero");
const PER_SHOPPER_BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// A mobile carrier or an office puts thousands of people behind one address.
const PER_ADDRESS_SECOND: NonZeroU32 = NonZeroU32::new(1_000).expect("not zero");
const PER_ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(10_000).expect("not zero");
/// More keys than this are not remembered: whoever is new then waits a little.
const KEYS_MAX: usize = 500_000;

pub struct EnterLimits {
    shoppers: DefaultKeyedRateLimiter<Uuid>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl EnterLimits {
    #[must_use]
    pub fn new() -> EnterLimits {
        EnterLimits {
            shoppers: RateLimiter::keyed(
                Quota::per_second(PER_SHOPPER_SECOND).allow_burst(PER_SHOPPER_BURST),
            ),
            addresses: RateLimiter::keyed(
                Quota::per_second(PER_ADDRESS_SECOND).allow_burst(PER_ADDRESS_BURST),
            ),
        }
    }

    /// # Errors
    /// Where this address or this shopper knocks too often.
    pub fn check(&self, shopper: Uuid, address: Option<IpAddr>) -> Result<(), ApiError> {
        if self.shoppers.len() > KEYS_MAX || self.addresses.len() > KEYS_MAX {
            return Err(ApiError::TooManyRequests { retry_seconds: 10 });
        }
        let is_address_fine = address.is_none_or(|address| self.addresses.check_key(&address).is_ok());
        if !is_address_fine || self.shoppers.check_key(&shopper).is_err() {
            return Err(ApiError::TooManyRequests { retry_seconds: 2 });
        }
        Ok(())
    }

    /// Forgets whoever has not knocked for a while.
    pub fn forget(&self) {
        self.shoppers.retain_recent();
        self.shoppers.shrink_to_fit();
        self.addresses.retain_recent();
        self.addresses.shrink_to_fit();
    }
}

impl Default for EnterLimits {
    fn default() -> Self {
        EnterLimits::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_shopper_is_slowed_down_and_another_is_not() {
        let limits = EnterLimits::new();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let address = Some(IpAddr::from([127, 0, 0, 1]));
        let refused = (0..200).filter(|_| limits.check(one, address).is_err()).count();
        assert!(refused > 150, "{refused} of 200 were refused");
        assert!(limits.check(other, address).is_ok());
    }
}
