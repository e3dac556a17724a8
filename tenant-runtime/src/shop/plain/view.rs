//! What the shop's page shows, from what is for sale and what was typed. Pure: no request, no clock.

use askama::Template;
use control_plane_telemetry::problem::FieldError;
use jiff::Timestamp;
use tenant_runtime_core::config::{DealConfig, ProductSettings};
use tenant_runtime_core::ids::ProductId;
use tenant_runtime_core::orders::{Order, State};
use tenant_runtime_core::stock::orderable;
use uuid::Uuid;

use super::typed::Typed;
use crate::error::ApiError;
use crate::orders::plain::rows::Row;
use crate::plain::words::{clock, clock_with_seconds, discount_percent, pieces, won};
use crate::plain::{Field, Frame};

/// A tenth of the stock is little: that is said by the figure and the colour.
const SCARCE_ONE_IN: u64 = 10;

/// Everything that the page depends on.
pub struct Scene<'a> {
    pub config: &'a DealConfig,
    pub products: &'a [ProductSettings],
    pub left: &'a [(ProductId, u32)],
    /// The shopper's own.
    pub orders: &'a [Order],
    pub typed: Typed,
    /// Why the form came to nothing.
    pub refused: Option<&'a ApiError>,
    pub inside_until: Timestamp,
    pub now: Timestamp,
}

#[derive(Template)]
#[template(path = "shop.html")]
pub struct Page<'a> {
    frame: Frame<'a>,
    problem: Option<String>,
    place: String,
    orders: Vec<Row>,
    goods: Vec<Good<'a>>,
    can_order: bool,
    quantity: [Field; 1],
    delivery: [Field; 6],
    key: String,
    clock: String,
}

struct Good<'a> {
    id: Uuid,
    name: &'a str,
    image_url: &'a str,
    price: String,
    list_price: String,
    percent: i64,
    left: u32,
    stock: u32,
    is_scarce: bool,
    left_words: String,
    limit_words: String,
    /// How many the shopper may order now.
    most: u32,
    is_chosen: bool,
}

/// The page.
#[must_use]
pub fn page(scene: Scene<'_>) -> Page<'_> {
    let goods = goods(&scene);
    let problem = scene.refused.map(ApiError::problem);
    let errors = problem.as_ref().map(|problem| problem.errors.clone()).unwrap_or_default();
    let mut quantity = [quantity(&scene, &errors)];
    let mut delivery = delivery(&scene.typed, &errors);
    if let Some(first) = quantity.iter_mut().chain(&mut delivery).find(|field| field.error.is_some()) {
        first.is_first_wrong = true;
    }
    Page {
        frame: Frame::of(scene.config),
        problem: scene.refused.map(problem_text),
        place: format!("{}까지 자리를 맡아 둘게요. 그 안에 주문해 주세요.", clock(scene.inside_until)),
        orders: scene
            .orders
            .iter()
            .filter(|order| !matches!(order.state, State::Released { .. }))
            .map(Row::of)
            .collect(),
        can_order: goods.iter().any(|good| good.most > 0),
        goods,
        quantity,
        delivery,
        key: scene.typed.key,
        clock: clock_with_seconds(scene.now),
    }
}

fn goods<'a>(scene: &Scene<'a>) -> Vec<Good<'a>> {
    let left_of = |id| scene.left.iter().find(|(product, _)| *product == id).map_or(0, |(_, left)| *left);
    let mut goods: Vec<Good> =
        scene.products.iter().map(|product| good(product, left_of(ProductId(product.id)), scene)).collect();
    let is_typed = |good: &Good| good.id.to_string() == scene.typed.product;
    let chosen = goods.iter().position(|good| good.most > 0 && is_typed(good));
    if let Some(at) = chosen.or_else(|| goods.iter().position(|good| good.most > 0)) {
        goods[at].is_chosen = true;
    }
    goods
}

