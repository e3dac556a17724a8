//! What Toss' error codes mean.

use serde::Deserialize;

use crate::gateway::{Decline, DeclineKind, Doubt};
use crate::{failure, http};

/// An error answer that could be read.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    code: String,
    message: String,
}

impl Refusal {
    pub(super) fn parse(status: u16, body: &[u8]) -> Option<Refusal> {
        #[derive(Deserialize)]
        struct Body {
            code: String,
            #[serde(default)]
            message: String,
        }
        let Body { code, message } = serde_json::from_slice(body).ok()?;
        Some(Refusal {
            status,
            code: http::message([code.as_str()]),
            message: http::message([message.as_str()]),
        })
    }
}

impl failure::Refusal for Refusal {
    fn declined(self, kind: DeclineKind) -> Decline {
        Decline { kind, code: self.code, message: self.message }
    }

    fn doubt(self) -> Doubt {
        let Refusal { status, code, message } = self;
        match status {
            500.. | 429 => Doubt::Unwell { status, code, message },
            _ => Doubt::Refused { status, code, message },
        }
    }

    /// The answers that are a certain no to any call.
    fn kind_of_any(&self) -> Option<DeclineKind> {
        match self.code.as_str() {
            "UNAUTHORIZED_KEY" | "INVALID_API_KEY" | "INCORRECT_BASIC_AUTH_FORMAT" => {
                Some(DeclineKind::Merchant)
            }
            "NOT_FOUND_PAYMENT" => Some(DeclineKind::UnknownPayment),
            _ => None,
        }
    }

    /// Of a confirmation. `ALREADY_PROCESSED_PAYMENT`, `DUPLICATED_ORDER_ID` and
    /// `IDEMPOTENT_REQUEST_PROCESSING` say that money was or is being taken; after
    /// `NOT_FOUND_PAYMENT_SESSION` it may have been taken before the session ended.
    fn kind_of_confirm(&self) -> Option<DeclineKind> {
        match self.code.as_str() {
            // About the key that the payer brought, and not about the order.
            "NOT_FOUND_PAYMENT" | "INVALID_REQUEST" => Some(DeclineKind::ProofRejected),
            "REJECT_CARD_PAYMENT"
            | "REJECT_CARD_COMPANY"
            | "REJECT_ACCOUNT_PAYMENT"
            | "EXCEED_MAX_AMOUNT" => Some(DeclineKind::Rejected),
            _ => self.kind_of_any(),
        }
    }
}
