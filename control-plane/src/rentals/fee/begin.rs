//! Sending the payer to the gateway.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use control_plane_core::calendar::later;
use control_plane_core::rental::Rental;
use control_plane_gateway::{BeginError, Begun, Gateway as _, Order};
use control_plane_telemetry::problem::{Json, Path};
use crds::Won;
use jiff::Timestamp;
use sea_orm::{ActiveModelTrait as _, ConnectionTrait, DatabaseTransaction, IntoActiveModel as _, Set};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{entity, merchant, store};
use crate::error::ApiError;
use crate::http::auth::CompanyOwner;
use crate::http::idempotency::{self, Attempt, IdempotencyKey};
use crate::http::site::Site;
use crate::ids::{FeeId, UserId};
use crate::rentals::wire::RentalPath;
use crate::rentals::{self, UNKNOWN};
use crate::state::AppState;

/// A payment that is about to run out is not offered again.
const REMAINING_SECONDS_MIN: i64 = 60;

/// Where to send the payer, by device.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeePayment {
    /// A page with a QR code.
    pub pc: String,
    pub mobile: String,
    pub app: String,
    /// After this instant the payment has to be begun again.
    pub expires_at: Timestamp,
}

/// Begins to pay the fee. Asking again gives the same payment while it lives.
#[utoipa::path(
    post,
    path = "/companies/{c}/rentals/{r}/payment",
    tag = "rentals",
    operation_id = "pay_rental",
    params(RentalPath, ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = FeePayment))
)]
pub async fn pay(
    State(state): State<AppState>,
    owner: CompanyOwner,
    Path(path): Path<RentalPath>,
    key: IdempotencyKey,
) -> Result<Response, ApiError> {
    let now = state.clock.now();
    let rental = rentals::store::of_company(state.db.read(), owner.id(), path.r).await?.ok_or(UNKNOWN)?;
    if let Some(live) = payable(state.db.read(), &rental, owner.user, now).await? {
        return Ok(Json(live).into_response());
    }
    let fee: FeeId = state.entropy.id(now);
    let begun = begin(&state, &rental, fee, owner.user, now).await?;

    let tx = state.db.begin().await?;
    let claim = match idempotency::claim(&tx, owner.user, "rentals.pay", &key.about(rental.id), now).await? {
        Attempt::Again(answer) => return Ok(answer.into_response()),
        Attempt::First(claim) => claim,
    };
    let rental = rentals::store::lock(&tx, rental.id).await?.ok_or(UNKNOWN)?;
    if let Some(live) = payable(&tx, &rental, owner.user, now).await? {
        // Another request was faster; this one's payment can never be approved.
        return Ok(Json(live).into_response());
    }
    let payment = remember(&tx, rental, fee, owner.user, begun, now).await?;
    let answer = claim.finish(&tx, StatusCode::OK, &payment).await?;
    tx.commit().await?;
    Ok(answer.into_response())
}

/// The payer's live payment, or nothing where one has to be begun.
async fn payable<C: ConnectionTrait>(
    db: &C,
    rental: &rentals::entity::Model,
    user: UserId,
    now: Timestamp,
) -> Result<Option<FeePayment>, ApiError> {
    match rental.life().map_err(ApiError::internal)? {
        Rental::AwaitingPayment { pay_until } if now < pay_until => {}
        Rental::AwaitingPayment { .. } | Rental::Expired => {
            return Err(ApiError::Conflict {
                code: "rental_expired",
                detail: "결제할 시간이 지나 예약이 풀렸어요. 시간을 다시 골라 주세요.",
            });
        }
        _ => {
            return Err(ApiError::Conflict {
                code: "rental_state", detail: "이미 결제가 끝난 대여예요."
            });
        }
    }
    let Some(paying) = rental.paying else { return Ok(None) };
    let Some(fee) = store::find(db, paying).await? else { return Ok(None) };
    match fee.state {
        entity::State::Approving => Err(ApiError::Conflict {
            code: "payment_in_progress",
            detail: "결제를 확인하고 있어요. 잠시 뒤에 다시 열어 주세요.",
        }),
        entity::State::Begun
            if fee.user_id == user && later(now, REMAINING_SECONDS_MIN) < fee.expires_at.timestamp() =>
        {
            serde_json::from_str(&fee.redirect).map(Some).map_err(ApiError::internal)
        }
        _ => Ok(None),
    }
}

async fn begin(
    state: &AppState,
    rental: &rentals::entity::Model,
    fee: FeeId,
    user: UserId,
    now: Timestamp,
) -> Result<Begun, ApiError> {
    let origin = state.config.public.origin(Site::Bidd);
    let back = |what: &str| format!("{origin}/api/v1/rentals/{}/payment/{what}?payment={fee}", rental.id);
    let order = Order {
        order_id: fee.to_string(),
        user_id: user.to_string(),
        item_name: format!("BIDD 대여료: {}", rental.title),
        quantity: 1,
        amount: Won(rental.fee),
        approval_url: back("approve"),
        cancel_url: back("cancel"),
        fail_url: back("fail"),
        window_url: String::new(),
        asked_at: now,
    };
    state.kakaopay.begin(&merchant(state), &order).await.map_err(|error: BeginError| ApiError::Unavailable {
        code: "gateway_unavailable",
        detail: "지금은 카카오페이에 연결할 수 없어요. 잠시 뒤에 다시 시도해 주세요.",
        cause: error.into(),
    })
}

/// Makes the payment the one that the rental may be paid by.
async fn remember(
    tx: &DatabaseTransaction,
    rental: rentals::entity::Model,
    fee: FeeId,
    user: UserId,
    begun: Begun,
    now: Timestamp,
) -> Result<FeePayment, ApiError> {
    if let Some(earlier) = rental.paying {
        store::set_state(tx, earlier, entity::State::Expired).await?;
    }
    let payment = FeePayment {
        pc: begun.redirect.pc,
        mobile: begun.redirect.mobile,
        app: begun.redirect.app,
        expires_at: begun.expires_at,
    };
    let row = entity::ActiveModel {
        id: Set(fee),
        rental_id: Set(rental.id),
        user_id: Set(user),
        amount: Set(rental.fee),
        state: Set(entity::State::Begun),
        payment_ref: Set(begun.payment_ref),
        redirect: Set(serde_json::to_string(&payment).map_err(ApiError::internal)?),
        proof: Set(None),
        expires_at: Set(begun.expires_at.into()),
        created_at: Set(now.into()),
    };
    row.insert(tx).await?;
    let mut rental = rental.into_active_model();
    rental.paying = Set(Some(fee));
    rental.update(tx).await?;
    Ok(payment)
}
