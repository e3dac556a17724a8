//! The steps of the waiting room: what each `.lua` file is given, and what it answers, in types.

use tenant_runtime_core::invitation::Invitation;
use tenant_runtime_core::presence::Silent;
use tenant_runtime_core::room::{Claimed, Entered};
use tenant_runtime_core::ticket::Ticket;
use uuid::Uuid;

use super::silence::SAID_MS;
use crate::redis::together::Together;
use crate::redis::{Call, Step, StoreError};
use crate::state::Runtime;
use crate::step;

step!(begins ENTER, "enter", after "room");
step!(ADMIT, "admit", after "room");
step!(CLAIM, "claim", after "room");
step!(LEAVE, "leave", after "room");

/// An answer, and when Redis gave it (milliseconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At<T> {
    pub now_ms: i64,
    pub answer: T,
}

/// How the room stands. Instants in milliseconds, 0 where they have not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub now_ms: i64,
    pub opened_ms: i64,
    pub closed_ms: i64,
    /// How many came before the doors opened.
    pub entrants: u64,
    /// How many came, all in all.
    pub next: u64,
    pub frontier: u64,
    pub inside: u64,
    /// Called and not yet come.
    pub reserved: u64,
    pub admitted: u64,
    /// Called and never came in time.
    pub absent: u64,
    pub generation: i64,
    pub sealed: bool,
    /// What every entrant's nonce went into.
    pub accumulator: String,
    pub stock: Vec<ProductStock>,
    /// Whoever was inside and has left since the instant that was asked about, by order of arrival.
    pub gone: Vec<(Uuid, u64)>,
}

impl Standing {
    /// A room that nobody has looked at yet.
    #[must_use]
    pub fn empty() -> Standing {
        Standing {
            now_ms: 0,
            opened_ms: 0,
            closed_ms: 0,
            entrants: 0,
            next: 0,
            frontier: 0,
            inside: 0,
            reserved: 0,
            admitted: 0,
            absent: 0,
            generation: 0,
            sealed: false,
            accumulator: String::new(),
            stock: Vec::new(),
            gone: Vec::new(),
        }
    }
}

/// The pieces of one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductStock {
    pub product: Uuid,
    pub left: u64,
    pub held: u64,
    pub sold: u64,
}

fn call(runtime: &Runtime, step: &'static Step) -> Call {
    let keys = &runtime.keys;
    let config = &runtime.config;
    runtime
        .step(step)
        .key(keys.room())
        .key(keys.passes())
        .key(keys.calls())
        .key(keys.absentees())
        .key(keys.late())
        .key(keys.gone())
        .key(keys.settings())
        .key(keys.sealed())
        .arg(config.opens_at.as_millisecond())
        .arg(config.closes_at.as_millisecond())
        .arg(i64::from(config.claim_seconds) * 1000)
        .arg(i64::from(config.pass_seconds) * 1000)
}

fn unexpected(step: &Step, what: &str) -> StoreError {
    StoreError::Unexpected { step: step.name, what: what.to_owned() }
}

/// Somebody who wants a place.
#[derive(Debug, Clone, Copy)]
pub struct Join {
    shopper: Uuid,
    nonce: [u8; 16],
    replace: Option<u64>,
}

/// Whoever enters, gathered into calls.
pub type Joins = Together<Join, At<Entered>>;

/// Whoever came first is asked for first: one call at a time.
const CALLS_MAX: usize = 1;
/// How many enter in one call. Such a call keeps Redis busy for about a millisecond.
const JOINS_MAX: usize = 512;
/// How many may wait for one: a second's worth or so.
const JOINS_WAITING_MAX: usize = 50_000;

#[must_use]
pub fn joins() -> Joins {
    // Checking a shopper's token takes longer than Redis does for the place.
    Together::behind_others("enter", CALLS_MAX, JOINS_MAX, JOINS_WAITING_MAX)
}

