//! KakaoPay's single payment API: ready, approve, order, cancel.
//!
//! Wire facts: there is no idempotency header, no webhook and no look-up by order id; the platform
//! itself gives up after 11 seconds, so we wait at least 15 before we call an answer lost.

mod refusal;
mod wire;

use crds::Won;
use jiff::SignedDuration;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::failure;
use crate::gateway::{
    Approved, BeginError, Begun, Cancel, Cancelled, Confirm, Doubt, Gateway, Lookup, LookupError, Merchant,
    Order, Outcome, Redirect,
};
use crate::http::{self, SetupError, Timeouts};
use refusal::Refusal;

type Failure = failure::Failure<Refusal>;

/// How long a payer may take from `ready` on: KakaoPay's own rule.
const PAYMENT_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// KakaoPay's limit of `item_name`.
const ITEM_NAME_CHARS_MAX: usize = 100;

/// A client of KakaoPay; clones share the connections.
#[derive(Debug, Clone)]
pub struct KakaoPay {
    client: reqwest::Client,
    ready: Url,
    approve: Url,
    order: Url,
    cancel: Url,
}

impl KakaoPay {
    /// `base_url` is `https://open-api.kakaopay.com`, or a simulator's.
    ///
    /// # Errors
    /// Where the URL cannot carry a path, or TLS cannot be set up.
    pub fn new(base_url: &str, timeouts: Timeouts) -> Result<KakaoPay, SetupError> {
        let base = http::base(base_url)?;
        let at = |call: &str| {
            base.join(&format!("/online/v1/payment/{call}"))
                .map_err(|_| SetupError::BaseUrl { url: base_url.to_owned() })
        };
        let client = http::client(timeouts)?;
        Ok(KakaoPay {
            client,
            ready: at("ready")?,
            approve: at("approve")?,
            order: at("order")?,
            cancel: at("cancel")?,
        })
    }

    async fn call<B, A>(&self, url: &Url, merchant: &Merchant, body: &B) -> Result<A, Failure>
    where
        B: Serialize + Sync,
        A: DeserializeOwned,
    {
        let mut key = HeaderValue::try_from(format!("SECRET_KEY {}", merchant.key.expose_secret()))
            .map_err(|_| Failure::Refused(Refusal::unusable_key()))?;
        key.set_sensitive(true);
        let request = self.client.post(url.clone()).header(AUTHORIZATION, key).json(body);
        let (status, answer) = http::exchange(request).await.map_err(Failure::Doubt)?;
        if !status.is_success() {
            return Err(Refusal::parse(status.as_u16(), &answer)
                .map_or(Failure::Doubt(Doubt::Unreadable { status: status.as_u16() }), Failure::Refused));
        }
        serde_json::from_slice(&answer)
            .map_err(|_| Failure::Doubt(Doubt::Unreadable { status: status.as_u16() }))
    }
}

impl Gateway for KakaoPay {
    async fn begin(&self, merchant: &Merchant, order: &Order) -> Result<Begun, BeginError> {
        let item_name: String = order.item_name.chars().take(ITEM_NAME_CHARS_MAX).collect();
        let request = wire::ReadyRequest {
            cid: &merchant.id,
            partner_order_id: &order.order_id,
            partner_user_id: &order.user_id,
            item_name: &item_name,
            quantity: order.quantity,
            total_amount: order.amount,
            tax_free_amount: Won::ZERO,
            approval_url: &order.approval_url,
            cancel_url: &order.cancel_url,
            fail_url: &order.fail_url,
        };
        let answer: wire::ReadyResponse =
            self.call(&self.ready, merchant, &request).await.map_err(Failure::into_begin)?;
        let expires_at = order
            .asked_at
            .checked_add(PAYMENT_LIFE)
            .map_err(|_| BeginError::Unavailable(Doubt::Different("a time beyond the calendar")))?;
        Ok(Begun {
            payment_ref: answer.tid,
            redirect: Redirect {
                pc: answer.next_redirect_pc_url,
                mobile: answer.next_redirect_mobile_url,
                app: answer.next_redirect_app_url,
            },
            expires_at,
        })
    }

    async fn confirm(&self, merchant: &Merchant, confirm: &Confirm) -> Outcome<Approved> {
        let request = wire::ApproveRequest {
            cid: &merchant.id,
            tid: &confirm.payment_ref,
            partner_order_id: &confirm.order_id,
            partner_user_id: &confirm.user_id,
            pg_token: &confirm.proof,
            total_amount: confirm.amount,
        };
        match self.call::<_, wire::ApproveResponse>(&self.approve, merchant, &request).await {
            Ok(answer) => answer.check(confirm),
            Err(failure) => failure.into_confirm(),
        }
    }

    async fn lookup(&self, merchant: &Merchant, payment_ref: &str) -> Result<Lookup, LookupError> {
        let request = wire::OrderRequest { cid: &merchant.id, tid: payment_ref };
        let answer: wire::OrderResponse =
            self.call(&self.order, merchant, &request).await.map_err(Failure::into_lookup)?;
        answer.into_lookup(payment_ref).map_err(LookupError::Unavailable)
    }

    async fn cancel(&self, merchant: &Merchant, cancel: &Cancel) -> Outcome<Cancelled> {
        let request = wire::CancelRequest {
            cid: &merchant.id,
            tid: &cancel.payment_ref,
            cancel_amount: cancel.amount,
            cancel_tax_free_amount: Won::ZERO,
            cancel_available_amount: cancel.cancellable_before,
        };
        match self.call::<_, wire::CancelResponse>(&self.cancel, merchant, &request).await {
            Ok(answer) => answer.check(cancel),
            Err(failure) => failure.into_cancel(),
        }
    }
}
