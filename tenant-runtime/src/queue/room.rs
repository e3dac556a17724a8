//! What a process keeps of the room between two looks, and the task that looks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use control_plane_telemetry::metrics::{Metrics, RouteMeter};
use crds::Prequeue;
use jiff::Timestamp;
use tenant_runtime_core::notice;
use tenant_runtime_core::presence::Presence;
use tenant_runtime_core::ticket::Ticket;
use tokio::sync::watch;
use uuid::Uuid;

use super::POSITION;
use super::limits::Limits;
use super::look::{Look, Pace, until};
use super::metrics::Gauges;
use super::silence::Silence;
use super::steps::{Joins, Leaves};
use super::streams::Streams;
use super::toll::Toll;
use super::{settings, steps};
use crate::config::EnterRates;
use crate::error::chain;
use crate::redis::StoreError;
use crate::state::Runtime;

/// How often a process looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long it waits after a look that failed.
const RETRY_AFTER: Duration = Duration::from_millis(250);
/// How often limits that nobody is near are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(10);

/// The process's memory of the room.
pub struct Room {
    look: ArcSwap<Look>,
    /// Counts the looks, for whoever waits for the next.
    looks: watch::Sender<u64>,
    pub streams: Arc<Streams>,
    pub limits: Limits,
    /// Whoever enters, gathered into calls.
    pub joins: Joins,
    /// Whoever leaves, gathered into calls.
    pub leaves: Leaves,
    /// How much work a place costs now.
    pub toll: Toll,
    /// Who asks for their position.
    pub presence: Presence,
    /// Counts the questions for a position that were answered.
    pub polls: RouteMeter,
    /// This process's name among those that say who is silent.
    pod: String,
    /// Whoever was inside and has left while a pass may still lie around: order of arrival, and when
    /// (milliseconds of the deal's).
    gone: ArcSwap<HashMap<Uuid, (u64, i64)>>,
    gauges: Gauges,
}

impl Room {
    /// Begins with a look of an empty room in the far past: it is stale until the first real one.
    #[must_use]
    pub fn new(metrics: &Metrics, rates: EnterRates) -> Room {
        let gauges = Gauges::default();
        gauges.register(metrics);
        let nothing = Look::new(steps::Standing::empty(), None, None, None, Timestamp::UNIX_EPOCH);
        Room {
            look: ArcSwap::from_pointee(nothing),
            looks: watch::Sender::new(0),
            streams: Arc::default(),
            limits: Limits::new(rates),
            joins: steps::joins(),
            leaves: steps::leaves(),
            toll: Toll::default(),
            presence: Presence::default(),
            polls: metrics.of_route(POSITION, "GET", 200),
            pod: Uuid::new_v4().simple().to_string(),
            gone: ArcSwap::default(),
            gauges,
        }
    }

    #[must_use]
    pub fn look(&self) -> Guard<Arc<Look>> {
        self.look.load()
    }

    #[must_use]
    pub fn looks(&self) -> watch::Receiver<u64> {
        self.looks.subscribe()
    }

    /// Whether the ticket's place was given up after its holder had come in.
    #[must_use]
    pub fn is_gone(&self, ticket: &Ticket) -> bool {
        self.gone.load().get(&ticket.shopper).is_some_and(|(index, _)| *index == ticket.index)
    }

    fn note_gone(&self, gone: &[(Uuid, u64)], now_ms: i64, pass_ms: i64) {
        if gone.is_empty() {
            return;
        }
        let known = self.gone.load();
        let still = known.iter().filter(|(_, (_, left_ms))| left_ms + pass_ms > now_ms);
        let mut all: HashMap<_, _> = still.map(|(shopper, left)| (*shopper, *left)).collect();
        all.extend(gone.iter().map(|(shopper, index)| (*shopper, (*index, now_ms))));
        self.gone.store(Arc::new(all));
    }
}

/// What a task that looks keeps from one look to the next.
#[derive(Default)]
pub struct Lookout {
    pace: Pace,
    silence: Silence,
}

/// Looks at the room now: moves the frontier as far as it may go, and remembers how the room stands.
///
/// # Errors
/// Where Redis is away; what is remembered stays.
pub async fn look(runtime: &Runtime, lookout: &mut Lookout) -> Result<(), StoreError> {
    let room = &runtime.room;
    let last = room.look();
    let silent = lookout.silence.say(&room.presence, &last);
    let said = runtime.role.has_queue().then_some((room.pod.as_str(), &silent));
    let standing = match steps::admit(runtime, said, last.standing.now_ms).await {
        Ok(standing) => standing,
        Err(error) => {
            lookout.silence.interrupted();
            return Err(error);
        }
    };
    drop(last);
    room.note_gone(&standing.gone, standing.now_ms, i64::from(runtime.config.pass_seconds) * 1000);
    if standing.generation != runtime.settings.load().generation {
        settings::refresh(runtime).await?;
    }
    let secret = match runtime.config.prequeue {
        Prequeue::Draw => Some(&runtime.secrets.draw_secret),
        Prequeue::Fifo => None,
    };
    let measured = lookout.pace.note(&standing);
    room.gauges.set(&standing, room.toll.bits(runtime));
    let notice = notice::version(&runtime.settings.load().notice);
    room.look.store(Arc::new(Look::new(standing, secret, notice, measured, runtime.clock.now())));
    room.looks.send_modify(|looks| *looks += 1);
    Ok(())
}

/// Looks a few times a second, and exactly when the doors open and close, until shutdown.
pub async fn keep_looking(runtime: Runtime) {
    let mut lookout = Lookout::default();
    let mut was_away = false;
    let mut forget = tokio::time::interval(FORGET_EVERY);
    loop {
        let wait = match look(&runtime, &mut lookout).await {
            Ok(()) => {
                if was_away {
                    tracing::info!("redis answers again");
                    was_away = false;
                }
                next_look(&runtime)
            }
            Err(error) => {
                if !was_away {
                    tracing::error!(error = %chain(&error), "cannot look at the room");
                    was_away = true;
                }
                RETRY_AFTER
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = forget.tick() => runtime.room.limits.forget(),
            () = runtime.shutdown.triggered() => return,
        }
    }
}

fn next_look(runtime: &Runtime) -> Duration {
    let look = runtime.room.look();
    let now_ms = look.deal_now_ms(runtime.clock.now());
    [runtime.config.opens_at, runtime.config.closes_at]
        .into_iter()
        .map(|at| until(at, now_ms).unsigned_abs())
        .filter(|wait| !wait.is_zero())
        .fold(LOOK_EVERY, Duration::min)
}