/// Gives a shopper a place, or says which the shopper has. With `replace`, that place is given up
/// for one at the end, unless the shopper is inside or was. Shoppers who enter at the same time share a call.
///
/// # Errors
/// Where Redis is away, or too many want to enter at once.
pub async fn enter(
    runtime: &Runtime,
    shopper: Uuid,
    nonce: [u8; 16],
    replace: Option<u64>,
) -> Result<At<Entered>, StoreError> {
    let caller = runtime.clone();
    let call = move |joins| enter_together(caller.clone(), joins);
    runtime.room.joins.ask(Join { shopper, nonce, replace }, call).await
}

async fn enter_together(runtime: Runtime, joins: Vec<Join>) -> Result<Vec<At<Entered>>, StoreError> {
    let mut call = call(&runtime, &ENTER);
    for Join { shopper, nonce, replace } in &joins {
        call = call
            .key(runtime.keys.tickets(*shopper))
            .arg(shopper.as_bytes().as_slice())
            .arg(hex::encode(nonce))
            .arg(replace.map_or_else(String::new, |index| index.to_string()));
    }
    let numbers: Vec<i64> = call.run().await?;
    let [now_ms, closed, places @ ..] = numbers.as_slice() else {
        return Err(unexpected(&ENTER, "no time"));
    };
    let at = |answer| At { now_ms: *now_ms, answer };
    if *closed == 1 {
        return Ok(vec![at(Entered::Closed); joins.len()]);
    }
    let place = |place: &[i64]| at(Entered::Place { index: place[0], new: place[1] == 1 });
    Ok(places.chunks_exact(2).map(place).collect())
}

fn products(runtime: &Runtime) -> Vec<Uuid> {
    runtime.settings.load().products.iter().map(|product| product.id).collect()
}

/// Moves the frontier as far as it may go, and says how the room stands. `said` is who is silent, and
/// the name of the pod that says so; `gone_since_ms` from when on those who left are wanted.
///
/// # Errors
/// Where Redis is away.
pub async fn admit(
    runtime: &Runtime,
    said: Option<(&str, &Silent)>,
    gone_since_ms: i64,
) -> Result<Standing, StoreError> {
    let products = products(runtime);
    let (pod, silent) = said.map_or(("", None), |(pod, silent)| (pod, Some(silent)));
    let mut call = call(runtime, &ADMIT)
        .key(runtime.keys.silent())
        .key(runtime.keys.ahead())
        .arg(pod)
        .arg(silent.map_or(0, |silent| silent.first_byte))
        .arg(silent.map_or(&[][..], |silent| silent.bits.as_slice()))
        .arg(SAID_MS)
        .arg(gone_since_ms);
    for product in &products {
        call = call.key(runtime.keys.stock(*product));
    }
    let (counts, accumulator, stock, gone): (Vec<i64>, String, Vec<i64>, Vec<Vec<u8>>) = call.run().await?;
    let count = |value: i64| u64::try_from(value).unwrap_or(0);
    let &[
        now_ms,
        opened_ms,
        closed_ms,
        entrants,
        next,
        frontier,
        inside,
        reserved,
        admitted,
        absent,
        generation,
        sealed,
    ] = counts.as_slice()
    else {
        return Err(unexpected(&ADMIT, "another number of counts"));
    };
    let stock = products
        .iter()
        .zip(stock.chunks_exact(3))
        .map(|(&product, pieces)| ProductStock {
            product,
            left: count(pieces[0]),
            held: count(pieces[1]),
            sold: count(pieces[2]),
        })
        .collect();
    let gone = gone
        .iter()
        .map(|member| leaver(member).ok_or_else(|| unexpected(&ADMIT, "nobody who left")))
        .collect::<Result<_, _>>()?;
    Ok(Standing {
        now_ms,
        opened_ms,
        closed_ms,
        entrants: count(entrants),
        next: count(next),
        frontier: count(frontier),
        inside: count(inside),
        reserved: count(reserved),
        admitted: count(admitted),
        absent: count(absent),
        generation,
        sealed: sealed == 1,
        accumulator,
        stock,
        gone,
    })
}

/// A shopper's 16 bytes, and an order of arrival as text.
fn leaver(member: &[u8]) -> Option<(Uuid, u64)> {
    let (shopper, index) = member.split_at_checked(16)?;
    Some((Uuid::from_slice(shopper).ok()?, std::str::from_utf8(index).ok()?.parse().ok()?))
}

