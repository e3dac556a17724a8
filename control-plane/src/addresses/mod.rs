//! A shopper's address book.

mod add;
mod list;
mod remove;
pub mod store;

use control_plane_core::contact;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, field_error};
use crate::http::text;
use crate::ids::AddressId;
use crate::state::AppState;

const TAG: &str = "shopper";
const RECIPIENT_CHARACTERS_MAX: usize = 40;
const LINE_CHARACTERS_MAX: usize = 100;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(add::add)).routes(routes!(remove::remove))
}

/// Where a parcel goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAddress {
    #[schema(min_length = 1, max_length = 40)]
    pub recipient: String,
    /// A Korean telephone number.
    #[schema(max_length = 20)]
    pub phone: String,
    /// Five digits.
    #[schema(min_length = 5, max_length = 5)]
    pub postcode: String,
    /// Street and number.
    #[schema(min_length = 1, max_length = 100)]
    pub line1: String,
    /// Flat, floor; may be empty.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub line2: String,
    /// For the courier; may be empty.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub note: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    pub id: AddressId,
    pub recipient: String,
    /// E.164.
    pub phone: String,
    pub postcode: String,
    pub line1: String,
    pub line2: String,
    pub note: String,
    pub created_at: Timestamp,
}

impl NewAddress {
    /// The same address in the form in which it is stored.
    ///
    /// # Errors
    /// 422 with everything that is wrong.
    pub fn check(&self) -> Result<NewAddress, ApiError> {
        let mut errors = Vec::new();
        let mut keep = |value: Option<String>, field: &str, code: &str, detail: &str| {
            value.unwrap_or_else(|| {
                errors.push(field_error(field, code, detail));
                String::new()
            })
        };
        let line = |text: &str, min| text::line(text, min, LINE_CHARACTERS_MAX);
        let postcode = Some(self.postcode.trim()).filter(|text| contact::is_postcode(text));
        let address = NewAddress {
            recipient: keep(
                text::line(&self.recipient, 1, RECIPIENT_CHARACTERS_MAX),
                "recipient",
                "recipient_invalid",
                "받는 사람 이름은 40자까지 쓸 수 있어요.",
            ),
            phone: keep(
                contact::phone(&self.phone),
                "phone",
                "phone_invalid",
                "전화번호를 ‘010-1234-5678’처럼 써 주세요.",
            ),
            postcode: keep(
                postcode.map(str::to_owned),
                "postcode",
                "postcode_invalid",
                "우편번호는 숫자 5자리예요.",
            ),
            line1: keep(line(&self.line1, 1), "line1", "line1_invalid", "주소를 100자까지 써 주세요."),
            line2: keep(
                line(&self.line2, 0),
                "line2",
                "line2_invalid",
                "상세 주소는 100자까지 쓸 수 있어요.",
            ),
            note: keep(line(&self.note, 0), "note", "note_invalid", "배송 메모는 100자까지 쓸 수 있어요."),
        };
        if errors.is_empty() { Ok(address) } else { Err(ApiError::Invalid(errors)) }
    }
}
