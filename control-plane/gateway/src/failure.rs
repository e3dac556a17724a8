//! What follows from a call that did not succeed, whoever the provider is. The rule: a code counts as
//! a certain no only where the provider can say it before any money moves; every other answer, and
//! silence, is a doubt.

use crate::gateway::{BeginError, Decline, DeclineKind, Doubt, LookupError, Outcome};

/// A provider's error answer that could be read.
pub(crate) trait Refusal: Sized {
    fn declined(self, kind: DeclineKind) -> Decline;
    fn doubt(self) -> Doubt;
    /// Where it is a certain no to any call.
    fn kind_of_any(&self) -> Option<DeclineKind>;
    /// Where it is a certain no to a call that takes money.
    fn kind_of_confirm(&self) -> Option<DeclineKind>;
}

#[derive(Debug)]
pub(crate) enum Failure<R> {
    Doubt(Doubt),
    Refused(R),
}

impl<R: Refusal> Failure<R> {
    pub(crate) fn into_begin(self) -> BeginError {
        match self {
            Failure::Doubt(doubt) => BeginError::Unavailable(doubt),
            Failure::Refused(refusal) => match refusal.kind_of_confirm() {
                Some(kind) => BeginError::Declined(refusal.declined(kind)),
                None => BeginError::Unavailable(refusal.doubt()),
            },
        }
    }

    pub(crate) fn into_confirm<T>(self) -> Outcome<T> {
        self.into_outcome(R::kind_of_confirm)
    }

    /// Of a cancellation only account, key and unknown payment are certain: "exceeds what can be
    /// cancelled" is also what a repeated cancellation gets after the first one's answer was lost.
    pub(crate) fn into_cancel<T>(self) -> Outcome<T> {
        self.into_outcome(R::kind_of_any)
    }

    fn into_outcome<T>(self, kind: impl Fn(&R) -> Option<DeclineKind>) -> Outcome<T> {
        match self {
            Failure::Doubt(doubt) => Outcome::Unknown(doubt),
            Failure::Refused(refusal) => match kind(&refusal) {
                Some(kind) => Outcome::Declined(refusal.declined(kind)),
                None => Outcome::Unknown(refusal.doubt()),
            },
        }
    }

    pub(crate) fn into_lookup(self) -> LookupError {
        match self {
            Failure::Doubt(doubt) => LookupError::Unavailable(doubt),
            Failure::Refused(refusal) => match refusal.kind_of_any() {
                Some(DeclineKind::UnknownPayment) => LookupError::UnknownPayment,
                Some(kind) => LookupError::Declined(refusal.declined(kind)),
                None => LookupError::Unavailable(refusal.doubt()),
            },
        }
    }
}