/// Lets the holder of a ticket in, or renews the pass of one who is inside. `number` is what the
/// ticket's order of arrival came to; an invitation is spent where it takes one to come in.
///
/// # Errors
/// Where Redis is away.
pub async fn claim(
    runtime: &Runtime,
    ticket: &Ticket,
    number: u64,
    invitation: Option<Invitation>,
) -> Result<At<Claimed>, StoreError> {
    let mut call = call(runtime, &CLAIM)
        .key(runtime.keys.tickets(ticket.shopper))
        .key(runtime.keys.guests())
        .key(runtime.keys.ahead())
        .arg(ticket.shopper.as_bytes().as_slice())
        .arg(ticket.index)
        .arg(number);
    if let Some(invitation) = invitation {
        let is_withdrawn = invitation.is_withdrawn(&runtime.settings.load());
        call = call.arg(invitation.number).arg(u8::from(is_withdrawn));
        for product in products(runtime) {
            call = call.key(runtime.keys.stock(product));
        }
    } else {
        call = call.arg("");
    }
    let (what, now_ms, expires, renewed): (String, i64, i64, u8) = call.run().await?;
    let answer = match what.as_str() {
        "inside" => Claimed::Inside { expires, renewed: renewed == 1 },
        "not_called" => Claimed::NotCalled,
        "replaced" => Claimed::Replaced,
        "paused" => Claimed::Paused,
        "closed" => Claimed::Closed,
        "full" => Claimed::Full,
        "spent" => Claimed::Spent,
        "withdrawn" => Claimed::Withdrawn,
        other => return Err(unexpected(&CLAIM, other)),
    };
    Ok(At { now_ms, answer })
}

/// Gives up whatever place and pass a shopper has, for instance after paying. Holds and orders stay.
///
/// # Errors
/// Where Redis is away.
pub async fn leave(runtime: &Runtime, shopper: Uuid) -> Result<(), StoreError> {
    leave_place(runtime, shopper, None).await.map(drop)
}

/// Gives up the place of a ticket, and the pass that came of it. `number` is what the ticket's order
/// of arrival came to, where the draw has taken place. Returns the deal's time (milliseconds).
///
/// # Errors
/// Where Redis is away.
pub async fn leave_with(runtime: &Runtime, ticket: &Ticket, number: Option<u64>) -> Result<i64, StoreError> {
    leave_place(runtime, ticket.shopper, Some((ticket.index, number))).await
}

/// Somebody who leaves.
#[derive(Debug, Clone, Copy)]
pub struct Leave {
    shopper: Uuid,
    /// The order of arrival, and the number that it came to.
    place: Option<(u64, Option<u64>)>,
}

/// Whoever leaves, gathered into calls: a crowd that pays at one moment leaves at one moment. Each is told
/// the deal's time (milliseconds).
pub type Leaves = Together<Leave, i64>;

#[must_use]
pub fn leaves() -> Leaves {
    Together::new("leave", CALLS_MAX, JOINS_MAX, JOINS_WAITING_MAX)
}

async fn leave_place(
    runtime: &Runtime,
    shopper: Uuid,
    place: Option<(u64, Option<u64>)>,
) -> Result<i64, StoreError> {
    let caller = runtime.clone();
    let call = move |leaves| leave_together(caller.clone(), leaves);
    runtime.room.leaves.ask(Leave { shopper, place }, call).await
}

async fn leave_together(runtime: Runtime, leaves: Vec<Leave>) -> Result<Vec<i64>, StoreError> {
    let mut call = call(&runtime, &LEAVE);
    for Leave { shopper, place } in &leaves {
        let index = place.map_or_else(String::new, |(index, _)| index.to_string());
        let number = place.and_then(|(_, number)| number);
        call = call
            .key(runtime.keys.tickets(*shopper))
            .arg(shopper.as_bytes().as_slice())
            .arg(index)
            .arg(number.map_or_else(|| "-1".to_owned(), |number| number.to_string()));
    }
    let now_ms: i64 = call.run().await?;
    Ok(vec![now_ms; leaves.len()])
}
