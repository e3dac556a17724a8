//! Handing in the merchant account that shoppers pay to.

use axum::extract::State;
use control_plane_telemetry::problem::Json;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::TAG;
use super::merchant::{self, NewMerchant};
use super::wire::Company;
use crate::audit::{self, Deed};
use crate::deals::schedule;
use crate::error::{ApiError, field_error};
use crate::http::auth::CompanyOwner;
use crate::state::AppState;

const KEY_CHARACTERS_MAX: usize = 200;

/// A company's account at KakaoPay.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MerchantAccount {
    /// The CID: ten capitals and digits.
    #[schema(min_length = 10, max_length = 10)]
    pub merchant_id: String,
    /// The secret key. It is sealed and never shown again.
    #[schema(value_type = String, max_length = 200)]
    pub merchant_key: SecretString,
}

impl MerchantAccount {
    fn check(&self) -> Result<(), ApiError> {
        let mut errors = Vec::new();
        let id = self.merchant_id.as_bytes();
        if id.len() != 10 || !id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            errors.push(field_error(
                "merchantId",
                "merchant_id_invalid",
                "가맹점 코드(CID)는 영문 대문자와 숫자 10자리예요.",
            ));
        }
        let key = self.merchant_key.expose_secret();
        if !(1..=KEY_CHARACTERS_MAX).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
            errors.push(field_error(
                "merchantKey",
                "merchant_key_invalid",
                "카카오페이에서 받은 Secret key를 그대로 붙여 넣어 주세요.",
            ));
        }
        if errors.is_empty() { Ok(()) } else { Err(ApiError::Invalid(errors)) }
    }
}

/// Sets the merchant account that a company's shoppers pay to.
#[utoipa::path(
    put, path = "/companies/{c}/merchant", operation_id = "set_merchant", tag = TAG,
    params(("c" = Uuid, Path, description = "The company")), request_body = MerchantAccount,
    responses((status = 200, body = Company))
)]
pub async fn set_merchant(
    State(state): State<AppState>,
    owner: CompanyOwner,
    Json(account): Json<MerchantAccount>,
) -> Result<Json<Company>, ApiError> {
    account.check()?;
    let now = state.clock.now();
    let company = owner.id();
    let new = NewMerchant { company, id: &account.merchant_id, key: &account.merchant_key, by: owner.user };
    let deed = Deed {
        actor: Some(owner.user),
        company: Some(company),
        action: "company.merchant_set",
        subject: &account.merchant_id,
        detail: "",
    };
    let txn = state.db.begin().await?;
    merchant::set(&txn, &state.sealer, &state.entropy, &new, now).await?;
    audit::record(&txn, &state.entropy, deed, now).await?;
    // Paid rentals may have waited for the key, and scheduled deals must have the new one.
    schedule::company_changed(&txn, company, now).await?;
    txn.commit().await?;
    state.work.notify_one();
    Ok(Json(Company::new(owner.company, Some(account.merchant_id))))
}
