//! The capacity calendar, hour by hour.

use axum::extract::State;
use control_plane_core::calendar::{self, Span, slots};
use control_plane_telemetry::problem::{Json, Query};
use crds::Window;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store;
use crate::error::ApiError;
use crate::http::auth::SignedIn;
use crate::plans;
use crate::state::AppState;

const RANGE_SECONDS_MAX: i64 = 31 * 86_400;
/// Longer than the calendar's margins around any window.
const MARGIN_SECONDS: i64 = 86_400;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CalendarQuery {
    /// The first instant that is asked for.
    pub from: Timestamp,
    /// The first instant that is not; at most 31 days later.
    pub to: Timestamp,
    /// A plan's code: says of each hour whether that plan fits into it.
    pub plan: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    /// What the platform serves at once, in shoppers.
    pub capacity: u64,
    /// Openings and closings fall on multiples of this.
    pub granularity_seconds: u32,
    /// The earliest opening that may be booked now.
    pub bookable_from: Timestamp,
    pub slots: Vec<Slot>,
}

/// One hour.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// The most that is taken in the hour, margins of neighbouring deals included, in shoppers.
    pub used: u64,
    pub free: u64,
    /// Whether a deal of the asked plan over just this hour fits; null where no plan was asked for.
    pub fits: Option<bool>,
}

/// Free capacity by the hour.
#[utoipa::path(
    get,
    path = "/calendar",
    tag = "rentals",
    operation_id = "read_calendar",
    params(CalendarQuery),
    responses((status = 200, body = Calendar))
)]
pub async fn calendar(
    State(state): State<AppState>,
    _signed_in: SignedIn,
    Query(query): Query<CalendarQuery>,
) -> Result<Json<Calendar>, ApiError> {
    let length_seconds = query.to.duration_since(query.from).as_secs();
    if query.to <= query.from || length_seconds > RANGE_SECONDS_MAX {
        return Err(ApiError::BadRequest {
            code: "invalid_query",
            detail: "달력은 한 번에 31일까지 볼 수 있어요.",
        });
    }
    let expected = match &query.plan {
        Some(code) => Some(plans::find(state.db.read(), code).await?.ok_or(UNKNOWN_PLAN)?.expected_shoppers),
        None => None,
    };
    let around = Span {
        from: calendar::later(query.from, -MARGIN_SECONDS),
        until: calendar::later(query.to, MARGIN_SECONDS),
    };
    let booked = store::bookings(state.db.read(), around).await?;
    let config = &state.config;
    let capacity = u64::from(config.capacity.shoppers_max);
    let fits = |slot: &calendar::Slot, expected: i32| {
        let window = Window { opens_at: slot.starts_at, closes_at: slot.ends_at };
        let span = config.calendar.margins().around(window);
        let peak = calendar::peak(&booked, span);
        capacity.saturating_sub(peak) >= u64::try_from(expected).unwrap_or(u64::MAX)
    };
    let slots = slots(&booked, Span { from: query.from, until: query.to }, capacity)
        .into_iter()
        .map(|slot| Slot {
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            used: slot.used,
            free: slot.free,
            fits: expected.map(|expected| fits(&slot, expected)),
        })
        .collect();
    Ok(Json(Calendar {
        capacity,
        granularity_seconds: config.calendar.granularity_seconds,
        bookable_from: calendar::later(state.clock.now(), i64::from(config.calendar.lead_seconds_min)),
        slots,
    }))
}

const UNKNOWN_PLAN: ApiError =
    ApiError::BadRequest { code: "invalid_query", detail: "그런 요금제는 없어요." };
