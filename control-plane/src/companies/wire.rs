//! Companies on the wire.

use control_plane_core::business_number::BusinessNumber;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::entity::merchant;
use super::{Provider, State, company};
use crate::ids::CompanyId;

/// A company as its members and the platform's admins see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    /// The first label of its deals' host names.
    pub slug: String,
    /// `123-45-67891`
    pub business_number: String,
    pub representative: String,
    pub mail_order_number: String,
    pub contact_email: String,
    /// E.164.
    pub contact_phone: String,
    pub state: State,
    /// Why it was rejected, in the reviewer's words.
    pub rejected_reason: Option<String>,
    pub applied_at: Timestamp,
    pub reviewed_at: Option<Timestamp>,
    /// Whether there is a merchant account. Its key is never shown.
    pub merchant_configured: bool,
    /// At whom that account is.
    pub merchant_provider: Option<Provider>,
    pub merchant_id: Option<String>,
}

impl Company {
    #[must_use]
    pub fn new(row: company::Model, merchant: Option<merchant::Model>) -> Company {
        let business_number = BusinessNumber::parse(&row.business_number)
            .map_or(row.business_number, |number| number.to_string());
        Company {
            id: row.id,
            name: row.name,
            slug: row.slug,
            business_number,
            representative: row.representative,
            mail_order_number: row.mail_order_number,
            contact_email: row.contact_email,
            contact_phone: row.contact_phone,
            state: row.state,
            rejected_reason: row.rejected_reason,
            applied_at: row.applied_at.timestamp(),
            reviewed_at: row.reviewed_at.map(Timestamp::from),
            merchant_configured: merchant.is_some(),
            merchant_provider: merchant.as_ref().map(|account| account.provider),
            merchant_id: merchant.map(|account| account.merchant_id),
        }
    }
}