fn good<'a>(product: &'a ProductSettings, left: u32, scene: &Scene) -> Good<'a> {
    let limit = product.per_shopper_max;
    let most = orderable(left, limit, ProductId(product.id), scene.orders);
    Good {
        id: product.id,
        name: &product.name,
        image_url: &product.image_url,
        price: won(product.price),
        list_price: won(product.list_price),
        percent: discount_percent(product.list_price, product.price),
        left,
        stock: product.stock,
        is_scarce: left > 0 && u64::from(left) * SCARCE_ONE_IN <= u64::from(product.stock),
        left_words: match left {
            0 => "지금은 남은 수량이 없어요".to_owned(),
            left => format!("{} 남음", pieces(left)),
        },
        limit_words: match most {
            0 if left > 0 => format!("한 사람이 살 수 있는 {}를 모두 주문했어요", pieces(limit)),
            most if most > 0 && most < limit => format!("지금은 {}까지 주문할 수 있어요", pieces(most)),
            _ => format!("한 사람에 {}까지", pieces(limit)),
        },
        most,
        is_chosen: false,
    }
}

fn quantity(scene: &Scene, errors: &[FieldError]) -> Field {
    let too_many = match scene.refused {
        Some(ApiError::StockShort { left }) => {
            Some(format!("{} 남았어요. 수량을 줄여 주세요.", pieces(*left)))
        }
        Some(ApiError::LimitReached) => Some("한 사람이 살 수 있는 수량까지만 적어 주세요.".to_owned()),
        _ => None,
    };
    Field {
        name: "quantity",
        label: "수량",
        kind: "text",
        keyboard: "numeric",
        autocomplete: "off",
        is_narrow: true,
        value: if scene.refused.is_none() { "1".to_owned() } else { scene.typed.quantity.clone() },
        error: error_of(errors, "quantity").or(too_many),
        ..Field::default()
    }
}

fn delivery(typed: &Typed, errors: &[FieldError]) -> [Field; 6] {
    let field = |name, label, value: &String| Field {
        name,
        label,
        kind: "text",
        keyboard: "text",
        value: value.clone(),
        error: error_of(errors, &format!("delivery.{name}")),
        ..Field::default()
    };
    [
        Field { autocomplete: "name", ..field("recipient", "받는 분", &typed.recipient) },
        Field {
            kind: "tel",
            keyboard: "tel",
            autocomplete: "tel",
            placeholder: "010-1234-5678",
            ..field("phone", "전화번호", &typed.phone)
        },
        Field {
            keyboard: "numeric",
            autocomplete: "postal-code",
            placeholder: "다섯 자리",
            is_narrow: true,
            ..field("postcode", "우편번호", &typed.postcode)
        },
        Field {
            autocomplete: "address-line1",
            placeholder: "도로명과 건물 번호",
            ..field("line1", "주소", &typed.line1)
        },
        Field {
            autocomplete: "address-line2",
            placeholder: "동, 호수",
            is_optional: true,
            ..field("line2", "상세 주소", &typed.line2)
        },
        Field {
            autocomplete: "off",
            placeholder: "문 앞에 놓아 주세요",
            is_optional: true,
            ..field("note", "배송 요청", &typed.note)
        },
    ]
}

fn error_of(errors: &[FieldError], field: &str) -> Option<String> {
    errors.iter().find(|error| error.field == field).map(|error| error.detail.clone())
}

/// In words that say nothing of how forms are told apart.
fn problem_text(error: &ApiError) -> String {
    match error {
        ApiError::IdempotencyKeyReused => {
            "이 화면에서 이미 다른 내용으로 주문했어요. 더 주문하려면 내용을 확인하고 다시 눌러 주세요."
                .to_owned()
        }
        ApiError::IdempotencyKeyMissing => {
            "보낸 내용이 온전하지 않아요. 내용을 확인하고 다시 눌러 주세요.".to_owned()
        }
        error => error.problem().detail,
    }
}
