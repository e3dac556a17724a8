//! Lists in pages. A cursor names the last row that was seen, so that rows which appear meanwhile
//! neither repeat nor hide others.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use control_plane_telemetry::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::time::Micros;

pub const LIMIT_DEFAULT: u64 = 20;
pub const LIMIT_MAX: u64 = 100;

/// `?cursor=&limit=` of every list. Lists with further conditions have these two fields as well.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `nextCursor` of the page before; left out for the first page.
    pub cursor: Option<String>,
    /// At most so many items, 1 to 100; 20 where left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
}

impl PageQuery {
    /// # Errors
    /// 400 `invalid_cursor` or `invalid_query`.
    pub fn parse(&self) -> Result<(Option<Cursor>, u64), Problem> {
        Ok((cursor(self.cursor.as_deref())?, limit(self.limit)?))
    }
}

/// # Errors
/// 400 `invalid_cursor` where the text is not a cursor of ours.
pub fn cursor(text: Option<&str>) -> Result<Option<Cursor>, Problem> {
    let Some(text) = text else { return Ok(None) };
    Cursor::decode(text).map(Some).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_cursor",
            "목록을 이어서 볼 수 없어요. 처음부터 다시 열어 주세요.",
        )
    })
}

/// # Errors
/// 400 `invalid_query` where it is not within 1 and 100.
pub fn limit(limit: Option<u64>) -> Result<u64, Problem> {
    let limit = limit.unwrap_or(LIMIT_DEFAULT);
    if (1..=LIMIT_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_query",
        "한 번에 볼 수 있는 개수는 1에서 100까지예요.",
    ))
}

/// A place in a list that is sorted by an instant and, within it, by an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub at: Micros,
    pub id: Uuid,
}

impl Cursor {
    #[must_use]
    pub fn encode(&self) -> String {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.at.0.to_be_bytes());
        bytes[8..].copy_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(text: &str) -> Option<Cursor> {
        let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (at, id) = bytes.split_at(8);
        Some(Cursor { at: Micros(i64::from_be_bytes(at.try_into().ok()?)), id: Uuid::from_slice(id).ok()? })
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// For the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of rows of which one more than `limit` was asked for.
    #[must_use]
    pub fn of<R>(
        mut rows: Vec<R>,
        limit: u64,
        place: impl Fn(&R) -> Cursor,
        item: impl Fn(R) -> T,
    ) -> Page<T> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|last| place(last).encode());
        Page { items: rows.into_iter().map(item).collect(), next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_trip() {
        let there = Cursor { at: Micros(-5), id: Uuid::from_u128(77) };
        assert_eq!(Cursor::decode(&there.encode()), Some(there));
        for bad in ["", "x", "AAAA", &"A".repeat(33)] {
            assert!(cursor(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_page_ends_where_it_is_told() {
        let place = |row: &u8| Cursor { at: Micros(i64::from(*row)), id: Uuid::nil() };
        let page = Page::of(vec![1, 2, 3], 2, place, |row| row);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(cursor(page.next_cursor.as_deref()).unwrap().unwrap().at, Micros(2));
        assert!(Page::of(vec![1, 2], 2, place, |row| row).next_cursor.is_none());
        assert!(limit(Some(0)).is_err() && limit(Some(101)).is_err());
    }
}
