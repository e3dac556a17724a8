//! Toss' JSON. Of the one answer that every call gets, only what a decision rests on is read;
//! everything else is ignored, so that new fields break nothing.

use crds::Won;
use serde::{Deserialize, Serialize};

use crate::gateway::{Approved, Cancel, Cancelled, Confirm, Doubt, Lookup, Outcome, PaymentState};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfirmRequest<'a> {
    pub payment_key: &'a str,
    pub order_id: &'a str,
    /// Ours, never the browser's: Toss refuses where the window was opened with another.
    pub amount: Won,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CancelRequest {
    pub cancel_reason: &'static str,
    pub cancel_amount: Won,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    payment_key: String,
    order_id: String,
    status: Status,
    total_amount: Won,
    /// What has not been given back. Before the payment is taken it is the whole amount.
    balance_amount: Won,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    cancels: Option<Vec<CancelMade>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CancelMade {
    cancel_amount: Won,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Ready,
    InProgress,
    /// Confirmed, and waiting for a transfer: no money has moved yet.
    WaitingForDeposit,
    Done,
    Canceled,
    PartialCanceled,
    Aborted,
    Expired,
}

impl Status {
    fn state(self) -> PaymentState {
        match self {
            Status::Ready | Status::InProgress | Status::WaitingForDeposit => PaymentState::InProgress,
            Status::Done => PaymentState::Paid,
            Status::PartialCanceled => PaymentState::PartCancelled,
            Status::Canceled => PaymentState::Cancelled,
            Status::Aborted | Status::Expired => PaymentState::Failed,
        }
    }
}

impl Payment {
    /// A confirmation of something else is a doubt: the look-up shows what became of ours.
    pub(super) fn check_confirmed(self, asked: &Confirm) -> Outcome<Approved> {
        if self.payment_key != asked.proof || self.order_id != asked.order_id {
            return Outcome::Unknown(Doubt::Different("another payment"));
        }
        if self.total_amount != asked.amount {
            return Outcome::Unknown(Doubt::Different("another amount"));
        }
        if self.status != Status::Done {
            return Outcome::Unknown(Doubt::Different("a payment that is not done"));
        }
        Outcome::Done(Approved { amount: self.total_amount, method: self.method.unwrap_or_default() })
    }

    /// As the answer to a look-up by order id.
    pub(super) fn into_lookup_of(self, payment_ref: &str) -> Result<Lookup, Doubt> {
        if self.order_id != payment_ref {
            return Err(Doubt::Different("another payment"));
        }
        self.into_lookup()
    }

    /// Of whichever order it is.
    pub(super) fn into_lookup(self) -> Result<Lookup, Doubt> {
        let state = self.status.state();
        let impossible = Doubt::Different("an impossible amount");
        let returned = self.total_amount.minus(self.balance_amount);
        let returned = returned.filter(|returned| *returned >= Won::ZERO).ok_or(impossible)?;
        let (cancelled, cancellable) = match state {
            PaymentState::Paid | PaymentState::PartCancelled | PaymentState::Cancelled => {
                (returned, self.balance_amount)
            }
            PaymentState::InProgress | PaymentState::Failed => (Won::ZERO, Won::ZERO),
        };
        Ok(Lookup {
            state,
            order_id: self.order_id,
            user_id: None,
            amount: self.total_amount,
            cancelled,
            cancellable,
            method: self.method.unwrap_or_default(),
        })
    }

    /// The key to cancel by, where what can be cancelled is what the caller expects.
    pub(super) fn cancellable_by(&self, asked: &Cancel) -> Result<&str, Doubt> {
        if self.order_id != asked.payment_ref {
            return Err(Doubt::Different("another payment"));
        }
        let is_paid = matches!(self.status, Status::Done | Status::PartialCanceled);
        if !is_paid || self.balance_amount != asked.cancellable_before {
            return Err(Doubt::Different("another balance"));
        }
        Ok(&self.payment_key)
    }

    pub(super) fn check_cancelled(self, asked: &Cancel) -> Outcome<Cancelled> {
        if self.order_id != asked.payment_ref {
            return Outcome::Unknown(Doubt::Different("another payment"));
        }
        let made = self.cancels.as_deref().and_then(<[CancelMade]>::last);
        let is_ours = made.is_some_and(|made| made.cancel_amount == asked.amount);
        if !is_ours || asked.cancellable_before.minus(asked.amount) != Some(self.balance_amount) {
            return Outcome::Unknown(Doubt::Different("another amount"));
        }
        Outcome::Done(Cancelled { amount: asked.amount, remaining: self.balance_amount })
    }
}
