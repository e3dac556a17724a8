//! The fields of an application: what was typed becomes what is stored, or words at the field.

use control_plane_core::business_number::{BusinessNumber, BusinessNumberError};
use control_plane_core::slug::{self, SlugError};
use control_plane_core::{contact, mail_order};
use control_plane_telemetry::problem::FieldError;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::{ApiError, field_error};
use crate::http::text;

const NAME_CHARACTERS_MAX: usize = 60;
const PERSON_CHARACTERS_MAX: usize = 40;

/// An application as it is sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCompany {
    /// 1 to 60 characters.
    #[schema(max_length = 60)]
    pub name: String,
    /// 3 to 30 of `a-z`, `0-9` and single hyphens; begins with a letter.
    #[schema(min_length = 3, max_length = 30)]
    pub slug: String,
    /// Ten digits, with or without hyphens.
    #[schema(max_length = 12)]
    pub business_number: String,
    #[schema(max_length = 40)]
    pub representative: String,
    /// As `제2024-서울강남-01234호`.
    #[schema(max_length = 60)]
    pub mail_order_number: String,
    #[schema(max_length = 254)]
    pub contact_email: String,
    /// A Korean telephone number.
    #[schema(max_length = 20)]
    pub contact_phone: String,
}

/// An application whose fields are all right.
#[derive(Debug, Clone)]
pub struct Application {
    pub name: String,
    pub slug: String,
    pub business_number: BusinessNumber,
    pub representative: String,
    pub mail_order_number: String,
    pub contact_email: String,
    pub contact_phone: String,
}

impl NewCompany {
    /// # Errors
    /// 422 with everything that is wrong, not just the first.
    pub fn check(&self) -> Result<Application, ApiError> {
        let mut errors = Vec::new();
        let name = text::line(&self.name, 1, NAME_CHARACTERS_MAX);
        let name = or_error(&mut errors, name, "name", "name_invalid", "상호는 60자까지 쓸 수 있어요.");
        let representative = text::line(&self.representative, 1, PERSON_CHARACTERS_MAX);
        let representative = or_error(
            &mut errors,
            representative,
            "representative",
            "representative_invalid",
            "대표자 이름은 40자까지 쓸 수 있어요.",
        );
        let mail_order_number = or_error(
            &mut errors,
            mail_order::normalize(&self.mail_order_number),
            "mailOrderNumber",
            "mail_order_number_invalid",
            "통신판매업 신고번호를 ‘제2024-서울강남-01234호’처럼 써 주세요.",
        );
        let contact_email = or_error(
            &mut errors,
            contact::email(&self.contact_email),
            "contactEmail",
            "email_invalid",
            "이메일 주소를 확인해 주세요.",
        );
        let contact_phone = or_error(
            &mut errors,
            contact::phone(&self.contact_phone),
            "contactPhone",
            "phone_invalid",
            "전화번호를 ‘010-1234-5678’처럼 써 주세요.",
        );
        let business_number = BusinessNumber::parse(&self.business_number)
            .map_err(|error| errors.push(number_error(error)))
            .ok();
        let slug = slug::check(&self.slug).map_err(|error| errors.push(slug_error(error))).ok();
        match (business_number, slug) {
            (Some(business_number), Some(())) if errors.is_empty() => Ok(Application {
                name,
                slug: self.slug.clone(),
                business_number,
                representative,
                mail_order_number,
                contact_email,
                contact_phone,
            }),
            _ => Err(ApiError::Invalid(errors)),
        }
    }
}

fn or_error(
    errors: &mut Vec<FieldError>,
    value: Option<String>,
    field: &str,
    code: &str,
    detail: &str,
) -> String {
    value.unwrap_or_else(|| {
        errors.push(field_error(field, code, detail));
        String::new()
    })
}

fn number_error(error: BusinessNumberError) -> FieldError {
    let detail = match error {
        BusinessNumberError::Form => "사업자등록번호 10자리를 ‘123-45-67891’처럼 써 주세요.",
        BusinessNumberError::CheckDigit => "없는 사업자등록번호예요. 번호를 다시 확인해 주세요.",
    };
    field_error("businessNumber", "business_number_invalid", detail)
}

fn slug_error(error: SlugError) -> FieldError {
    match error {
        SlugError::Form => field_error(
            "slug",
            "slug_invalid",
            "주소는 영문 소문자로 시작해 소문자, 숫자, 붙임표(-)로 3자에서 30자까지 쓸 수 있어요.",
        ),
        SlugError::Reserved => {
            field_error("slug", "slug_reserved", "쓸 수 없는 주소예요. 다른 주소를 골라 주세요.")
        }
    }
}
