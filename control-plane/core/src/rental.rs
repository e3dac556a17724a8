//! A rental's life: booked, paid, turned into a `TimeDeal`, run, and over. Steps consume the state,
//! so that a rental cannot be in two.

use crds::{Phase, Window};
use jiff::Timestamp;

use crate::calendar::later;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rental {
    /// The window is kept until `pay_until`.
    AwaitingPayment {
        pay_until: Timestamp,
    },
    /// Paid; it becomes a deal as soon as it has a product and a merchant key.
    Paid {
        paid_at: Timestamp,
    },
    /// A `TimeDeal` has been written.
    Scheduled {
        paid_at: Timestamp,
        deal: String,
    },
    /// The doors have opened, and the deal is not over yet.
    Running {
        paid_at: Timestamp,
        deal: String,
    },
    Completed {
        paid_at: Timestamp,
        deal: String,
    },
    /// Called off before the doors opened.
    Cancelled {
        paid_at: Timestamp,
        deal: String,
    },
    /// Nobody paid in time: the window is free again.
    Expired,
    /// The window passed and nothing could be sold in it.
    Missed {
        paid_at: Timestamp,
        deal: Option<String>,
    },
}

/// The states' names, as they are stored and shown.
pub mod code {
    pub const AWAITING_PAYMENT: &str = "awaitingPayment";
    pub const PAID: &str = "paid";
    pub const SCHEDULED: &str = "scheduled";
    pub const RUNNING: &str = "running";
    pub const COMPLETED: &str = "completed";
    pub const CANCELLED: &str = "cancelled";
    pub const EXPIRED: &str = "expired";
    pub const MISSED: &str = "missed";
    /// Those that keep a place on the calendar.
    pub const OCCUPYING: [&str; 5] = [AWAITING_PAYMENT, PAID, SCHEDULED, RUNNING, COMPLETED];
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a rental that is {state} cannot {step}")]
pub struct Refused {
    pub state: &'static str,
    pub step: &'static str,
}

impl Rental {
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Rental::AwaitingPayment { .. } => code::AWAITING_PAYMENT,
            Rental::Paid { .. } => code::PAID,
            Rental::Scheduled { .. } => code::SCHEDULED,
            Rental::Running { .. } => code::RUNNING,
            Rental::Completed { .. } => code::COMPLETED,
            Rental::Cancelled { .. } => code::CANCELLED,
            Rental::Expired => code::EXPIRED,
            Rental::Missed { .. } => code::MISSED,
        }
    }

    #[must_use]
    pub fn paid_at(&self) -> Option<Timestamp> {
        match self {
            Rental::AwaitingPayment { .. } | Rental::Expired => None,
            Rental::Paid { paid_at }
            | Rental::Scheduled { paid_at, .. }
            | Rental::Running { paid_at, .. }
            | Rental::Completed { paid_at, .. }
            | Rental::Cancelled { paid_at, .. }
            | Rental::Missed { paid_at, .. } => Some(*paid_at),
        }
    }

    #[must_use]
    pub fn deal(&self) -> Option<&str> {
        match self {
            Rental::AwaitingPayment { .. } | Rental::Expired | Rental::Paid { .. } => None,
            Rental::Scheduled { deal, .. }
            | Rental::Running { deal, .. }
            | Rental::Completed { deal, .. }
            | Rental::Cancelled { deal, .. } => Some(deal),
            Rental::Missed { deal, .. } => deal.as_deref(),
        }
    }

    fn refuse(&self, step: &'static str) -> Refused {
        Refused { state: self.code(), step }
    }

    /// The gateway has the fee. It may come after `pay_until`, as long as the window is still kept:
    /// an approval that began in time is waited for.
    ///
    /// # Errors
    /// Refused where the rental does not wait for money.
    pub fn pay(self, at: Timestamp) -> Result<Rental, Refused> {
        match self {
            Rental::AwaitingPayment { .. } => Ok(Rental::Paid { paid_at: at }),
            other => Err(other.refuse("be paid")),
        }
    }

    /// Nobody paid in time.
    ///
    /// # Errors
    /// Refused before the time, and where it has been paid.
    pub fn expire(self, now: Timestamp) -> Result<Rental, Refused> {
        match self {
            Rental::AwaitingPayment { pay_until } if now >= pay_until => Ok(Rental::Expired),
            other => Err(other.refuse("expire")),
        }
    }

    /// The `TimeDeal` has been written. Writing the same one again changes nothing.
    ///
    /// # Errors
    /// Refused where the rental is not paid, or is another deal already.
    pub fn schedule(self, deal: String) -> Result<Rental, Refused> {
        match self {
            Rental::Paid { paid_at } => Ok(Rental::Scheduled { paid_at, deal }),
            Rental::Scheduled { paid_at, deal: own } if own == deal => {
                Ok(Rental::Scheduled { paid_at, deal })
            }
            other => Err(other.refuse("be scheduled")),
        }
    }

    /// The window began and there was nothing to sell.
    ///
    /// # Errors
    /// Refused unless the rental is paid and no deal.
    pub fn miss(self) -> Result<Rental, Refused> {
        match self {
            Rental::Paid { paid_at } => Ok(Rental::Missed { paid_at, deal: None }),
            other => Err(other.refuse("be missed")),
        }
    }

    /// What the deal's phase makes of the rental. It never goes back, whatever is observed late.
    #[must_use]
    pub fn follow(self, phase: Phase) -> Rental {
        match self {
            Rental::Scheduled { paid_at, deal } => match phase {
                Phase::Pending | Phase::Provisioning | Phase::Warming | Phase::Armed => {
                    Rental::Scheduled { paid_at, deal }
                }
                Phase::Open | Phase::Draining | Phase::Settling | Phase::TearingDown => {
                    Rental::Running { paid_at, deal }
                }
                Phase::Completed => Rental::Completed { paid_at, deal },
                Phase::Cancelled => Rental::Cancelled { paid_at, deal },
                Phase::Missed => Rental::Missed { paid_at, deal: Some(deal) },
            },
            Rental::Running { paid_at, deal } => match phase {
                Phase::Completed => Rental::Completed { paid_at, deal },
                Phase::Cancelled => Rental::Cancelled { paid_at, deal },
                Phase::Missed => Rental::Missed { paid_at, deal: Some(deal) },
                _ => Rental::Running { paid_at, deal },
            },
            other => other,
        }
    }

    /// Until when products may be changed: until the doors would open, and once there is a deal
    /// until its runtime is set up. `None` where the time is over for good.
    #[must_use]
    pub fn products_editable_until(&self, window: Window, setup_seconds: u32) -> Option<Timestamp> {
        match self {
            Rental::AwaitingPayment { .. } | Rental::Paid { .. } => Some(window.opens_at),
            Rental::Scheduled { .. } => Some(later(window.opens_at, -i64::from(setup_seconds))),
            Rental::Running { .. }
            | Rental::Completed { .. }
            | Rental::Cancelled { .. }
            | Rental::Expired
            | Rental::Missed { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a second of our time")
    }

    fn awaiting() -> Rental {
        Rental::AwaitingPayment { pay_until: at(100) }
    }

    fn paid() -> Rental {
        Rental::Paid { paid_at: at(50) }
    }

    fn scheduled() -> Rental {
        paid().schedule("hanbit-20261124-1000".to_owned()).expect("a paid rental is scheduled")
    }

    #[test]
    fn the_road() {
        let paid = awaiting().pay(at(50)).expect("it waits for money");
        let scheduled = paid.schedule("d".to_owned()).expect("it is paid");
        let running = scheduled.follow(Phase::Armed).follow(Phase::Open);
        assert_eq!(running.code(), code::RUNNING);
        let done = running.follow(Phase::Settling).follow(Phase::Completed);
        assert_eq!(done, Rental::Completed { paid_at: at(50), deal: "d".to_owned() });
    }

    #[test]
    fn refusals() {
        assert!(awaiting().expire(at(99)).is_err());
        assert_eq!(awaiting().expire(at(100)), Ok(Rental::Expired));
        assert!(paid().expire(at(1_000)).is_err());
        assert!(paid().pay(at(51)).is_err());
        assert!(Rental::Expired.pay(at(51)).is_err());
        assert!(awaiting().schedule("d".to_owned()).is_err());
        assert!(scheduled().schedule("another".to_owned()).is_err());
        assert!(scheduled().schedule("hanbit-20261124-1000".to_owned()).is_ok());
        assert!(scheduled().miss().is_err());
        assert_eq!(paid().miss(), Ok(Rental::Missed { paid_at: at(50), deal: None }));
    }

    #[test]
    fn products_are_editable_until_the_set_up() {
        let window = Window { opens_at: at(10_000), closes_at: at(20_000) };
        assert_eq!(paid().products_editable_until(window, 600), Some(at(10_000)));
        assert_eq!(scheduled().products_editable_until(window, 600), Some(at(9_400)));
        assert_eq!(scheduled().follow(Phase::Open).products_editable_until(window, 600), None);
    }

    fn rank(rental: &Rental) -> u8 {
        match rental {
            Rental::AwaitingPayment { .. } => 0,
            Rental::Paid { .. } => 1,
            Rental::Scheduled { .. } => 2,
            Rental::Running { .. } => 3,
            Rental::Completed { .. } | Rental::Cancelled { .. } | Rental::Expired | Rental::Missed { .. } => {
                4
            }
        }
    }

    proptest! {
        /// Phases may be observed late, twice or out of order: a rental never goes back, and what is
        /// over stays as it is.
        #[test]
        fn a_rental_never_goes_back(seen in prop::collection::vec(0_usize..11, 0..30)) {
            const PHASES: [Phase; 11] = [
                Phase::Pending, Phase::Provisioning, Phase::Warming, Phase::Armed, Phase::Open,
                Phase::Draining, Phase::Settling, Phase::TearingDown, Phase::Completed,
                Phase::Cancelled, Phase::Missed,
            ];
            let mut rental = scheduled();
            for index in seen {
                let next = rental.clone().follow(PHASES[index]);
                prop_assert!(rank(&next) >= rank(&rental));
                if rank(&rental) == 4 {
                    prop_assert_eq!(&next, &rental);
                }
                rental = next;
            }
        }
    }
}
