//! Booking a window: one transaction, in which all bookings wait for one another, so that the
//! platform's capacity is never exceeded however many are made at once.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use control_plane_core::calendar::{self, Booking, Unbookable, WindowProblem, fits};
use control_plane_core::categories::Category;
use control_plane_core::{fees, rental::code};
use control_plane_telemetry::problem::FieldError;
use crds::{Window, Won};
use jiff::Timestamp;
use sea_orm::{ActiveModelTrait as _, DatabaseTransaction, Set};
use serde::Deserialize;
use utoipa::ToSchema;

use super::entity::{self, Model};
use super::store;
use super::wire::Rental;
use crate::audit::{self, Deed};
use crate::error::{ApiError, field_error};
use crate::http::auth::CompanyOwner;
use crate::http::idempotency::{self, Attempt, Idempotent};
use crate::http::text;
use crate::ids::CompanyId;
use crate::state::AppState;
use crate::{jobs, plans};

const TITLE_LENGTH_MAX: usize = 60;

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRental {
    /// What the deal is called on every screen, 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    pub title: String,
    /// The plan's code.
    pub plan: String,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    /// One of the eight categories' codes.
    pub category: String,
    /// Whether a browser has to show a little work before it gets a place in the waiting room.
    #[serde(default)]
    pub proof_of_work: bool,
}

/// A request whose every field makes sense by itself.
struct Wanted {
    title: String,
    category: Category,
    window: Window,
    plan: plans::entity::Model,
    fee: Won,
    proof_of_work: bool,
}

/// Books a window; it is kept for as long as `payUntil` says.
#[utoipa::path(
    post,
    path = "/companies/{c}/rentals",
    tag = "rentals",
    operation_id = "create_rental",
    params(("c" = CompanyId, Path), ("Idempotency-Key" = String, Header)),
    request_body = NewRental,
    responses((status = 201, body = Rental))
)]
pub async fn create(
    State(state): State<AppState>,
    owner: CompanyOwner,
    request: Idempotent<NewRental>,
) -> Result<Response, ApiError> {
    let company = owner.approved()?;
    let now = state.clock.now();
    let wanted = check(&state, request.body, now).await?;
    let tx = state.db.begin().await?;
    let claim = match idempotency::claim(&tx, owner.user, "rentals.create", &request.key, now).await? {
        Attempt::Again(answer) => return Ok(answer.into_response()),
        Attempt::First(claim) => claim,
    };
    let rental = book(&tx, &state, company.id, wanted, now).await?;
    jobs::enqueue(&tx, jobs::Kind::Expiry, rental.id.0, rental.pay_until.into()).await?;
    let deed = Deed {
        actor: Some(owner.user),
        company: Some(company.id),
        action: "rental.booked",
        subject: &rental.id.to_string(),
        detail: &rental.title,
    };
    audit::record(&tx, &state.entropy, deed, now).await?;
    let body = Rental::of(&state, company, &rental, 0)?;
    let answer = claim.finish(&tx, StatusCode::CREATED, &body).await?;
    tx.commit().await?;
    Ok(answer.into_response())
}

async fn check(state: &AppState, asked: NewRental, now: Timestamp) -> Result<Wanted, ApiError> {
    let title = text::line(&asked.title, 1, TITLE_LENGTH_MAX);
    let window = Window { opens_at: asked.opens_at, closes_at: asked.closes_at };
    let mut errors = Vec::new();
    if title.is_none() {
        errors.push(field_error("title", "title_invalid", "제목을 60자 안으로 적어 주세요."));
    }
    let category = asked.category.parse::<Category>();
    if category.is_err() {
        errors.push(field_error("category", "category_unknown", "카테고리를 골라 주세요."));
    }
    let plan = plans::find(state.db.read(), &asked.plan).await?;
    if plan.is_none() {
        errors.push(field_error("plan", "plan_unknown", "요금제를 골라 주세요."));
    }
    if let Err(problem) = state.config.calendar.rules().check(window, now) {
        errors.push(window_error(problem));
    }
    let fee = plan.as_ref().and_then(|plan| fees::rental_fee(Won(plan.fee_per_hour), window));
    match (title, category, plan, fee) {
        (Some(title), Ok(category), Some(plan), Some(fee)) if errors.is_empty() => {
            Ok(Wanted { title, category, window, plan, fee, proof_of_work: asked.proof_of_work })
        }
        _ => Err(ApiError::Invalid(errors)),
    }
}

