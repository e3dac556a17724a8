//! How often one may knock: rates for entering, by shopper and by address, and for coming in, by
//! shopper. All tables are bounded.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use crate::config::EnterRates;
use crate::error::ApiError;

/// Coming in takes one request; waiting for a free place and renewing are few a minute.
const CLAIMS_PER_SECOND: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
const CLAIMS_BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// How many seconds' worth may come at once.
const BURST_SECONDS: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// More keys than this are not remembered: whoever is new then waits a little.
const KEYS_MAX: usize = 500_000;

pub struct Limits {
    claims: DefaultKeyedRateLimiter<Uuid>,
    shoppers: DefaultKeyedRateLimiter<Uuid>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    #[must_use]
    pub fn new(rates: EnterRates) -> Limits {
        let quota =
            |rate: NonZeroU32| Quota::per_second(rate).allow_burst(rate.saturating_mul(BURST_SECONDS));
        Limits {
            claims: RateLimiter::keyed(Quota::per_second(CLAIMS_PER_SECOND).allow_burst(CLAIMS_BURST)),
            shoppers: RateLimiter::keyed(quota(rates.per_shopper)),
            addresses: RateLimiter::keyed(quota(rates.per_address)),
        }
    }

    /// # Errors
    /// Where this shopper asks to come in too often.
    pub fn check_claim(&self, shopper: Uuid) -> Result<(), ApiError> {
        if self.claims.len() > KEYS_MAX || self.claims.check_key(&shopper).is_err() {
            return Err(ApiError::TooManyRequests { retry_seconds: 1 });
        }
        Ok(())
    }

    /// # Errors
    /// Where this address or this shopper enters too often.
    pub fn check_enter(&self, shopper: Uuid, address: Option<IpAddr>) -> Result<(), ApiError> {
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
        self.claims.retain_recent();
        self.claims.shrink_to_fit();
        self.shoppers.retain_recent();
        self.shoppers.shrink_to_fit();
        self.addresses.retain_recent();
        self.addresses.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_shopper_is_slowed_down_and_another_is_not() {
        let limits = Limits::new(EnterRates::default());
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let address = Some(IpAddr::from([127, 0, 0, 1]));
        let refused = (0..200).filter(|_| limits.check_enter(one, address).is_err()).count();
        assert!(refused > 150, "{refused} of 200 were refused");
        assert!(limits.check_enter(other, address).is_ok());
    }
}
