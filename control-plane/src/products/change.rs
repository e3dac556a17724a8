//! Adding, changing and removing products. Each change locks the rental, so that it cannot slip in
//! behind the set-up of the deal's runtime, and asks for the `TimeDeal` to be written again.

use axum::extract::State;
use axum::http::StatusCode;
use control_plane_core::product::PRODUCTS_MAX;
use control_plane_core::rental::Rental;
use control_plane_telemetry::problem::{Json, Path};
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, Set,
};

use super::entity::{self, Model};
use super::wire::{NewProduct, Product, ProductChange, ProductPath};
use super::{UNKNOWN, store};
use crate::error::ApiError;
use crate::http::auth::CompanyOwner;
use crate::ids::{CompanyId, RentalId};
use crate::rentals::wire::RentalPath;
use crate::state::AppState;
use crate::{images, jobs, rentals};

/// Adds a product.
#[utoipa::path(
    post,
    path = "/companies/{c}/rentals/{r}/products",
    tag = "products",
    operation_id = "create_product",
    params(RentalPath),
    request_body = NewProduct,
    responses((status = 201, body = Product))
)]
pub async fn create(
    State(state): State<AppState>,
    owner: CompanyOwner,
    Path(path): Path<RentalPath>,
    Json(new): Json<NewProduct>,
) -> Result<(StatusCode, Json<Product>), ApiError> {
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let rental = editable(&tx, &state, owner.id(), path.r).await?;
    check(&tx, owner.id(), &new).await?;
    let products = store::of_rental(&tx, rental.id).await?;
    if products.len() >= PRODUCTS_MAX {
        return Err(ApiError::Conflict {
            code: "too_many_products",
            detail: "상품은 한 타임딜에 50개까지 등록할 수 있어요.",
        });
    }
    let position = products.last().map_or(0, |last| last.position.saturating_add(1));
    let row = entity::ActiveModel {
        id: Set(state.entropy.id(now)),
        rental_id: Set(rental.id),
        name: Set(new.name.trim().to_owned()),
        description: Set(new.description),
        list_price: Set(new.list_price),
        price: Set(new.price),
        stock: Set(signed(new.stock)),
        per_shopper_max: Set(signed(new.per_shopper_max)),
        image_id: Set(new.image),
        position: Set(position),
        created_at: Set(now.into()),
    };
    let product = row.insert(&tx).await?;
    changed(&tx, &state, rental.id).await?;
    tx.commit().await?;
    state.work.notify_one();
    Ok((StatusCode::CREATED, Json(Product::of(&state.config.public, &product))))
}

/// Changes a product.
#[utoipa::path(
    patch,
    path = "/companies/{c}/rentals/{r}/products/{p}",
    tag = "products",
    operation_id = "update_product",
    params(ProductPath),
    request_body = ProductChange,
    responses((status = 200, body = Product))
)]
pub async fn update(
    State(state): State<AppState>,
    owner: CompanyOwner,
    Path(path): Path<ProductPath>,
    Json(change): Json<ProductChange>,
) -> Result<Json<Product>, ApiError> {
    let tx = state.db.begin().await?;
    let rental = editable(&tx, &state, owner.id(), path.r).await?;
    let product = store::find(&tx, rental.id, path.p).await?.ok_or(UNKNOWN)?;
    let new = NewProduct::changed(&product, change);
    check(&tx, owner.id(), &new).await?;
    let product = overwrite(&tx, product, new).await?;
    changed(&tx, &state, rental.id).await?;
    tx.commit().await?;
    state.work.notify_one();
    Ok(Json(Product::of(&state.config.public, &product)))
}

/// Removes a product. The last one of a deal that is scheduled stays.
#[utoipa::path(
    delete,
    path = "/companies/{c}/rentals/{r}/products/{p}",
    tag = "products",
    operation_id = "delete_product",
    params(ProductPath),
    responses((status = 204))
)]
pub async fn remove(
    State(state): State<AppState>,
    owner: CompanyOwner,
    Path(path): Path<ProductPath>,
) -> Result<StatusCode, ApiError> {
    let tx = state.db.begin().await?;
    let rental = editable(&tx, &state, owner.id(), path.r).await?;
    let product = store::find(&tx, rental.id, path.p).await?.ok_or(UNKNOWN)?;
    let scheduled = matches!(rental.life().map_err(ApiError::internal)?, Rental::Scheduled { .. });
    if scheduled && store::of_rental(&tx, rental.id).await?.len() == 1 {
        return Err(ApiError::Conflict {
            code: "last_product",
            detail: "예정된 타임딜에는 상품이 하나는 있어야 해요. 다른 상품을 먼저 등록해 주세요.",
        });
    }
    entity::Entity::delete_by_id(product.id).exec(&tx).await?;
    changed(&tx, &state, rental.id).await?;
    tx.commit().await?;
    state.work.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

/// The company's rental, locked, where its products may still be changed.
async fn editable(
    tx: &DatabaseTransaction,
    state: &AppState,
    company: CompanyId,
    rental: RentalId,
) -> Result<rentals::entity::Model, ApiError> {
    let rental = rentals::store::lock(tx, rental).await?.filter(|rental| rental.company_id == company);
    let rental = rental.ok_or(rentals::UNKNOWN)?;
    let life = rental.life().map_err(ApiError::internal)?;
    let until = life.products_editable_until(rental.window(), state.config.calendar.setup_seconds);
    if until.is_some_and(|until| state.clock.now() < until) {
        return Ok(rental);
    }
    Err(ApiError::Conflict {
        code: "products_frozen",
        detail: "타임딜 준비가 시작되어 상품을 바꿀 수 없어요.",
    })
}

async fn check(tx: &DatabaseTransaction, company: CompanyId, product: &NewProduct) -> Result<(), ApiError> {
    let mut errors = product.errors();
    if let Some(image) = product.image
        && !images::store::belongs(tx, company, image).await?
    {
        errors.push(crate::error::field_error("image", "image_unknown", "사진을 다시 올려 주세요."));
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiError::Invalid(errors)) }
}

async fn overwrite(tx: &DatabaseTransaction, product: Model, new: NewProduct) -> Result<Model, ApiError> {
    let mut row = product.into_active_model();
    row.name = Set(new.name.trim().to_owned());
    row.description = Set(new.description);
    row.list_price = Set(new.list_price);
    row.price = Set(new.price);
    row.stock = Set(signed(new.stock));
    row.per_shopper_max = Set(signed(new.per_shopper_max));
    row.image_id = Set(new.image);
    Ok(row.update(tx).await?)
}

/// The rental may have become a deal, or the deal has to be written again.
async fn changed<C: ConnectionTrait>(db: &C, state: &AppState, rental: RentalId) -> Result<(), ApiError> {
    jobs::enqueue(db, jobs::Kind::Deal, rental.0, state.clock.now()).await?;
    Ok(())
}

/// Checked to be far below the limit.
fn signed(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
