//! The trait that every provider fits, and its words. Amounts are whole won; all references are
//! opaque text.

use std::future::Future;

use crds::Won;
use jiff::Timestamp;
use secrecy::SecretString;

/// A payment provider. Implementations hold connections, never state about payments.
pub trait Gateway: Send + Sync + 'static {
    /// Announces a payment. No money moves. A lost answer means starting again: the payment that
    /// may exist at the gateway can never be confirmed, since nobody knows its reference. A provider
    /// whose own window announces the payment is not called at all.
    fn begin(
        &self,
        merchant: &Merchant,
        order: &Order,
    ) -> impl Future<Output = Result<Begun, BeginError>> + Send;

    /// Takes the money of a payment that the shopper has agreed to.
    fn confirm(
        &self,
        merchant: &Merchant,
        confirm: &Confirm,
    ) -> impl Future<Output = Outcome<Approved>> + Send;

    /// What the gateway knows of a payment.
    fn lookup(
        &self,
        merchant: &Merchant,
        payment_ref: &str,
    ) -> impl Future<Output = Result<Lookup, LookupError>> + Send;

    /// What the gateway knows of the payment that `proof` was brought back for. Where a reference
    /// stands for one payment alone, that is the one; elsewhere it may be of another order, which the
    /// caller finds in the answer.
    fn lookup_agreed(
        &self,
        merchant: &Merchant,
        payment_ref: &str,
        _proof: &str,
    ) -> impl Future<Output = Result<Lookup, LookupError>> + Send {
        self.lookup(merchant, payment_ref)
    }

    /// Gives money back, all or a part of it.
    fn cancel(&self, merchant: &Merchant, cancel: &Cancel)
    -> impl Future<Output = Outcome<Cancelled>> + Send;
}

/// On whose account a payment runs.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// KakaoPay's CID, ten characters; the client key at Toss, which the payer's browser may see.
    pub id: String,
    /// The secret half.
    pub key: SecretString,
}

/// What is to be paid for, and where the shopper comes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Ours, 6 to 64 letters, digits, `-` and `_`; must be the same at [`Confirm`].
    pub order_id: String,
    /// An opaque id of the payer without personal data; must be the same at [`Confirm`].
    pub user_id: String,
    /// What the payer reads. Cut to the gateway's 100 characters.
    pub item_name: String,
    pub quantity: u32,
    /// The whole amount, tax included.
    pub amount: Won,
    /// Gets the proof of the payer's agreement added to its query. At most 255 characters, as the others.
    pub approval_url: String,
    pub cancel_url: String,
    pub fail_url: String,
    /// The page of ours that opens the provider's own payment window, for a provider that has one.
    pub window_url: String,
    /// When we ask. The payment's life is counted from here, so that a slow answer shortens it.
    pub asked_at: Timestamp,
}

/// A payment that waits for the payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// What the gateway finds the payment by. Store it before the payer sees the redirect.
    pub payment_ref: String,
    pub redirect: Redirect,
    /// After this instant the payer can no longer agree.
    pub expires_at: Timestamp,
}

/// Where to send the payer, by device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    pub pc: String,
    pub mobile: String,
    pub app: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    pub payment_ref: String,
    pub order_id: String,
    pub user_id: String,
    /// What the payer brought back: KakaoPay's `pg_token`, the `paymentKey` of Toss.
    pub proof: String,
    pub amount: Won,
    /// When we ask. Calls within a minute of each other are one call to a gateway that can tell.
    pub asked_at: Timestamp,
}

/// Money was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    pub amount: Won,
    /// The gateway's word: `MONEY` or `CARD` at KakaoPay, `카드` and others at Toss.
    pub method: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    pub payment_ref: String,
    pub amount: Won,
    /// What can be cancelled before this call. The gateway refuses the call when its own figure
    /// differs, which makes a retry safe.
    pub cancellable_before: Won,
    /// When we ask, as in [`Confirm`].
    pub asked_at: Timestamp,
}

/// Money was given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    /// By this call.
    pub amount: Won,
    /// What could still be cancelled after it.
    pub remaining: Won,
}

/// A payment as the gateway sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    pub state: PaymentState,
    pub order_id: String,
    /// `None` where the gateway was never told of a payer.
    pub user_id: Option<String>,
    /// What was announced.
    pub amount: Won,
    pub cancelled: Won,
    pub cancellable: Won,
    /// As in [`Approved`]; empty before the payer has chosen.
    pub method: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// No money has moved, but it still could.
    InProgress,
    /// Taken, and nothing given back.
    Paid,
    PartCancelled,
    Cancelled,
    /// No money has moved and none ever will.
    Failed,
}

/// How a call that moves money ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome<T> {
    Done(T),
    /// This call moved nothing, for certain.
    Declined(Decline),
    /// Money may have moved: look the payment up.
    Unknown(Doubt),
}

/// A certain no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the gateway declined: {kind:?} ({code}: {message})")]
pub struct Decline {
    pub kind: DeclineKind,
    /// The provider's own code, a number at KakaoPay and a word at Toss.
    pub code: String,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclineKind {
    /// What the payer brought back does not fit the payment; the payment itself is still alive.
    ProofRejected,
    /// The payer's bank or card company says no; another card may still do.
    Rejected,
    /// The payer was too late.
    Expired,
    /// The gateway does not know the payment.
    UnknownPayment,
    /// The payment's data do not fit what was announced.
    Mismatch,
    /// The merchant's account or key is not accepted.
    Merchant,
}

/// Why nothing is certain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("the gateway did not answer: {0}")]
    Silent(String),
    #[error("the gateway answered {status} with something unreadable")]
    Unreadable { status: u16 },
    /// About this one call.
    #[error("the gateway answered {status}: {code} {message}")]
    Refused { status: u16, code: String, message: String },
    /// About all calls of now.
    #[error("the gateway cannot serve anyone and answered {status}: {code} {message}")]
    Unwell { status: u16, code: String, message: String },
    #[error("the gateway confirmed something else than was asked for: {0}")]
    Different(&'static str),
}

impl Doubt {
    /// Whether the gateway fails whoever calls it now, and not just this one payment.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Doubt::Silent(_) | Doubt::Unreadable { .. } | Doubt::Unwell { .. } => true,
            Doubt::Refused { .. } | Doubt::Different(_) => false,
        }
    }
}

/// No payment was announced.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    #[error("the gateway cannot be reached or does not answer")]
    Unavailable(#[source] Doubt),
    #[error("the gateway refuses the payment")]
    Declined(#[source] Decline),
}

/// Nothing was learnt about a payment.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    #[error("the gateway cannot be reached or does not answer")]
    Unavailable(#[source] Doubt),
    /// The gateway answers, and says that there is no such payment.
    #[error("the gateway does not know the payment")]
    UnknownPayment,
    #[error("the gateway refuses the look-up")]
    Declined(#[source] Decline),
}
