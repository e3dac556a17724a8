//! Companies: they apply with their business number, an admin reviews the application, and their
//! merchant keys are kept under seal.

pub mod entity;
pub mod merchant;
pub mod store;
pub mod wire;

mod apply;
mod fields;
mod get;
mod list;
mod review;
mod set_merchant;

use sea_orm::entity::prelude::StringLen;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use entity::company;

use crate::error::ApiError;
use crate::state::AppState;

/// The tag of these operations in the API's document.
const TAG: &str = "companies";

/// How far an application has come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum,
)]
#[serde(rename_all = "camelCase")]
#[schema(as = CompanyState)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))", rename_all = "camelCase")]
pub enum State {
    Applied,
    Approved,
    Rejected,
}

/// What somebody may do in a company.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum,
)]
#[serde(rename_all = "camelCase")]
#[schema(as = CompanyRole)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))", rename_all = "camelCase")]
pub enum Role {
    /// Everything.
    Owner,
    /// Runs deals.
    Manager,
    /// Reads.
    Viewer,
}

/// Through whom a company's shoppers pay.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    EnumIter,
    DeriveActiveEnum,
)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentProvider)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))", rename_all = "camelCase")]
pub enum Provider {
    /// What is meant where nothing is said.
    #[default]
    KakaoPay,
    /// Toss Payments.
    Toss,
}

impl From<crds::PaymentProvider> for Provider {
    fn from(provider: crds::PaymentProvider) -> Provider {
        match provider {
            crds::PaymentProvider::KakaoPay => Provider::KakaoPay,
            crds::PaymentProvider::Toss => Provider::Toss,
        }
    }
}

impl From<Provider> for crds::PaymentProvider {
    fn from(provider: Provider) -> crds::PaymentProvider {
        match provider {
            Provider::KakaoPay => crds::PaymentProvider::KakaoPay,
            Provider::Toss => crds::PaymentProvider::Toss,
        }
    }
}

/// A company that is not there, or not the asker's.
pub const UNKNOWN: ApiError =
    ApiError::NotFound { code: "company_unknown", detail: "찾는 입점사가 없어요." };

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(apply::apply))
        .routes(routes!(get::get))
        .routes(routes!(set_merchant::set_merchant))
        .routes(routes!(list::list))
        .routes(routes!(review::approve))
        .routes(routes!(review::reject))
}
