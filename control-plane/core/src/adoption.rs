//! Deals that no rental made: an admin applied them to the cluster. They sell as any other deal does,
//! so they need books and a credential as any other. Which of them get books, and whose books a name
//! stands for, is decided here.

use crds::{Mode, Phase, TimeDeal};
use uuid::Uuid;

/// The books that there are under a deal's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Books {
    pub owner: Owner,
    pub closed: bool,
    pub events: u64,
}

/// Whose books they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Rental,
    /// The adopted deal with this uid.
    Adopted(Uuid),
}

/// What a deal has to do with the books under its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// There are none: they are to be opened.
    Open,
    /// They are its own.
    Own,
    /// An earlier deal of that name left them empty: they go over, open again.
    TakeOver,
    /// A rental made the deal, or will be found to have: it is none to adopt.
    Rented,
    /// Somebody else's sales are in them, for good. A chain of events has one deal.
    Taken,
}

/// The deal with this `uid` has got as far as `phase`.
#[must_use]
pub fn claim(uid: Uuid, phase: Phase, books: Option<Books>) -> Claim {
    let Some(books) = books else { return Claim::Open };
    match books.owner {
        // A rental's books close when its deal has ended; one that begins then is another deal.
        Owner::Rental if books.closed && phase < Phase::Open => Claim::Taken,
        Owner::Rental => Claim::Rented,
        Owner::Adopted(owner) if owner == uid => Claim::Own,
        Owner::Adopted(_) if books.events == 0 => Claim::TakeOver,
        Owner::Adopted(_) => Claim::Taken,
    }
}

/// Whether a deal, unless a rental made it, needs books: it will sell, or does.
#[must_use]
pub fn will_sell(deal: &TimeDeal) -> bool {
    let ending = deal.metadata.deletion_timestamp.is_some() || is_over(phase(deal));
    deal.spec.mode == Mode::Apply && !ending
}

/// Whether the deal's runtime has yet to be given its credential: it is copied when the runtime is
/// made.
#[must_use]
pub fn awaits_credential(deal: &TimeDeal) -> bool {
    matches!(phase(deal), Phase::Pending | Phase::Provisioning)
}

/// Whether nothing will happen any more to a deal that has come so far.
#[must_use]
pub fn is_over(phase: Phase) -> bool {
    matches!(phase, Phase::Completed | Phase::Cancelled | Phase::Missed)
}

/// How far the deal has come.
#[must_use]
pub fn phase(deal: &TimeDeal) -> Phase {
    deal.status.as_ref().map(|status| status.phase).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: Uuid = Uuid::from_u128(1);
    const THEM: Uuid = Uuid::from_u128(2);

    #[track_caller]
    fn check(phase: Phase, owner: Owner, closed: bool, events: u64, expected: Claim) {
        assert_eq!(claim(US, phase, Some(Books { owner, closed, events })), expected);
    }

    #[test]
    fn a_name_without_books_gets_some() {
        assert_eq!(claim(US, Phase::Pending, None), Claim::Open);
        assert_eq!(claim(US, Phase::Open, None), Claim::Open);
    }

    #[test]
    fn a_rental_s_deal_is_left_to_the_rental() {
        check(Phase::Pending, Owner::Rental, false, 0, Claim::Rented);
        check(Phase::Open, Owner::Rental, false, 7, Claim::Rented);
        check(Phase::TearingDown, Owner::Rental, true, 7, Claim::Rented);
        check(Phase::Pending, Owner::Rental, true, 0, Claim::Taken);
        check(Phase::Armed, Owner::Rental, true, 7, Claim::Taken);
    }

    #[test]
    fn a_name_that_comes_again_gets_empty_books_alone() {
        check(Phase::Pending, Owner::Adopted(US), false, 0, Claim::Own);
        check(Phase::TearingDown, Owner::Adopted(US), true, 7, Claim::Own);
        check(Phase::Pending, Owner::Adopted(THEM), false, 0, Claim::TakeOver);
        check(Phase::Pending, Owner::Adopted(THEM), true, 0, Claim::TakeOver);
        check(Phase::Pending, Owner::Adopted(THEM), false, 7, Claim::Taken);
        check(Phase::Pending, Owner::Adopted(THEM), true, 7, Claim::Taken);
    }
}
