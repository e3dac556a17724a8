//! Instants as the database keeps them.

use jiff::Timestamp;
use sea_orm::DeriveValueType;

/// Microseconds since the epoch, UTC: a `BIGINT` that sorts and compares the same on every
/// database. Finer parts of an instant are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Micros(pub i64);

impl From<Timestamp> for Micros {
    fn from(instant: Timestamp) -> Self {
        Micros(instant.as_microsecond())
    }
}

impl From<Micros> for Timestamp {
    /// # Panics
    /// Where the number lies outside the years -9999 to 9999, which no instant that was stored does.
    fn from(micros: Micros) -> Self {
        Timestamp::from_microsecond(micros.0).expect("a stored instant is within the calendar")
    }
}

impl Micros {
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.into()
    }
}
