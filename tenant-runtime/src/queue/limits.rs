//! How often one may knock: rates for asking for a challenge and for entering, by shopper and by
//! address, and for coming in, by shopper. All tables are bounded.

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
    enters: Knocks,
    /// As many as enters, and counted apart: whoever has to work asks for a challenge before each.
    challenges: Knocks,
}

impl Limits {
    #[must_use]
    pub fn new(rates: EnterRates) -> Limits {
        Limits {
            claims: RateLimiter::keyed(Quota::per_second(CLAIMS_PER_SECOND).allow_burst(CLAIMS_BURST)),
            enters: Knocks::new(rates),
            challenges: Knocks::new(rates),
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
        self.enters.check(shopper, address)
    }

    /// # Errors
    /// Where this address or this shopper asks for a challenge too often.
    pub fn check_challenge(&self, shopper: Uuid, address: Option<IpAddr>) -> Result<(), ApiError> {
        self.challenges.check(shopper, address)
    }

    /// Forgets whoever has not knocked for a while.
    pub fn forget(&self) {
        self.claims.retain_recent();
        self.claims.shrink_to_fit();
        self.enters.forget();
        self.challenges.forget();
    }
}

/// How often one shopper, and one address, may do one thing.
struct Knocks {
    shoppers: DefaultKeyedRateLimiter<Uuid>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Knocks {
    fn new(rates: EnterRates) -> Knocks {
        let quota =
            |rate: NonZeroU32| Quota::per_second(rate).allow_burst(rate.saturating_mul(BURST_SECONDS));
        Knocks {
            shoppers: RateLimiter::keyed(quota(rates.per_shopper)),
            addresses: RateLimiter::keyed(quota(rates.per_address)),
        }
    }

    fn check(&self, shopper: Uuid, address: Option<IpAddr>) -> Result<(), ApiError> {
        if self.shoppers.len() > KEYS_MAX || self.addresses.len() > KEYS_MAX {
            return Err(ApiError::TooManyRequests { retry_seconds: 10 });
        }
        let is_address_fine = address.is_none_or(|address| self.addresses.check_key(&address).is_ok());
        if !is_address_fine || self.shoppers.check_key(&shopper).is_err() {
            return Err(ApiError::TooManyRequests { retry_seconds: 2 });
        }
        Ok(())
    }

    fn forget(&self) {
        self.shoppers.retain_recent();
        self.shoppers.shrink_to_fit();
        self.addresses.retain_recent();
        self.addresses.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    type Check = fn(&Limits, Uuid, Option<IpAddr>) -> Result<(), ApiError>;

    const CHECKS: [Check; 2] = [Limits::check_enter, Limits::check_challenge];

    #[test]
    fn one_shopper_is_slowed_down_and_another_is_not() {
        let limits = Limits::new(EnterRates::default());
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for check in CHECKS {
            let refused = (0..200).filter(|_| check(&limits, one, ADDRESS).is_err()).count();
            assert!(refused > 150, "{refused} of 200 were refused");
            assert!(check(&limits, other, ADDRESS).is_ok());
        }
    }

    #[test]
    fn one_address_is_slowed_down_however_many_shoppers_are_behind_it() {
        let few = EnterRates { per_address: NonZeroU32::MIN, ..EnterRates::default() };
        let limits = Limits::new(few);
        let elsewhere = Some(IpAddr::from([192, 0, 2, 1]));
        for check in CHECKS {
            let ask = |n| check(&limits, Uuid::from_u128(n), ADDRESS);
            let refused = (0..200).filter(|n| ask(*n).is_err()).count();
            assert!(refused > 150, "{refused} of 200 were refused");
            assert!(check(&limits, Uuid::from_u128(0), elsewhere).is_ok());
        }
    }
}
