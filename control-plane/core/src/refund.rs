//! Refunds: until when a shopper may ask for one, who carries it out, and what is to be done next
//! at the gateway.

use crds::Won;
use jiff::Timestamp;

use crate::calendar::later;

/// Seven days to withdraw (the Act on Consumer Protection in Electronic Commerce, Article 17). The
/// law counts from delivery where that is later; deliveries are not known here, so a company may
/// refund at any time and only the shopper's own button ends.
pub const WITHDRAWAL_SECONDS: i64 = 7 * 86_400;

/// The longest reason that is kept, in characters.
pub const REASON_LENGTH_MAX: usize = 200;

/// The first instant at which the shopper's own right to a refund is over.
#[must_use]
pub fn refundable_until(paid_at: Timestamp) -> Timestamp {
    later(paid_at, WITHDRAWAL_SECONDS)
}

/// Who may move the money back. There is one at any time: as long as the deal's ledger is open its
/// runtime, afterwards the platform. A ledger closes when the deal is settled, and a deal settles
/// only with its runtime sealed and no refund open in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Runtime,
    Platform,
}

#[must_use]
pub fn owner(ledger_closed: bool) -> Owner {
    if ledger_closed { Owner::Platform } else { Owner::Runtime }
}

/// What the gateway says of a payment that is to be refunded in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The money is with the merchant, all of it or what is left of it.
    Paid { cancellable: Won },
    /// It has gone back in full.
    Cancelled,
    /// There is no money to give back: the payment never came about.
    NeverPaid,
    /// The gateway has not decided yet.
    InProgress,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The money has gone back: write it down.
    Record,
    /// Ask the gateway to give `amount` back, telling it what may be cancelled before, so that a
    /// repeated request cannot give it back twice.
    Cancel { amount: Won, cancellable_before: Won },
    /// Ask again later.
    Wait,
    /// Nobody but a person can sort this out.
    GiveUp,
}

/// The next step for an order of `amount`.
#[must_use]
pub fn next_step(seen: Seen, amount: Won) -> Step {
    match seen {
        Seen::Cancelled => Step::Record,
        Seen::Paid { cancellable } if cancellable >= amount => {
            Step::Cancel { amount, cancellable_before: cancellable }
        }
        // Less is left than the order cost: somebody refunded a part by hand. What is left goes back.
        Seen::Paid { cancellable } if cancellable > Won::ZERO => {
            Step::Cancel { amount: cancellable, cancellable_before: cancellable }
        }
        Seen::Paid { .. } | Seen::NeverPaid => Step::GiveUp,
        Seen::InProgress => Step::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_days() {
        let paid_at: Timestamp = "2026-11-23T01:00:00Z".parse().expect("an instant");
        let until: Timestamp = "2026-11-30T01:00:00Z".parse().expect("an instant");
        assert_eq!(refundable_until(paid_at), until);
    }

    #[test]
    fn one_owner_at_any_time() {
        assert_eq!(owner(false), Owner::Runtime);
        assert_eq!(owner(true), Owner::Platform);
    }

    #[track_caller]
    fn check(seen: Seen, step: Step) {
        assert_eq!(next_step(seen, Won(1_000)), step);
    }

    #[test]
    fn steps() {
        let cancel = |amount, before| Step::Cancel { amount: Won(amount), cancellable_before: Won(before) };
        check(Seen::Paid { cancellable: Won(1_000) }, cancel(1_000, 1_000));
        check(Seen::Paid { cancellable: Won(400) }, cancel(400, 400));
        check(Seen::Paid { cancellable: Won(0) }, Step::GiveUp);
        check(Seen::Cancelled, Step::Record);
        check(Seen::NeverPaid, Step::GiveUp);
        check(Seen::InProgress, Step::Wait);
    }
}
