//! What was typed into the form, as it was typed: kept where it has to be corrected.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use tenant_runtime_core::delivery::DeliveryForm;
use tenant_runtime_core::ids::ProductId;

use crate::error::ApiError;
use crate::shop::holds::HoldForm;

/// What is missing counts as empty: the rules say what is wrong with it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// The attempt: the same form sent twice is one order.
    pub key: String,
    pub product: String,
    pub quantity: String,
    pub recipient: String,
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    pub line2: String,
    pub note: String,
}

impl Typed {
    /// The same as the body of `POST /shop/holds`.
    ///
    /// # Errors
    /// [`ApiError::ProductUnknown`] where no product is chosen.
    pub fn wish(&self) -> Result<HoldForm, ApiError> {
        let product: ProductId = self.product.parse().map_err(|_| ApiError::ProductUnknown)?;
        // What is no number is refused as none at all, and what is too large for one as too many.
        let quantity = self.quantity.trim().parse::<u64>().unwrap_or(0);
        Ok(HoldForm {
            product,
            quantity: u32::try_from(quantity).unwrap_or(u32::MAX),
            delivery: DeliveryForm {
                recipient: self.recipient.clone(),
                phone: self.phone.clone(),
                postcode: self.postcode.clone(),
                line1: self.line1.clone(),
                line2: self.line2.clone(),
                note: self.note.clone(),
            },
        })
    }
}

/// A form that came whole; anything else is a form in which nothing was typed.
pub struct Sent(pub Typed);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Sent, Self::Rejection> {
        let form = Form::<Typed>::from_request(request, state).await;
        let typed = form.map(|Form(typed)| typed).unwrap_or_else(|rejection: FormRejection| {
            tracing::debug!(reason = %rejection.body_text(), "form refused");
            Typed::default()
        });
        Ok(Sent(typed))
    }
}
