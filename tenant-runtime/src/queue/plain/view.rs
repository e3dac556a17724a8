//! What the page without JavaScript says, from what the room is known to be. Pure: no request, no clock.

use askama::Template;
use crds::{OnRefresh, Prequeue};
use jiff::Timestamp;
use tenant_runtime_core::config::{DealConfig, Settings};

use super::words::eta;
use crate::plain::{self, Action, Frame, words};
use crate::queue::look::Phase;
use crate::queue::position::{Position, Stand};
use crate::queue::status::Drawn;

/// A page that is read, pressed on or spoken must not be taken away too soon; one that nobody looks
/// at must not be old.
const REFRESH_SECONDS_MIN: u64 = 3;
const REFRESH_SECONDS_MAX: u64 = 30;
/// Where nothing else says when.
const REFRESH_SECONDS: u64 = 10;

/// What a place costs cannot be paid here.
const PROOF_NEEDS_SCRIPT: &str = "이 타임딜은 순서를 드리기 전에 사람이 맞는지 브라우저에서 확인해요. \
    그래서 자바스크립트가 꼭 필요해요. 켠 다음 아래를 눌러 주세요.";

const GUEST_GOES_AHEAD: &str = "초대를 받아 기다리지 않고 먼저 들어갈 수 있어요. \
    자리가 없으면 다음에 나는 자리를 먼저 드려요.";

/// Everything that the page depends on.
pub struct Scene<'a> {
    pub config: &'a DealConfig,
    pub settings: &'a Settings,
    pub phase: Phase,
    pub sold_out: bool,
    /// Where the one who asks stands, with a ticket that is still good.
    pub position: Option<Position>,
    /// Until when the place inside is kept, for who has one.
    pub inside_until: Option<Timestamp>,
    pub is_signed_in: bool,
    pub waiting: u64,
    pub commitment: String,
    pub drawn: Option<Drawn>,
    pub now: Timestamp,
    /// Why the last press came to nothing.
    pub problem: Option<String>,
}

#[derive(Template)]
#[template(path = "room.html")]
pub struct Page<'a> {
    frame: Frame<'a>,
    refresh_seconds: Option<u64>,
    tab: String,
    problem: Option<String>,
    notice: &'a str,
    news: Option<String>,
    heading: String,
    figure: Option<Figure>,
    lines: Vec<String>,
    actions: Vec<Action>,
    goods: Vec<Good<'a>>,
    rules: Vec<String>,
    proofs: Vec<(&'static str, String)>,
    clock: String,
}

struct Figure {
    text: String,
    unit: &'static str,
    is_time: bool,
}

struct Good<'a> {
    name: &'a str,
    /// Where it is another than the price.
    list_price: Option<String>,
    price: String,
}

/// What differs from state to state.
#[derive(Default)]
struct Stage {
    heading: String,
    figure: Option<Figure>,
    lines: Vec<String>,
    actions: Vec<Action>,
    refresh_seconds: Option<u64>,
}

fn leave() -> Action {
    Action::form("/queue/plain/leave", "내 자리 반납", "quiet")
}

/// The page.
#[must_use]
pub fn page<'a>(scene: &Scene<'a>) -> Page<'a> {
    let config = scene.config;
    let stage = match &scene.position {
        Some(position) => with_place(scene, position),
        None => without_place(scene),
    };
    let news = scene.position.as_ref().filter(|position| position.state == Stand::Waiting);
    Page {
        frame: Frame::of(config),
        refresh_seconds: stage.refresh_seconds,
        tab: tab(scene, &stage).to_owned(),
        problem: scene.problem.clone(),
        notice: &scene.settings.notice,
        news: news.and_then(|position| position.announcement.clone()),
        heading: stage.heading,
        figure: stage.figure,
        lines: stage.lines,
        actions: stage.actions,
        goods: goods(scene.settings),
        rules: rules(config),
        proofs: if config.prequeue == Prequeue::Draw { proofs(scene) } else { Vec::new() },
        clock: words::clock_with_seconds(scene.now),
    }
}

/// What one sees of the page while one is elsewhere.
fn tab<'a>(scene: &Scene, stage: &'a Stage) -> &'a str {
    let waits = scene.position.as_ref().is_some_and(|position| position.state == Stand::Waiting);
    stage.lines.first().filter(|_| waits).unwrap_or(&stage.heading)
}

fn with_place(scene: &Scene, position: &Position) -> Stage {
    match position.state {
        Stand::Before => entered(scene, position),
        Stand::Waiting => waiting(position),
        Stand::Called => called(position),
        Stand::Inside => inside(scene),
        Stand::Closed => closed(scene),
        Stand::SoldOut => sold_out(scene),
    }
}

