//! What there is to do, and how it ends.

use jiff::Timestamp;

/// The subject of a job says for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Write the rental's `TimeDeal`, where it is time and possible. Subject: the rental.
    Deal,
    /// The doors of a rental would open: a last attempt, or it is missed. Subject: the rental.
    Opening,
    /// Free the window where nobody has paid. Subject: the rental.
    Expiry,
    /// Find out what became of a fee that was being approved. Subject: the payment.
    Fee,
    /// Give a shopper's money back after the settlement. Subject: the refund.
    Refund,
    /// Give a deal that no rental made its books. Subject: the uid of the `TimeDeal`.
    Adoption,
}

impl Kind {
    const ALL: [Kind; 6] = [Kind::Deal, Kind::Opening, Kind::Expiry, Kind::Fee, Kind::Refund, Kind::Adoption];

    pub(super) fn code(self) -> &'static str {
        match self {
            Kind::Deal => "deal",
            Kind::Opening => "opening",
            Kind::Expiry => "expiry",
            Kind::Fee => "fee",
            Kind::Refund => "refund",
            Kind::Adoption => "adoption",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// There is nothing left to do.
    Finished,
    /// Not yet: look again then.
    Again(Timestamp),
}

/// Why a job failed; it is tried again, ever less often.
pub type JobError = Box<dyn std::error::Error + Send + Sync>;
