//! Toss Payments' core API: confirm, look-up by order id, cancel.
//!
//! Wire facts: the payment window makes the payment and names it by a `paymentKey`, which only the
//! payer's browser brings to us; we find a payment by our own order id, under which money is taken
//! at most once, or by that key while we have it: whoever opens the window twice makes two payments
//! under one order id. Every POST may carry an `Idempotency-Key`: the first answer, an error as well, is
//! given again for 15 days. So the key names the payment, the step and the minute, and whoever asks
//! again later, after a look-up, is really heard.

mod refusal;
mod wire;

use std::ops::RangeInclusive;

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::failure;
use crate::gateway::{
    Approved, BeginError, Begun, Cancel, Cancelled, Confirm, Decline, DeclineKind, Doubt, Gateway, Lookup,
    LookupError, Merchant, Order, Outcome, Redirect,
};
use crate::http::{self, SetupError, Timeouts};
use refusal::Refusal;

type Failure = failure::Failure<Refusal>;

/// How long a payment of the window may wait for its confirmation before Toss lets it expire.
const PAYMENT_LIFE: SignedDuration = SignedDuration::from_mins(30);
/// Toss' limit of `orderName`.
pub const ORDER_NAME_CHARS_MAX: usize = 100;
const ORDER_ID_CHARS: RangeInclusive<usize> = 6..=64;
const PAYMENT_KEY_CHARS: RangeInclusive<usize> = 1..=200;
/// What the payer reads beside the money that came back.
const CANCEL_REASON: &str = "주문 취소";

/// A client of Toss Payments; clones share the connections.
#[derive(Debug, Clone)]
pub struct Toss {
    client: reqwest::Client,
    base: Url,
}

impl Toss {
    /// `base_url` is `https://api.tosspayments.com`, or a simulator's.
    ///
    /// # Errors
    /// Where the URL cannot be used, or TLS cannot be set up.
    pub fn new(base_url: &str, timeouts: Timeouts) -> Result<Toss, SetupError> {
        Ok(Toss { client: http::client(timeouts)?, base: http::base(base_url)? })
    }

    fn request(&self, merchant: &Merchant, method: Method, path: &[&str]) -> RequestBuilder {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .expect("http and https URLs have a path")
            .pop_if_empty()
            .extend(["v1", "payments"])
            .extend(path);
        // The key is the user and there is no password, which leaves the colon behind it.
        self.client.request(method, url).basic_auth(merchant.key.expose_secret(), Some(""))
    }

    async fn post<B: Serialize + Sync>(
        &self,
        merchant: &Merchant,
        path: &[&str],
        idempotency_key: &str,
        body: &B,
    ) -> Result<wire::Payment, Failure> {
        let request = self.request(merchant, Method::POST, path);
        read(request.header("Idempotency-Key", idempotency_key).json(body)).await
    }

    async fn find(&self, merchant: &Merchant, order_id: &str) -> Result<wire::Payment, Failure> {
        read(self.request(merchant, Method::GET, &["orders", order_id])).await
    }
}

async fn read<A: DeserializeOwned>(request: RequestBuilder) -> Result<A, Failure> {
    let (status, answer) = http::exchange(request).await.map_err(Failure::Doubt)?;
    let unreadable = Doubt::Unreadable { status: status.as_u16() };
    if !status.is_success() {
        return Err(
            Refusal::parse(status.as_u16(), &answer).map_or(Failure::Doubt(unreadable), Failure::Refused)
        );
    }
    serde_json::from_slice(&answer).map_err(|_| Failure::Doubt(unreadable))
}

/// Differs from payment to payment, because Toss tells calls apart by nothing else, and within a
/// payment by `step`. A step that is asked for again in another minute is another call.
fn idempotency_key(order_id: &str, step: &str, asked_at: Timestamp) -> String {
    format!("{order_id}:{step}:{}", asked_at.as_second().div_euclid(60))
}

/// Letters, digits, `-` and `_`, as many as Toss takes.
fn is_plain(text: &str, lengths: RangeInclusive<usize>) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    lengths.contains(&text.len()) && text.bytes().all(fits)
}

