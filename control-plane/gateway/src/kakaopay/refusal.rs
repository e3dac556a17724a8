//! What KakaoPay's error codes mean.

use serde_json::Value;

use crate::gateway::{Decline, DeclineKind, Doubt};
use crate::{failure, http};

/// An error answer that could be read.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    code: i64,
    message: String,
}

impl Refusal {
    /// Reads `{"error_code", "error_message", "extras"}` and the old style `{"code", "msg"}`.
    pub(super) fn parse(status: u16, body: &[u8]) -> Option<Refusal> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let code = [&body["error_code"], &body["code"]].into_iter().find_map(integer)?;
        let said = [&body["error_message"], &body["msg"]].into_iter().find_map(Value::as_str);
        let reason = body["extras"]["method_result_code"].as_str();
        Some(Refusal { status, code, message: http::message(said.into_iter().chain(reason)) })
    }

    /// The merchant's key cannot even be put into a header: nothing was sent.
    pub(super) fn unusable_key() -> Refusal {
        Refusal { status: 0, code: 0, message: "the merchant key is not printable".to_owned() }
    }
}

impl failure::Refusal for Refusal {
    fn declined(self, kind: DeclineKind) -> Decline {
        Decline { kind, code: self.code.to_string(), message: self.message }
    }

    fn doubt(self) -> Doubt {
        let Refusal { status, code, message } = self;
        let is_unwell = status >= 500 || status == 429 || matches!(code, -429 | -500 | -503);
        let code = code.to_string();
        if is_unwell {
            return Doubt::Unwell { status, code, message };
        }
        Doubt::Refused { status, code, message }
    }

    /// The answers that are a certain no to any call: account, key and unknown payment.
    fn kind_of_any(&self) -> Option<DeclineKind> {
        match (self.status, self.code) {
            (0, _) | (_, -733..=-730 | -401 | -403 | -798 | -799) => Some(DeclineKind::Merchant),
            (_, -721) => Some(DeclineKind::UnknownPayment),
            _ => None,
        }
    }

    /// Of an approval. -702 (already paid), -780 (failed, perhaps after the bank took the money),
    /// -783 and -785 (another approval is or was at work) may all mean that money moved.
    fn kind_of_confirm(&self) -> Option<DeclineKind> {
        self.kind_of_any().or(match self.code {
            -701 | -706 | -707 | -708 => Some(DeclineKind::ProofRejected),
            -723 => Some(DeclineKind::Expired),
            -722 | -726..=-724 | -705..=-703 => Some(DeclineKind::Mismatch),
            _ => None,
        })
    }
}

fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}
