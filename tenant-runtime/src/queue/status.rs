//! `GET /queue/status`: how the deal stands, the same for everyone. No Redis command.

use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use control_plane_telemetry::problem::Json;
use crds::Prequeue;
use jiff::Timestamp;
use serde::Serialize;
use tenant_runtime_core::draw;

use super::look::{Look, Phase, until};
use crate::state::Runtime;

/// How often a page that shows nothing but this should ask, in milliseconds.
const POLL_MS: u64 = 3_000;
const POLL_MS_CLOSED: u64 = 30_000;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub deal: String,
    pub title: String,
    pub company_name: String,
    pub phase: Phase,
    pub server_now: Timestamp,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    /// How those who come before the doors open are put in order.
    pub prequeue: Prequeue,
    /// Admission is stopped for now, on purpose or because the deal's store is away.
    pub paused: bool,
    /// How many have been called.
    pub frontier: u64,
    /// The draw, once it has taken place: everything that it takes to check it.
    pub drawn: Option<Drawn>,
    /// BLAKE3 of the draw's secret, hex: published before the draw.
    pub commitment: String,
    pub waiting: u64,
    pub inside: u64,
    pub inside_max: u32,
    /// How many may be called each second.
    pub per_second: u32,
    pub stock_left: u64,
    /// Nothing is left, and nothing can come back.
    pub sold_out: bool,
    /// Whoever wants a place must work on a challenge first.
    pub proof_of_work: bool,
    /// Which line of the company's is in force: `/queue/notice/{notice}` has its text.
    pub notice: Option<u32>,
    pub poll_after_ms: u64,
    /// Where a shopper without a token signs in; `returnTo=<url>` is added.
    pub sign_in_url: String,
    /// My Page; an order's id is added as a path.
    pub orders_url: String,
}

/// A draw, with what shows that it was fair.
#[derive(Debug, Clone, Serialize)]
pub struct Drawn {
    pub entrants: u64,
    /// Follows from secret, entrants and accumulator; the order follows from it.
    pub seed: String,
    pub commitment: String,
    /// What was committed to, hex.
    pub secret: String,
    /// What every entrant's nonce went into.
    pub accumulator: String,
}

/// How the deal stands. May be kept for a second.
pub async fn status(State(runtime): State<Runtime>) -> ([(HeaderName, &'static str); 1], Json<Status>) {
    ([(CACHE_CONTROL, "public, max-age=1")], Json(status_of(&runtime)))
}

fn status_of(runtime: &Runtime) -> Status {
    let look = runtime.room.look();
    let settings = runtime.settings.load();
    let config = &runtime.config;
    let now = runtime.clock.now();
    let phase = look.phase(config, settings.closed, now);
    let opens_in = until(config.opens_at, look.deal_now_ms(now)).as_millis();
    let poll_after_ms = match phase {
        Phase::Before => u64::try_from(opens_in).unwrap_or(0).clamp(500, POLL_MS),
        Phase::Open => POLL_MS,
        Phase::Closed => POLL_MS_CLOSED,
    };
    Status {
        deal: config.deal.clone(),
        title: config.title.clone(),
        company_name: config.company_name.clone(),
        phase,
        server_now: runtime.now(),
        opens_at: config.opens_at,
        closes_at: config.closes_at,
        prequeue: config.prequeue,
        paused: settings.paused || look.is_stale(now),
        frontier: look.standing.frontier,
        drawn: drawn(runtime, &look),
        commitment: draw::commitment(&runtime.secrets.draw_secret),
        waiting: look.waiting(),
        inside: look.standing.inside,
        inside_max: settings.inside_max,
        per_second: settings.admissions_per_second,
        stock_left: look.stock_left(),
        sold_out: look.is_sold_out(),
        proof_of_work: settings.proof_of_work.is_some(),
        notice: look.notice,
        poll_after_ms,
        sign_in_url: config.identity.sign_in_url.clone(),
        orders_url: config.identity.orders_url.clone(),
    }
}

/// The draw, once it has taken place.
pub fn drawn(runtime: &Runtime, look: &Look) -> Option<Drawn> {
    let drawn = look.draw.as_ref()?;
    Some(Drawn {
        entrants: drawn.entrants(),
        seed: drawn.seed(),
        commitment: draw::commitment(&runtime.secrets.draw_secret),
        secret: hex::encode(runtime.secrets.draw_secret),
        accumulator: look.standing.accumulator.clone(),
    })
}