fn entered(scene: &Scene, position: &Position) -> Stage {
    let line = match scene.config.prequeue {
        Prequeue::Draw => {
            "대기 순서를 받아 뒀어요. 열리는 순간 추첨으로 순서를 정하고 이 화면에서 알려 드릴게요."
                .to_owned()
        }
        Prequeue::Fifo => format!(
            "{}번째로 왔어요. 대기 순서를 받아 뒀으니 열리면 온 차례대로 들어가요.",
            words::grouped(position.entrant)
        ),
    };
    Stage {
        lines: vec![line, format!("{}명이 기다리고 있어요.", words::grouped(position.waiting.max(1)))],
        actions: vec![leave()],
        refresh_seconds: Some(refresh_seconds(position.poll_after_ms)),
        ..countdown(scene)
    }
}

/// For a guest no place is kept, so none is given away.
fn called(position: &Position) -> Stage {
    let (heading, line) = if position.guest {
        ("바로 들어갈 수 있어요", GUEST_GOES_AHEAD)
    } else {
        ("들어갈 차례예요", "지금 입장해 주세요. 한동안 누르지 않으면 자리가 다음 분에게 가요.")
    };
    Stage {
        heading: heading.to_owned(),
        lines: vec![line.to_owned()],
        actions: vec![Action::form("/queue/plain/pass", "입장하기", "primary"), leave()],
        refresh_seconds: Some(REFRESH_SECONDS),
        ..Stage::default()
    }
}

fn waiting(position: &Position) -> Stage {
    let ahead = match position.ahead {
        None | Some(0) => "다음이 내 차례예요".to_owned(),
        Some(ahead) => format!("앞에 {}명", words::grouped(ahead)),
    };
    let all = (position.waiting > 1)
        .then(|| format!("모두 {}명이 기다리고 있어요.", words::grouped(position.waiting)));
    Stage {
        heading: "대기 순서".to_owned(),
        figure: position.number.map(|number| Figure {
            text: words::grouped(number),
            unit: "번",
            is_time: false,
        }),
        lines: [Some(ahead), position.eta_seconds.map(eta), all].into_iter().flatten().collect(),
        actions: vec![leave()],
        refresh_seconds: Some(refresh_seconds(position.poll_after_ms)),
    }
}

fn inside(scene: &Scene) -> Stage {
    let kept = scene.inside_until.map(|until| {
        format!(
            "{}까지 자리를 맡아 둘게요. 주문하는 동안 더 필요하면 여기에서 늘릴 수 있어요.",
            words::clock_with_seconds(until)
        )
    });
    Stage {
        heading: "입장했어요".to_owned(),
        lines: ["이제 상품을 고르고 주문할 수 있어요.".to_owned()].into_iter().chain(kept).collect(),
        actions: vec![
            Action::link(plain::SHOP, "주문 화면으로 가기", "primary"),
            Action::form("/queue/plain/pass", "자리 더 맡아 두기", "quiet"),
            leave(),
        ],
        ..Stage::default()
    }
}

fn without_place(scene: &Scene) -> Stage {
    match scene.phase {
        Phase::Closed => return closed(scene),
        _ if scene.sold_out => return sold_out(scene),
        Phase::Before | Phase::Open => {}
    }
    let is_before = scene.phase == Phase::Before;
    let stage = if is_before { countdown(scene) } else { open(scene) };
    if scene.settings.proof_of_work.is_some() {
        return Stage {
            lines: vec![PROOF_NEEDS_SCRIPT.to_owned()],
            actions: vec![Action::link("/", "자바스크립트를 켜고 다시 열기", "primary")],
            ..stage
        };
    }
    let line = match (is_before, scene.config.prequeue) {
        (true, Prequeue::Draw) => {
            "지금 대기 순서를 받아 두면 열리는 순간 추첨으로 순서를 정해요. 서두르지 않아도 돼요.".to_owned()
        }
        (true, Prequeue::Fifo) => {
            "지금 대기 순서를 받아 두면 열리는 순간부터 온 차례대로 들어가요.".to_owned()
        }
        (false, _) if scene.waiting > 0 => format!(
            "지금 {}명이 기다리고 있어요. 순서를 받으면 차례대로 들어가요.",
            words::grouped(scene.waiting)
        ),
        (false, _) => "지금은 기다리는 사람이 없어요. 순서를 받으면 곧 들어갈 수 있어요.".to_owned(),
    };
    let action = if scene.is_signed_in {
        Action::form("/queue/plain/enter", "대기 순서 받기", "primary")
    } else {
        Action::link(plain::sign_in(scene.config, plain::ROOM), "로그인하고 대기 순서 받기", "primary")
    };
    Stage { lines: vec![line], actions: vec![action], ..stage }
}

