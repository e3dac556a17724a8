//! Money. The Korean won has no minor unit, so an amount is a whole number of won.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount in won. Arithmetic is checked: an overflow is a bug, never a wrapped price.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Won(pub i64);

impl Won {
    pub const ZERO: Won = Won(0);

    /// The price of `quantity` pieces, or `None` where it does not fit.
    #[must_use]
    pub fn times(self, quantity: u32) -> Option<Won> {
        self.0.checked_mul(i64::from(quantity)).map(Won)
    }

    #[must_use]
    pub fn plus(self, other: Won) -> Option<Won> {
        self.0.checked_add(other.0).map(Won)
    }

    #[must_use]
    pub fn minus(self, other: Won) -> Option<Won> {
        self.0.checked_sub(other.0).map(Won)
    }
}

impl fmt::Display for Won {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
