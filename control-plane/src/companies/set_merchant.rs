//! Handing in the merchant account that shoppers pay to.

use axum::extract::State;
use control_plane_telemetry::problem::Json;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::merchant::{self, NewMerchant};
use super::wire::Company;
use super::{Provider, TAG, store};
use crate::audit::{self, Deed};
use crate::deals::schedule;
use crate::error::{ApiError, field_error};
use crate::http::auth::CompanyOwner;
use crate::state::AppState;

const KEY_CHARACTERS_MAX: usize = 200;
const CLIENT_KEY_CHARACTERS_MAX: usize = 64;
/// How Toss' keys of a shop begin: the client key, and the secret key that goes with it.
const TOSS_KEYS: [(&str, &str); 2] = [("test_ck_", "test_sk_"), ("live_ck_", "live_sk_")];

/// A company's account at a payment provider.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MerchantAccount {
    /// KakaoPay where it is left out.
    #[serde(default)]
    pub provider: Provider,
    /// KakaoPay's CID: ten capitals and digits. The client key at Toss: `test_ck_…` or `live_ck_…`.
    #[schema(min_length = 9, max_length = 64)]
    pub merchant_id: String,
    /// The secret key. It is sealed and never shown again.
    #[schema(value_type = String, max_length = 200)]
    pub merchant_key: SecretString,
}

impl MerchantAccount {
    fn check(&self) -> Result<(), ApiError> {
        let key = self.merchant_key.expose_secret();
        let is_key =
            (1..=KEY_CHARACTERS_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        let (id_fits, key_fits) = match self.provider {
            Provider::KakaoPay => (is_cid(&self.merchant_id), is_key),
            Provider::Toss => {
                let pair = TOSS_KEYS.iter().find(|(client, _)| is_client_key(&self.merchant_id, client));
                // Of the wrong client key nothing follows for the other one.
                let key_fits = TOSS_KEYS.iter().any(|(client, secret)| {
                    key.starts_with(secret) && pair.is_none_or(|(wanted, _)| wanted == client)
                });
                (pair.is_some(), is_key && key_fits)
            }
        };
        let mut errors = Vec::new();
        if !id_fits {
            errors.push(field_error("merchantId", "merchant_id_invalid", self.id_help()));
        }
        if !key_fits {
            errors.push(field_error("merchantKey", "merchant_key_invalid", self.key_help()));
        }
        if errors.is_empty() { Ok(()) } else { Err(ApiError::Invalid(errors)) }
    }

    fn id_help(&self) -> &'static str {
        match self.provider {
            Provider::KakaoPay => "가맹점 코드(CID)는 영문 대문자와 숫자 10자리예요.",
            Provider::Toss => {
                "클라이언트 키는 test_ck_나 live_ck_로 시작해요. 개발자센터에서 그대로 붙여 넣어 주세요."
            }
        }
    }

    fn key_help(&self) -> &'static str {
        match self.provider {
            Provider::KakaoPay => "카카오페이에서 받은 Secret key를 그대로 붙여 넣어 주세요.",
            Provider::Toss => {
                "클라이언트 키와 짝인 시크릿 키를 붙여 넣어 주세요. test_sk_나 live_sk_로 시작해요."
            }
        }
    }
}

fn is_cid(id: &str) -> bool {
    id.len() == 10 && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_client_key(id: &str, start: &str) -> bool {
    let rest = id.strip_prefix(start).unwrap_or_default();
    let is_plain = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    !rest.is_empty() && id.len() <= CLIENT_KEY_CHARACTERS_MAX && is_plain
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
    let MerchantAccount { provider, merchant_id, merchant_key } = &account;
    let new =
        NewMerchant { company, provider: *provider, id: merchant_id, key: merchant_key, by: owner.user };
    let deed = Deed {
        actor: Some(owner.user),
        company: Some(company),
        action: "company.merchant_set",
        subject: merchant_id,
        detail: match provider {
            Provider::KakaoPay => "kakaoPay",
            Provider::Toss => "toss",
        },
    };
    let txn = state.db.begin().await?;
    merchant::set(&txn, &state.sealer, &state.entropy, &new, now).await?;
    audit::record(&txn, &state.entropy, deed, now).await?;
    // Paid rentals may have waited for the key, and scheduled deals must have the new one.
    schedule::company_changed(&txn, company, now).await?;
    txn.commit().await?;
    state.work.notify_one();
    let merchant = store::chosen(state.db.read(), company).await?;
    Ok(Json(Company::new(owner.company, merchant)))
}
