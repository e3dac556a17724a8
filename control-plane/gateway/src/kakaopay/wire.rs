//! KakaoPay's JSON. Requests carry what is required and what protects us; of answers only what a
//! decision rests on is read, everything else is ignored, so that new fields break nothing.

use crds::Won;
use serde::{Deserialize, Serialize};

use crate::gateway::{Approved, Cancel, Cancelled, Confirm, Doubt, Lookup, Outcome, PaymentState};

#[derive(Debug, Serialize)]
pub(super) struct ReadyRequest<'a> {
    pub cid: &'a str,
    pub partner_order_id: &'a str,
    pub partner_user_id: &'a str,
    pub item_name: &'a str,
    pub quantity: u32,
    pub total_amount: Won,
    pub tax_free_amount: Won,
    pub approval_url: &'a str,
    pub cancel_url: &'a str,
    pub fail_url: &'a str,
}

#[derive(Debug, Deserialize)]
pub(super) struct ReadyResponse {
    pub tid: String,
    pub next_redirect_pc_url: String,
    pub next_redirect_mobile_url: String,
    pub next_redirect_app_url: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ApproveRequest<'a> {
    pub cid: &'a str,
    pub tid: &'a str,
    pub partner_order_id: &'a str,
    pub partner_user_id: &'a str,
    pub pg_token: &'a str,
    /// Optional at KakaoPay; sent, so that another amount than ours can never be taken.
    pub total_amount: Won,
}

#[derive(Debug, Deserialize)]
pub(super) struct ApproveResponse {
    tid: String,
    partner_order_id: String,
    amount: Amount,
    #[serde(default)]
    payment_method_type: Option<String>,
}

impl ApproveResponse {
    /// An approval of something else is a doubt: the look-up shows what became of ours.
    pub(super) fn check(self, asked: &Confirm) -> Outcome<Approved> {
        if self.tid != asked.payment_ref || self.partner_order_id != asked.order_id {
            return Outcome::Unknown(Doubt::Different("another payment"));
        }
        if self.amount.total != asked.amount {
            return Outcome::Unknown(Doubt::Different("another amount"));
        }
        Outcome::Done(Approved {
            amount: self.amount.total,
            method: self.payment_method_type.unwrap_or_default(),
        })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct OrderRequest<'a> {
    pub cid: &'a str,
    pub tid: &'a str,
}

#[derive(Debug, Deserialize)]
pub(super) struct OrderResponse {
    tid: String,
    status: Status,
    #[serde(default)]
    partner_order_id: String,
    #[serde(default)]
    partner_user_id: String,
    #[serde(default)]
    payment_method_type: Option<String>,
    amount: Amount,
    #[serde(default)]
    canceled_amount: Option<Amount>,
    #[serde(default)]
    cancel_available_amount: Option<Amount>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Ready,
    SendTms,
    OpenPayment,
    SelectMethod,
    ArsWaiting,
    AuthPassword,
    SuccessPayment,
    PartCancelPayment,
    CancelPayment,
    FailAuthPassword,
    QuitPayment,
    FailPayment,
}

impl Status {
    fn state(self) -> PaymentState {
        match self {
            Status::Ready
            | Status::SendTms
            | Status::OpenPayment
            | Status::SelectMethod
            | Status::ArsWaiting
            | Status::AuthPassword => PaymentState::InProgress,
            Status::SuccessPayment => PaymentState::Paid,
            Status::PartCancelPayment => PaymentState::PartCancelled,
            Status::CancelPayment => PaymentState::Cancelled,
            Status::FailAuthPassword | Status::QuitPayment | Status::FailPayment => PaymentState::Failed,
        }
    }
}

impl OrderResponse {
    pub(super) fn into_lookup(self, payment_ref: &str) -> Result<Lookup, Doubt> {
        if self.tid != payment_ref {
            return Err(Doubt::Different("another payment"));
        }
        let state = self.status.state();
        let cancelled = self.canceled_amount.map_or(Won::ZERO, |amount| amount.total);
        // Optional on the wire; what was not given back of a paid amount can be.
        let left = match state {
            PaymentState::Paid | PaymentState::PartCancelled => self.amount.total.minus(cancelled),
            PaymentState::InProgress | PaymentState::Cancelled | PaymentState::Failed => Some(Won::ZERO),
        };
        let cancellable = self.cancel_available_amount.map(|amount| amount.total).or(left);
        Ok(Lookup {
            state,
            order_id: self.partner_order_id,
            user_id: Some(self.partner_user_id),
            amount: self.amount.total,
            cancelled,
            cancellable: cancellable.ok_or(Doubt::Different("an impossible amount"))?,
            method: self.payment_method_type.unwrap_or_default(),
        })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct CancelRequest<'a> {
    pub cid: &'a str,
    pub tid: &'a str,
    pub cancel_amount: Won,
    pub cancel_tax_free_amount: Won,
    pub cancel_available_amount: Won,
}

#[derive(Debug, Deserialize)]
pub(super) struct CancelResponse {
    tid: String,
    approved_cancel_amount: Amount,
    cancel_available_amount: Amount,
}

impl CancelResponse {
    pub(super) fn check(self, asked: &Cancel) -> Outcome<Cancelled> {
        if self.tid != asked.payment_ref {
            return Outcome::Unknown(Doubt::Different("another payment"));
        }
        if self.approved_cancel_amount.total != asked.amount {
            return Outcome::Unknown(Doubt::Different("another amount"));
        }
        Outcome::Done(Cancelled {
            amount: self.approved_cancel_amount.total,
            remaining: self.cancel_available_amount.total,
        })
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Amount {
    total: Won,
}
