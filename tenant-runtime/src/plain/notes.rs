//! A page that has nothing to show but words, and the way from there.

use std::borrow::Cow;

use askama::Template;
use axum::response::Response;

use super::{Action, Frame, ROOM, SHOP, respond, sign_in, status_of};
use crate::error::ApiError;
use crate::state::Runtime;

#[derive(Template)]
#[template(path = "note.html")]
struct Note<'a> {
    frame: Frame<'a>,
    heading: &'a str,
    lines: [Cow<'a, str>; 1],
    actions: [Action; 1],
}

/// For whoever asks for orders and cannot have them: `path` is the page that was asked for.
pub fn no_order(runtime: &Runtime, path: &str, error: &ApiError) -> Response {
    match error {
        ApiError::NotSignedIn => {
            let way = Action::link(sign_in(&runtime.config, path), "카카오로 로그인하기", "kakao");
            let line = Cow::Borrowed("로그인하면 이 화면으로 바로 돌아와요.");
            note(runtime, error, "로그인하면 주문을 볼 수 있어요", line, way)
        }
        ApiError::OrderUnknown => {
            let way = Action::link(ROOM, "타임딜로 돌아가기", "primary");
            note(runtime, error, "주문을 찾지 못했어요", error.problem().detail.into(), way)
        }
        _ => {
            let way = Action::link(path, "다시 열기", "primary");
            note(runtime, error, "주문을 불러오지 못했어요", error.problem().detail.into(), way)
        }
    }
}

/// For whoever is inside while the shop cannot be shown.
pub fn no_shop(runtime: &Runtime, error: &ApiError) -> Response {
    let way = Action::link(SHOP, "다시 열기", "primary");
    note(runtime, error, "상품을 불러오지 못했어요", error.problem().detail.into(), way)
}

/// For whoever wants to order and is not inside, or not any more.
pub fn not_inside(runtime: &Runtime, error: &ApiError) -> Response {
    let way = Action::link(ROOM, "대기 화면으로 가기", "primary");
    note(runtime, error, "지금은 주문할 수 없어요", error.problem().detail.into(), way)
}

fn note(runtime: &Runtime, error: &ApiError, heading: &str, line: Cow<'_, str>, way: Action) -> Response {
    error.log();
    let frame = Frame::of(&runtime.config);
    respond(runtime, status_of(Some(error)), &Note { frame, heading, lines: [line], actions: [way] })
}
