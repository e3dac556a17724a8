//! Deals to browse.

use axum::extract::State;
use control_plane_core::calendar::later;
use control_plane_core::categories::Category;
use control_plane_core::deal_name::KST;
use control_plane_telemetry::problem::{Json, Query};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, ExprTrait as _, Order, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::card::{DealCard, SHOWN, cards};
use super::search;
use crate::error::ApiError;
use crate::http::page::{self, Cursor, Page};
use crate::http::text;
use crate::ids::RentalId;
use crate::rentals::entity::{Column, Entity, Model};
use crate::state::AppState;
use crate::time::Micros;

const DAY_SECONDS: i64 = 86_400;
const WEEK_SECONDS: i64 = 7 * DAY_SECONDS;

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DealsQuery {
    /// Left out: all that are not over.
    #[param(inline)]
    pub when: Option<When>,
    /// One of the eight categories' codes.
    pub category: Option<String>,
    /// Part of a title, a company's or a product's name; at most 60 characters.
    #[param(max_length = 60)]
    pub q: Option<String>,
    /// `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// At most so many items, 1 to 100; 20 where left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// The doors are open now.
    Open,
    /// Open, or opening before midnight in Korea.
    Today,
    /// Open, or opening within seven days.
    Week,
    /// Over, the last to open first.
    Ended,
}

/// Deals to browse, the next to open first.
#[utoipa::path(
    get,
    path = "/deals",
    tag = "storefront",
    operation_id = "list_deals",
    security(()),
    params(DealsQuery),
    responses((status = 200, body = Page<DealCard>))
)]
pub async fn list(
    State(state): State<AppState>,
    Query(query): Query<DealsQuery>,
) -> Result<Json<Page<DealCard>>, ApiError> {
    let (cursor, limit) = (page::cursor(query.cursor.as_deref())?, page::limit(query.limit)?);
    let now = state.clock.now();
    let mut found = shown(query.when, now);
    if let Some(category) = &query.category {
        let category: Category = category.parse().map_err(|_| UNKNOWN_CATEGORY)?;
        found = found.filter(Column::Category.eq(category.code()));
    }
    let text = text::line(query.q.as_deref().unwrap_or_default(), 0, search::TEXT_LENGTH_MAX);
    let text = text.ok_or(TEXT_INVALID)?;
    if !text.is_empty() {
        found = found.filter(search::matches(&text));
    }
    let db = state.db.read();
    let rentals = page_of(db, found, query.when, cursor, limit + 1).await?;
    let place = |rental: &Model| Cursor { at: rental.opens_at, id: rental.id.0 };
    let page = Page::of(rentals, limit, place, |rental| rental);
    let items = cards(db, &state.config.public, &page.items, now).await?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

const UNKNOWN_CATEGORY: ApiError =
    ApiError::BadRequest { code: "invalid_query", detail: "그런 카테고리는 없어요." };
const TEXT_INVALID: ApiError =
    ApiError::BadRequest { code: "invalid_query", detail: "검색어를 60자 안으로 적어 주세요." };

/// The deals of a time.
fn shown(when: Option<When>, now: Timestamp) -> Select<Entity> {
    let found = Entity::find().filter(Column::State.is_in(SHOWN)).filter(Column::Deal.is_not_null());
    let at = Micros::from;
    let not_over =
        Column::ClosesAt.gt(at(now)).and(Column::State.ne(control_plane_core::rental::code::COMPLETED));
    match when {
        None => found.filter(not_over),
        Some(When::Open) => found.filter(not_over).filter(Column::OpensAt.lte(at(now))),
        Some(When::Today) => found.filter(not_over).filter(Column::OpensAt.lt(at(midnight_after(now)))),
        Some(When::Week) => found.filter(not_over).filter(Column::OpensAt.lt(at(later(now, WEEK_SECONDS)))),
        Some(When::Ended) => found.filter(not_over.not()),
    }
}

async fn page_of<C: ConnectionTrait>(
    db: &C,
    found: Select<Entity>,
    when: Option<When>,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let backwards = when == Some(When::Ended);
    let found =
        match cursor {
            Some(Cursor { at, id }) if backwards => found
                .filter(Column::OpensAt.lt(at).or(Column::OpensAt.eq(at).and(Column::Id.lt(RentalId(id))))),
            Some(Cursor { at, id }) => found
                .filter(Column::OpensAt.gt(at).or(Column::OpensAt.eq(at).and(Column::Id.gt(RentalId(id))))),
            None => found,
        };
    let order = if backwards { Order::Desc } else { Order::Asc };
    found.order_by(Column::OpensAt, order.clone()).order_by(Column::Id, order).limit(limit).all(db).await
}

/// The next midnight in Korea.
fn midnight_after(now: Timestamp) -> Timestamp {
    let offset_seconds = i64::from(KST.seconds());
    let midnight = (now.as_second() + offset_seconds).div_euclid(DAY_SECONDS) * DAY_SECONDS + DAY_SECONDS;
    Timestamp::from_second(midnight - offset_seconds).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_is_korean() {
        for (now, midnight) in [
            ("2026-11-23T14:59:59Z", "2026-11-23T15:00:00Z"),
            ("2026-11-23T15:00:00Z", "2026-11-24T15:00:00Z"),
            ("2026-11-23T00:00:00Z", "2026-11-23T15:00:00Z"),
        ] {
            let now: Timestamp = now.parse().expect("an instant");
            assert_eq!(midnight_after(now).to_string(), midnight);
        }
    }
}