/// A certain no of our own, before anything is sent.
fn refused(kind: DeclineKind, code: &str, message: &str) -> Decline {
    Decline { kind, code: code.to_owned(), message: message.to_owned() }
}

impl Gateway for Toss {
    /// Calls nobody: the window announces the payment. Our order id is its reference.
    async fn begin(&self, _: &Merchant, order: &Order) -> Result<Begun, BeginError> {
        if !is_plain(&order.order_id, ORDER_ID_CHARS) {
            return Err(BeginError::Declined(refused(
                DeclineKind::Mismatch,
                "INVALID_ORDER_ID",
                "an order id has 6 to 64 letters, digits, - and _",
            )));
        }
        let expires_at = order
            .asked_at
            .checked_add(PAYMENT_LIFE)
            .map_err(|_| BeginError::Unavailable(Doubt::Different("a time beyond the calendar")))?;
        let window = order.window_url.clone();
        Ok(Begun {
            payment_ref: order.order_id.clone(),
            redirect: Redirect { pc: window.clone(), mobile: window.clone(), app: window },
            expires_at,
        })
    }

    async fn confirm(&self, merchant: &Merchant, confirm: &Confirm) -> Outcome<Approved> {
        if !is_plain(&confirm.proof, PAYMENT_KEY_CHARS) {
            return Outcome::Declined(refused(
                DeclineKind::ProofRejected,
                "INVALID_PAYMENT_KEY",
                "a payment key has at most 200 letters, digits, - and _",
            ));
        }
        let request = wire::ConfirmRequest {
            payment_key: &confirm.proof,
            order_id: &confirm.order_id,
            amount: confirm.amount,
        };
        // Another proof of the same order is another payment, and no repetition of the first.
        let step = format!("confirm:{}", confirm.proof);
        let key = idempotency_key(&confirm.order_id, &step, confirm.asked_at);
        match self.post(merchant, &["confirm"], &key, &request).await {
            Ok(payment) => payment.check_confirmed(confirm),
            Err(failure) => failure.into_confirm(),
        }
    }

    async fn lookup(&self, merchant: &Merchant, payment_ref: &str) -> Result<Lookup, LookupError> {
        let payment = self.find(merchant, payment_ref).await.map_err(Failure::into_lookup)?;
        payment.into_lookup_of(payment_ref).map_err(LookupError::Unavailable)
    }

    async fn lookup_agreed(
        &self,
        merchant: &Merchant,
        payment_ref: &str,
        proof: &str,
    ) -> Result<Lookup, LookupError> {
        if !is_plain(proof, PAYMENT_KEY_CHARS) {
            return self.lookup(merchant, payment_ref).await;
        }
        let found = read(self.request(merchant, Method::GET, &[proof])).await;
        let payment: wire::Payment = found.map_err(Failure::into_lookup)?;
        payment.into_lookup().map_err(LookupError::Unavailable)
    }

    /// Two calls: the first finds the `paymentKey`, and what can be cancelled, by the order id.
    async fn cancel(&self, merchant: &Merchant, cancel: &Cancel) -> Outcome<Cancelled> {
        let payment = match self.find(merchant, &cancel.payment_ref).await {
            Ok(payment) => payment,
            Err(failure) => return failure.into_cancel(),
        };
        let payment_key = match payment.cancellable_by(cancel) {
            Ok(payment_key) => payment_key,
            Err(doubt) => return Outcome::Unknown(doubt),
        };
        let request = wire::CancelRequest { cancel_reason: CANCEL_REASON, cancel_amount: cancel.amount };
        let step = format!("cancel:{}:{}", cancel.cancellable_before.0, cancel.amount.0);
        let key = idempotency_key(&cancel.payment_ref, &step, cancel.asked_at);
        match self.post(merchant, &[payment_key, "cancel"], &key, &request).await {
            Ok(payment) => payment.check_cancelled(cancel),
            Err(failure) => failure.into_cancel(),
        }
    }
}