async fn book(
    tx: &DatabaseTransaction,
    state: &AppState,
    company: CompanyId,
    wanted: Wanted,
    now: Timestamp,
) -> Result<Model, ApiError> {
    let config = &state.config;
    let span = config.calendar.margins().around(wanted.window);
    let shoppers = u64::try_from(wanted.plan.expected_shoppers).unwrap_or(u64::MAX);
    let booking = Booking { company: company.0, span, shoppers };
    store::lock_calendar(tx).await?;
    let booked = store::bookings(tx, span).await?;
    fits(&booked, &booking, u64::from(config.capacity.shoppers_max)).map_err(unbookable)?;
    let pay_until = calendar::later(now, i64::from(config.calendar.pay_seconds)).min(wanted.window.opens_at);
    let row = entity::ActiveModel {
        id: Set(state.entropy.id(now)),
        company_id: Set(company),
        title: Set(wanted.title),
        category: Set(wanted.category.code().to_owned()),
        opens_at: Set(wanted.window.opens_at.into()),
        closes_at: Set(wanted.window.closes_at.into()),
        occupied_from: Set(span.from.into()),
        occupied_until: Set(span.until.into()),
        plan: Set(wanted.plan.code),
        expected_shoppers: Set(wanted.plan.expected_shoppers),
        admissions_per_second: Set(wanted.plan.admissions_per_second),
        inside_max: Set(wanted.plan.inside_max),
        fee: Set(wanted.fee.0),
        state: Set(code::AWAITING_PAYMENT.to_owned()),
        pay_until: Set(pay_until.into()),
        paid_at: Set(None),
        deal: Set(None),
        paying: Set(None),
        paused: Set(false),
        notice: Set(String::new()),
        guests: Set(0),
        guests_withdrawn: Set(None),
        proof_of_work: Set(wanted.proof_of_work),
        observed: Set(None),
        turn: Set(0),
        created_at: Set(now.into()),
    };
    Ok(row.insert(tx).await?)
}

fn window_error(problem: WindowProblem) -> FieldError {
    match problem {
        WindowProblem::Order => {
            field_error("closesAt", "window_order", "마감은 오픈보다 늦은 시각이어야 해요.")
        }
        WindowProblem::Past => field_error(
            "opensAt",
            "window_past",
            "이미 지났거나 준비할 시간이 모자란 시각이에요. 더 뒤로 골라 주세요.",
        ),
        WindowProblem::TooFar => {
            field_error("opensAt", "window_too_far", "아직 예약을 받지 않는 날짜예요. 더 앞으로 골라 주세요.")
        }
        WindowProblem::TooShort => {
            field_error("closesAt", "window_too_short", "너무 짧아요. 조금 더 길게 골라 주세요.")
        }
        WindowProblem::TooLong => {
            field_error("closesAt", "window_too_long", "한 번에 24시간까지 빌릴 수 있어요.")
        }
        WindowProblem::OffGrid => {
            field_error("opensAt", "window_off_grid", "달력의 눈금에 맞는 시각을 골라 주세요.")
        }
    }
}

fn unbookable(problem: Unbookable) -> ApiError {
    match problem {
        Unbookable::Taken => {
            ApiError::field("opensAt", "window_taken", "같은 시간대에 이미 빌린 타임딜이 있어요.")
        }
        Unbookable::CapacityExceeded { free: _ } => ApiError::field(
            "opensAt",
            "capacity_exceeded",
            "이 시간에는 자리가 모자라요. 다른 시간이나 더 작은 요금제를 골라 주세요.",
        ),
    }
}