/// Until the doors open; the page comes again right after they have.
fn countdown(scene: &Scene) -> Stage {
    let left = scene.config.opens_at.duration_since(scene.now).as_millis();
    let left_ms = u64::try_from(left).unwrap_or(0);
    Stage {
        heading: format!("{}에 열려요", words::date_time(scene.config.opens_at)),
        figure: Some(Figure { text: words::span(left_ms.div_ceil(1000)), unit: "", is_time: true }),
        refresh_seconds: Some(refresh_seconds(left_ms + 500)),
        ..Stage::default()
    }
}

fn open(scene: &Scene) -> Stage {
    let left = u64::try_from(scene.config.closes_at.duration_since(scene.now).as_secs()).unwrap_or(0);
    Stage {
        heading: "끝날 때까지".to_owned(),
        figure: Some(Figure { text: words::span(left), unit: "", is_time: true }),
        refresh_seconds: Some(REFRESH_SECONDS_MAX),
        ..Stage::default()
    }
}

fn sold_out(scene: &Scene) -> Stage {
    Stage {
        heading: "준비한 수량이 모두 팔렸어요".to_owned(),
        lines: vec!["결제를 기다리는 주문도 없어 더 기다리지 않아도 돼요. 찾아 주셔서 고마워요.".to_owned()],
        actions: ways(scene),
        ..Stage::default()
    }
}

fn closed(scene: &Scene) -> Stage {
    Stage {
        heading: "타임딜이 끝났어요".to_owned(),
        lines: vec![format!(
            "{}까지였어요. 결제한 주문은 내 주문에서 볼 수 있어요.",
            words::date_time(scene.config.closes_at)
        )],
        actions: ways(scene),
        ..Stage::default()
    }
}

/// Where one goes from here.
fn ways(scene: &Scene) -> Vec<Action> {
    vec![
        Action::link(plain::home(scene.config), "다른 타임딜 보기", "primary"),
        Action::link(plain::ORDERS, "내 주문 보기", "secondary"),
    ]
}

fn goods(settings: &Settings) -> Vec<Good<'_>> {
    settings
        .products
        .iter()
        .map(|product| Good {
            name: &product.name,
            list_price: (product.list_price != product.price).then(|| words::won(product.list_price)),
            price: words::won(product.price),
        })
        .collect()
}

fn rules(config: &DealConfig) -> Vec<String> {
    let opens = words::clock(config.opens_at);
    let order = match config.prequeue {
        Prequeue::Draw => vec![
            format!("{opens} 전에 온 사람은 모두 추첨으로 순서를 정해요. 일찍 왔다고 앞서지 않아요."),
            format!("{opens} 뒤에 온 사람은 그 뒤에 온 차례대로 서요."),
        ],
        Prequeue::Fifo => vec!["온 차례대로 순서를 정해요.".to_owned()],
    };
    let others = [
        "한 사람에 순서는 하나예요. 여러 창이나 기기로 열어도 늘어나지 않아요.",
        "차례가 되면 입장 버튼이 나타나요. 오래 누르지 않으면 자리가 다음 분에게 가요.",
        match config.on_refresh {
            OnRefresh::Keep => "새로고침하거나 창을 닫았다가 다시 열어도 순서는 그대로예요.",
            OnRefresh::Requeue => {
                "대기 순서를 다시 받으면 맨 뒤로 가요. 이 화면이 새로 고쳐지는 것은 괜찮아요."
            }
        },
    ];
    order.into_iter().chain(others.map(str::to_owned)).collect()
}

/// Everything that it takes to check the draw; before it, only what was promised.
fn proofs(scene: &Scene) -> Vec<(&'static str, String)> {
    let promised = ("미리 공개한 값", scene.commitment.clone());
    let Some(drawn) = &scene.drawn else { return vec![promised] };
    let own = scene.position.as_ref().map(|position| ("내가 온 차례", words::grouped(position.entrant)));
    [
        promised,
        ("추첨에 쓴 비밀값", drawn.secret.clone()),
        ("참여한 사람의 값을 모은 것", drawn.accumulator.clone()),
        ("순서를 정한 값", drawn.seed.clone()),
        ("추첨에 참여한 사람", words::grouped(drawn.entrants)),
    ]
    .into_iter()
    .chain(own)
    .collect()
}

fn refresh_seconds(poll_after_ms: u64) -> u64 {
    poll_after_ms.div_ceil(1000).clamp(REFRESH_SECONDS_MIN, REFRESH_SECONDS_MAX)
}
