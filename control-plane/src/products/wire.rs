//! Products as the portal and the storefront see them.

use control_plane_core::product::{Draft, ProductProblem, discount_percent};
use control_plane_telemetry::problem::FieldError;
use crds::Won;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entity::Model;
use crate::config::PublicConfig;
use crate::error::field_error;
use crate::http::site::Site;
use crate::ids::{CompanyId, ImageId, ProductId, RentalId};

/// The path of one product.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProductPath {
    /// The company.
    pub c: CompanyId,
    /// The rental.
    pub r: RentalId,
    /// The product.
    pub p: ProductId,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    pub id: ProductId,
    pub name: String,
    pub description: String,
    /// The price before the deal, in won.
    pub list_price: i64,
    /// The price in the deal, in won.
    pub price: i64,
    /// Whole percent, rounded down.
    pub discount_percent: u8,
    /// How many pieces are for sale.
    pub stock: u32,
    /// How many pieces one shopper may buy.
    pub per_shopper_max: u32,
    pub image: Option<Image>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProductImage)]
pub struct Image {
    pub id: ImageId,
    /// Absolute.
    pub url: String,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewProduct {
    /// 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// At most 2,000 characters.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description: String,
    /// In won.
    pub list_price: i64,
    /// In won, at most the list price.
    pub price: i64,
    pub stock: u32,
    /// At most 100, and at most the stock.
    pub per_shopper_max: u32,
    /// A picture of the company's own.
    #[serde(default)]
    pub image: Option<ImageId>,
}

/// What is left out stays as it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ProductChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub list_price: Option<i64>,
    pub price: Option<i64>,
    pub stock: Option<u32>,
    pub per_shopper_max: Option<u32>,
    /// Null takes the picture away.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<ImageId>)]
    pub image: Option<Option<ImageId>>,
}

/// Tells a null that was sent from a field that was not.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<ImageId>>, D::Error> {
    Option::<ImageId>::deserialize(from).map(Some)
}

impl Product {
    #[must_use]
    pub fn of(public: &PublicConfig, product: &Model) -> Product {
        Product {
            id: product.id,
            name: product.name.clone(),
            description: product.description.clone(),
            list_price: product.list_price,
            price: product.price,
            discount_percent: discount_percent(Won(product.list_price), Won(product.price)),
            stock: unsigned(product.stock),
            per_shopper_max: unsigned(product.per_shopper_max),
            image: product.image_id.map(|id| Image { id, url: image_url(public, id) }),
        }
    }
}

impl NewProduct {
    /// What this product becomes with `change`.
    #[must_use]
    pub fn changed(product: &Model, change: ProductChange) -> NewProduct {
        NewProduct {
            name: change.name.unwrap_or_else(|| product.name.clone()),
            description: change.description.unwrap_or_else(|| product.description.clone()),
            list_price: change.list_price.unwrap_or(product.list_price),
            price: change.price.unwrap_or(product.price),
            stock: change.stock.unwrap_or(unsigned(product.stock)),
            per_shopper_max: change.per_shopper_max.unwrap_or(unsigned(product.per_shopper_max)),
            image: change.image.unwrap_or(product.image_id),
        }
    }

    /// Every field that breaks a rule.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let draft = Draft {
            name: &self.name,
            description: &self.description,
            list_price: Won(self.list_price),
            price: Won(self.price),
            stock: self.stock,
            per_shopper_max: self.per_shopper_max,
        };
        draft.problems().into_iter().map(product_error).collect()
    }
}

/// Where a picture is, absolute: a deal's pages are on another host.
#[must_use]
pub fn image_url(public: &PublicConfig, image: ImageId) -> String {
    format!("{}/api/v1/images/{image}", public.origin(Site::Ddib))
}

/// Counts are kept signed and never negative.
#[must_use]
pub fn unsigned(count: i32) -> u32 {
    u32::try_from(count).unwrap_or(0)
}

fn product_error(problem: ProductProblem) -> FieldError {
    let (field, code, detail) = match problem {
        ProductProblem::Name => ("name", "name_invalid", "상품 이름을 60자 안으로 적어 주세요."),
        ProductProblem::Description => {
            ("description", "description_too_long", "설명을 2,000자 안으로 적어 주세요.")
        }
        ProductProblem::Price => ("price", "price_invalid", "판매가를 1원에서 1억 원 사이로 적어 주세요."),
        ProductProblem::ListPrice => {
            ("listPrice", "list_price_invalid", "정가를 판매가와 1억 원 사이로 적어 주세요.")
        }
        ProductProblem::Stock => ("stock", "stock_invalid", "수량을 1개에서 1,000,000개 사이로 적어 주세요."),
        ProductProblem::PerShopper => (
            "perShopperMax",
            "per_shopper_max_invalid",
            "한 사람이 살 수 있는 수량을 1개에서 100개 사이로, 전체 수량을 넘지 않게 적어 주세요.",
        ),
        ProductProblem::OrderTooDear => (
            "perShopperMax",
            "order_too_dear",
            "한 사람이 한 번에 1억 원 넘게 결제할 수 없어요. 수량을 줄여 주세요.",
        ),
    };
    field_error(field, code, detail)
}
