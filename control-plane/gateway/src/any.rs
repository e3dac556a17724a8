//! The provider chosen by configuration. An enum, so that callers need no generic parameter.

use crate::gateway::{
    Approved, BeginError, Begun, Cancel, Cancelled, Confirm, Gateway, Lookup, LookupError, Merchant, Order,
    Outcome,
};
use crate::kakaopay::KakaoPay;
use crate::toss::Toss;

/// Every provider there is.
#[expect(clippy::large_enum_variant, reason = "a process has one or two of them")]
#[derive(Debug, Clone)]
pub enum AnyGateway {
    KakaoPay(KakaoPay),
    Toss(Toss),
}

impl Gateway for AnyGateway {
    async fn begin(&self, merchant: &Merchant, order: &Order) -> Result<Begun, BeginError> {
        match self {
            AnyGateway::KakaoPay(kakaopay) => kakaopay.begin(merchant, order).await,
            AnyGateway::Toss(toss) => toss.begin(merchant, order).await,
        }
    }

    async fn confirm(&self, merchant: &Merchant, confirm: &Confirm) -> Outcome<Approved> {
        match self {
            AnyGateway::KakaoPay(kakaopay) => kakaopay.confirm(merchant, confirm).await,
            AnyGateway::Toss(toss) => toss.confirm(merchant, confirm).await,
        }
    }

    async fn lookup(&self, merchant: &Merchant, payment_ref: &str) -> Result<Lookup, LookupError> {
        match self {
            AnyGateway::KakaoPay(kakaopay) => kakaopay.lookup(merchant, payment_ref).await,
            AnyGateway::Toss(toss) => toss.lookup(merchant, payment_ref).await,
        }
    }

    async fn lookup_agreed(
        &self,
        merchant: &Merchant,
        payment_ref: &str,
        proof: &str,
    ) -> Result<Lookup, LookupError> {
        match self {
            AnyGateway::KakaoPay(kakaopay) => kakaopay.lookup_agreed(merchant, payment_ref, proof).await,
            AnyGateway::Toss(toss) => toss.lookup_agreed(merchant, payment_ref, proof).await,
        }
    }

    async fn cancel(&self, merchant: &Merchant, cancel: &Cancel) -> Outcome<Cancelled> {
        match self {
            AnyGateway::KakaoPay(kakaopay) => kakaopay.cancel(merchant, cancel).await,
            AnyGateway::Toss(toss) => toss.cancel(merchant, cancel).await,
        }
    }
}
