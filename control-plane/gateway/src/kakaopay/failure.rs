//! What a call that did not succeed means. The rule: a code counts as a certain no only where
//! KakaoPay can say it before any money moves; every other answer, and silence, is a doubt.

use serde_json::Value;

use crate::gateway::{BeginError, Decline, DeclineKind, Doubt, LookupError, Outcome};

/// Messages are for logs; a gateway gone mad must not fill them.
const MESSAGE_CHARS_MAX: usize = 300;

#[derive(Debug)]
pub(super) enum Failure {
    Doubt(Doubt),
    Refused(Refusal),
}

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
        let message: String = said
            .into_iter()
            .chain(reason)
            .collect::<Vec<_>>()
            .join(" / ")
            .chars()
            .take(MESSAGE_CHARS_MAX)
            .collect();
        Some(Refusal { status, code, message })
    }

    /// The merchant's key cannot even be put into a header: nothing was sent.
    pub(super) fn unusable_key() -> Refusal {
        Refusal { status: 0, code: 0, message: "the merchant key is not printable".to_owned() }
    }

    fn declined(self, kind: DeclineKind) -> Decline {
        Decline { kind, code: self.code, message: self.message }
    }

    fn doubt(self) -> Doubt {
        let Refusal { status, code, message } = self;
        if status >= 500 || status == 429 || matches!(code, -429 | -500 | -503) {
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

impl Failure {
    /// No answer, or not all of it.
    pub(super) fn silent(error: &reqwest::Error) -> Failure {
        // The innermost cause says it best ("connection refused"), and it never carries the URL.
        let mut cause: &dyn std::error::Error = error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        Failure::Doubt(Doubt::Silent(cause.to_string()))
    }

    pub(super) fn into_begin(self) -> BeginError {
        match self {
            Failure::Doubt(doubt) => BeginError::Unavailable(doubt),
            Failure::Refused(refusal) => match refusal.kind_of_confirm() {
                Some(kind) => BeginError::Declined(refusal.declined(kind)),
                None => BeginError::Unavailable(refusal.doubt()),
            },
        }
    }

    pub(super) fn into_confirm<T>(self) -> Outcome<T> {
        self.into_outcome(Refusal::kind_of_confirm)
    }

    /// Of a cancellation only account, key and unknown payment are certain: "exceeds what can be
    /// cancelled" is also what a repeated cancellation gets after the first one's answer was lost.
    pub(super) fn into_cancel<T>(self) -> Outcome<T> {
        self.into_outcome(Refusal::kind_of_any)
    }

    fn into_outcome<T>(self, kind: impl Fn(&Refusal) -> Option<DeclineKind>) -> Outcome<T> {
        match self {
            Failure::Doubt(doubt) => Outcome::Unknown(doubt),
            Failure::Refused(refusal) => match kind(&refusal) {
                Some(kind) => Outcome::Declined(refusal.declined(kind)),
                None => Outcome::Unknown(refusal.doubt()),
            },
        }
    }

    pub(super) fn into_lookup(self) -> LookupError {
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
