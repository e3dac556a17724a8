//! How often one order may make us call the gateway, which counts our calls by the day.

use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tenant_runtime_core::ids::OrderId;

use crate::error::ApiError;

const PER_ORDER_SECOND: NonZeroU32 = NonZeroU32::new(1).expect("not zero");
/// Double clicks, a second tab, a second device.
const PER_ORDER_BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// More orders than this are not remembered at a time: whoever is new then waits a little.
const ORDERS_MAX: usize = 200_000;

pub(super) struct CallLimits(DefaultKeyedRateLimiter<OrderId>);

impl CallLimits {
    pub(super) fn new() -> CallLimits {
        let quota = Quota::per_second(PER_ORDER_SECOND).allow_burst(PER_ORDER_BURST);
        CallLimits(RateLimiter::keyed(quota))
    }

    /// # Errors
    /// Where this order causes too many calls.
    pub(super) fn check(&self, order: OrderId) -> Result<(), ApiError> {
        if self.0.len() >= ORDERS_MAX {
            self.0.retain_recent();
        }
        if self.0.len() >= ORDERS_MAX || self.0.check_key(&order).is_err() {
            return Err(ApiError::TooManyRequests { retry_seconds: 2 });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn one_order_is_slowed_down_and_another_is_not() {
        let limits = CallLimits::new();
        let (one, other) = (OrderId(Uuid::from_u128(1)), OrderId(Uuid::from_u128(2)));
        let refused = (0..100).filter(|_| limits.check(one).is_err()).count();
        assert!(refused > 80, "{refused} of 100 were refused");
        assert!(limits.check(other).is_ok());
    }
}
