//! The pages: what they need from the state, and the way Korean writes it.

use askama::Template;
use axum::response::Html;
use jiff::tz::{self, TimeZone};
use jiff::{Timestamp, Zoned};

use crate::pay::page::Shown;
use crate::state::login::{Person, Role};
use crate::state::pay::Method;
use crate::toss::window::Opening;

/// How many colours the stylesheet has for avatars.
const AVATAR_COLOURS: i64 = 7;

/// How a payment ended for the payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Paid,
    Quit,
    Failed,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    people: Vec<Choice>,
    request: &'a str,
    nickname: &'a str,
    error: &'a str,
}

/// A person as the sign-in page shows them.
struct Choice {
    id: i64,
    nickname: String,
    initial: String,
    role: &'static str,
    colour: i64,
}

#[derive(Template)]
#[template(path = "pay_pc.html")]
struct PayPc<'a> {
    bill: Bill<'a>,
    qr_side: u32,
}

#[derive(Template)]
#[template(path = "pay_mobile.html")]
struct PayMobile<'a> {
    bill: Bill<'a>,
    by_qr: bool,
    money: bool,
    card: bool,
}

/// What both payment pages say about the payment.
struct Bill<'a> {
    tid: &'a str,
    shop: &'a str,
    item: &'a str,
    quantity: String,
    total: String,
    until: String,
    left: String,
    now_ms: i64,
    until_ms: i64,
}

#[derive(Template)]
#[template(path = "toss_window.html")]
struct TossWindow<'a> {
    opening: &'a Opening,
    shop: &'a str,
    total: String,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    text: &'a str,
    code: &'a str,
    good: bool,
}

#[derive(Template)]
#[template(path = "front.html")]
struct Front;

/// `nickname` and `error` are what was typed before and what was wrong with it.
pub fn sign_in(people: &[&Person], request: &str, nickname: &str, error: &str) -> Html<String> {
    let people = people
        .iter()
        .map(|person| Choice {
            id: person.id,
            nickname: person.nickname.clone(),
            initial: person.nickname.chars().take(1).collect(),
            role: match person.role {
                Role::Owner => "사장님",
                Role::Admin => "관리자",
                Role::Shopper => "손님",
            },
            colour: person.id.rem_euclid(AVATAR_COLOURS),
        })
        .collect();
    render(&SignIn { people, request, nickname, error })
}

pub fn pay_pc(shown: &Shown, qr_side: u32) -> Html<String> {
    render(&PayPc { bill: bill(shown), qr_side })
}

pub fn pay_mobile(shown: &Shown, by_qr: bool) -> Html<String> {
    let only = shown.payment.order.method;
    render(&PayMobile {
        bill: bill(shown),
        by_qr,
        money: only != Some(Method::Card),
        card: only != Some(Method::Money),
    })
}

pub fn toss_window(opening: &Opening, shop: &str) -> Html<String> {
    render(&TossWindow { opening, shop, total: grouped(opening.amount) })
}

/// The page on a phone that came by QR code.
pub fn over(ending: Ending) -> Html<String> {
    let (title, text) = match ending {
        Ending::Paid => ("결제를 확인했어요", "컴퓨터 화면에서 주문을 이어서 볼 수 있어요."),
        Ending::Quit => ("결제를 취소했어요", "돈은 나가지 않았어요. 컴퓨터 화면으로 돌아가 주세요."),
        Ending::Failed => ("결제 시간이 지났어요", "돈은 나가지 않았어요. 주문한 곳에서 다시 시작해 주세요."),
    };
    render(&Message { title, text, code: "", good: ending == Ending::Paid })
}

pub fn problem(title: &str, text: &str, code: &str) -> Html<String> {
    render(&Message { title, text, code, good: false })
}

pub fn not_found() -> Html<String> {
    problem("페이지를 찾을 수 없어요", "주소를 다시 확인해 주세요.", "404")
}

/// What the simulator is, for whoever opens its address.
pub async fn front() -> Html<String> {
    render(&Front)
}

fn render(page: &impl Template) -> Html<String> {
    Html(page.render().expect("the pages only format text and numbers"))
}

fn bill(shown: &Shown) -> Bill<'_> {
    let order = &shown.payment.order;
    let until = shown.payment.expires_at();
    Bill {
        tid: &shown.payment.tid,
        shop: &shown.shop,
        item: &order.item_name,
        quantity: grouped(order.quantity),
        total: grouped(order.amount.total),
        until: clock_time(until),
        left: left(shown.now, until),
        now_ms: shown.now.as_millisecond(),
        until_ms: until.as_millisecond(),
    }
}

/// `1234000` as `1,234,000`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn korean(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::fixed(tz::offset(9)))
}

/// `오후 4:05`.
fn clock_time(at: Timestamp) -> String {
    let time = korean(at).time();
    let half = if time.hour() < 12 { "오전" } else { "오후" };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    format!("{half} {hour}:{:02}", time.minute())
}

/// `14분 05초`.
fn left(now: Timestamp, until: Timestamp) -> String {
    let seconds = until.duration_since(now).as_secs().max(0);
    format!("{}분 {:02}초", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_as_in_korea() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_000, "1,234,000"), (-19_900, "-19,900")]
        {
            assert_eq!(grouped(number), text);
        }
        for (at, text) in [
            ("2026-11-23T15:00:00Z", "오전 12:00"),
            ("2026-11-24T03:05:00Z", "오후 12:05"),
            ("2026-11-24T07:59:59Z", "오후 4:59"),
        ] {
            assert_eq!(clock_time(at.parse().unwrap()), text);
        }
        let until: Timestamp = "2026-11-24T00:15:00Z".parse().unwrap();
        assert_eq!(left("2026-11-24T00:00:55Z".parse().unwrap(), until), "14분 05초");
        assert_eq!(left("2026-11-24T00:16:00Z".parse().unwrap(), until), "0분 00초");
    }
}
