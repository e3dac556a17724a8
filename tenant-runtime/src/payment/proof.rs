//! What the browser brings back from the gateway, in each provider's words. It is a stranger's word:
//! whatever it says about the order is compared with the order before the gateway is asked.

use crds::PaymentProvider;
use serde::Deserialize;
use tenant_runtime_core::orders::Order;
use url::form_urlencoded::Serializer;

use crate::error::ApiError;

const PROOF_CHARS_MAX: usize = 200;

/// What the gateway adds to the address. Whatever else it adds is none of our business.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Brought {
    pg_token: String,
    #[serde(rename = "paymentKey")]
    payment_key: String,
    #[serde(rename = "orderId")]
    order_id: String,
    amount: String,
}

impl Brought {
    /// What money is asked for with, where everything beside it is the order's own.
    ///
    /// # Errors
    /// [`ApiError::OrderState`] where there is none, [`ApiError::PaymentForeign`] and
    /// [`ApiError::AmountDiffers`] where it is of something else.
    pub fn proof(&self, provider: PaymentProvider, order: &Order) -> Result<&str, ApiError> {
        let proof = match provider {
            PaymentProvider::KakaoPay => &self.pg_token,
            PaymentProvider::Toss => &self.payment_key,
        };
        if proof.is_empty() || proof.len() > PROOF_CHARS_MAX {
            return Err(ApiError::OrderState);
        }
        match provider {
            // KakaoPay adds nothing else: it was told order and amount by us, not by the browser.
            PaymentProvider::KakaoPay => {}
            PaymentProvider::Toss if self.order_id != order.id.to_string() => {
                return Err(ApiError::PaymentForeign);
            }
            PaymentProvider::Toss if self.amount.parse() != Ok(order.item.amount.0) => {
                return Err(ApiError::AmountDiffers);
            }
            PaymentProvider::Toss => {}
        }
        Ok(proof)
    }

    /// The same as a query, to come back with once more.
    pub fn query(&self, provider: PaymentProvider) -> String {
        let mut query = Serializer::new(String::new());
        match provider {
            PaymentProvider::KakaoPay => query.append_pair("pg_token", &self.pg_token),
            PaymentProvider::Toss => query
                .append_pair("paymentKey", &self.payment_key)
                .append_pair("orderId", &self.order_id)
                .append_pair("amount", &self.amount),
        };
        query.finish()
    }
}

/// What Toss adds to the address of a payment that came to nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Failure {
    code: String,
}

impl Failure {
    /// Whether the shopper closed the window, rather than that it failed.
    pub fn is_cancellation(&self) -> bool {
        matches!(self.code.as_str(), "PAY_PROCESS_CANCELED" | "USER_CANCEL")
    }
}
