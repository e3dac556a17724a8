//! `POST /shop/holds`, and the hold itself.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use control_plane_core::ledger::Delivery;
use control_plane_telemetry::problem::{FieldError, Json};
use serde::Deserialize;
use tenant_runtime_core::delivery::{self, DeliveryForm, Fault};
use tenant_runtime_core::ids::{OrderId, ProductId, ShopperId};
use tenant_runtime_core::orders::{Item, Order, State as OrderState};
use uuid::Uuid;

use crate::error::ApiError;
use crate::extract::Passed;
use crate::orders::{self, Digest, Held, OrderView, Wish};
use crate::state::Runtime;

const IDEMPOTENCY_KEY_CHARS_MAX: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct HoldForm {
    pub product: ProductId,
    pub quantity: u32,
    pub delivery: DeliveryForm,
}

/// Keeps pieces for the shopper until they are paid for or the hold is over: 201 with the order. The
/// same `Idempotency-Key` gives the same order again, with 200.
///
/// 409 `not_open`, `closed`, `sealed`, `sold_out`, `stock_short`, `limit_reached`; 403 `pass_expired` where
/// the place inside is gone; 404 `product_unknown`; 422 `invalid_body` with what is wrong with which field,
/// and `idempotency_key_reused` where the key came with another body before.
pub(super) async fn hold(
    Passed(pass): Passed,
    State(runtime): State<Runtime>,
    headers: HeaderMap,
    Json(form): Json<HoldForm>,
) -> Result<(StatusCode, Json<OrderView>), ApiError> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    let kept = keep(&runtime, pass.shopper, key, form).await?;
    let status = if kept.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(OrderView::new(kept.order, runtime.config.payment.provider))))
}

/// An order whose pieces are kept.
pub(super) struct Kept {
    pub order: Order,
    /// Whether it was made just now, rather than by the same request before.
    pub is_new: bool,
}

/// Keeps pieces for a shopper who is inside.
///
/// # Errors
/// As [`hold`] answers them.
pub(super) async fn keep(
    runtime: &Runtime,
    shopper: Uuid,
    idempotency_key: &str,
    form: HoldForm,
) -> Result<Kept, ApiError> {
    if !(1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&idempotency_key.len()) {
        return Err(ApiError::IdempotencyKeyMissing);
    }
    let settings = runtime.settings.load_full();
    let product = settings
        .products
        .iter()
        .find(|product| product.id == form.product.0)
        .ok_or(ApiError::ProductUnknown)?;
    let (quantity, delivery) = check(form.quantity, form.delivery)?;
    if quantity > product.per_shopper_max {
        return Err(ApiError::LimitReached);
    }
    let item = Item {
        product: form.product,
        name: product.name.clone(),
        image_url: product.image_url.clone(),
        quantity,
        amount: product.price.times(quantity).ok_or_else(|| {
            ApiError::Internal(anyhow::anyhow!("a price times a quantity is beyond counting"))
        })?,
    };
    let wish = Wish {
        order: OrderId(uuid::Builder::from_random_bytes(runtime.random()).into_uuid()),
        shopper,
        item: &item,
        delivery: &delivery,
        per_shopper_max: product.per_shopper_max,
        idempotency_key,
        fingerprint: fingerprint(&item, &delivery),
    };
    let (id, held) = (wish.order, orders::hold(runtime, &wish).await?);
    match held {
        Held::New { created_at, held_until } => {
            let (shopper, state) = (ShopperId(shopper), OrderState::Held);
            let order = Order { id, shopper, item, delivery, created_at, held_until, state };
            Ok(Kept { order, is_new: true })
        }
        Held::Repeated(order) => {
            let order = orders::find_own(runtime, shopper, order).await?;
            Ok(Kept { order, is_new: false })
        }
        Held::KeyReused => Err(ApiError::IdempotencyKeyReused),
        Held::Sealed => Err(ApiError::Sealed),
        Held::Closed => Err(ApiError::Closed),
        Held::NotOpen => Err(ApiError::NotOpen),
        Held::Outside => Err(ApiError::PassExpired),
        Held::OrdersReached => Err(ApiError::TooManyOrders),
        Held::ProductUnknown => Err(ApiError::ProductUnknown),
        Held::LimitReached => Err(ApiError::LimitReached),
        Held::Short { left: 0 } => Err(ApiError::SoldOut),
        Held::Short { left } => Err(ApiError::StockShort { left }),
    }
}

fn check(quantity: u32, delivery: DeliveryForm) -> Result<(u32, Delivery), ApiError> {
    let mut errors = Vec::new();
    if quantity == 0 {
        errors.push(FieldError {
            field: "quantity".to_owned(),
            code: "too_small".to_owned(),
            detail: "1개부터 주문할 수 있어요.".to_owned(),
        });
    }
    match delivery.check() {
        Ok(delivery) if errors.is_empty() => Ok((quantity, delivery)),
        Ok(_) => Err(ApiError::InvalidBody(errors)),
        Err(wrong) => {
            errors.extend(wrong.into_iter().map(field_error));
            Err(ApiError::InvalidBody(errors))
        }
    }
}

fn field_error(error: delivery::FieldError) -> FieldError {
    let (code, detail) = match error.fault {
        Fault::Missing => ("missing", "입력해 주세요.".to_owned()),
        Fault::TooLong { chars_max } => ("too_long", format!("{chars_max}자까지 쓸 수 있어요.")),
        Fault::Unprintable => ("unprintable", "줄바꿈이나 특수한 문자는 쓸 수 없어요.".to_owned()),
        Fault::Phone => ("phone_invalid", "전화번호를 확인해 주세요. 예: 010-1234-5678".to_owned()),
        Fault::Postcode => ("postcode_invalid", "우편번호 다섯 자리를 입력해 주세요.".to_owned()),
    };
    FieldError { field: format!("delivery.{}", error.field), code: code.to_owned(), detail }
}

/// Tells a repeated request from another one under the same key. The price is no part of it: a retry
/// after a change of price is still the same request.
fn fingerprint(item: &Item, delivery: &Delivery) -> Digest {
    let content = serde_json::to_vec(&(item.product, item.quantity, delivery)).expect("plain data");
    orders::digest(&content)
}
